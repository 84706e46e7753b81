import pytest

from bluenoise_assets.engines.template import read, render


def test_words_and_sections():
    template = (
        "a @one@\n@if on@\nb @two@\n@else@\nc\n@end@\n@if off@\n@if on@\nd\n@end@\n@else@\ne\n@end@\nf @one@@two@\n"
    )
    assert render(template, {"one": 1, "two": "x", "on": True, "off": ""}) == "a 1\nb x\ne\nf 1x\n"
    assert render(template, {"one": 1, "two": "x", "on": 0, "off": "yes"}) == "a 1\nc\nf 1x\n"


def test_what_is_filled_in_is_no_template():
    assert render("@a@ @b@", {"a": "@b@", "b": "@if a@\n"}) == "@b@ @if a@\n"


def test_what_a_language_writes_with_an_at_sign_is_left_alone():
    text = "@group(0) @binding(1) var a: b; // someone@example.org, @Component@\n"
    assert render(text, {}) == text


@pytest.mark.parametrize(
    "template", ["@a@", "@if b@\n@a@\n@end@\n", "@if a@\n@end@\n", "@if b@\n@if a@\n@end@\n@end@\n"]
)
def test_an_unknown_word_is_an_error_also_where_it_is_not_shown(template):
    with pytest.raises(ValueError, match="@a@"):
        render(template, {"b": False})


@pytest.mark.parametrize("template", ["@if b@\n", "@end@\n", "@else@\n", "@if b@\n@end@\n@end@\n"])
def test_sections_that_do_not_close_are_an_error(template):
    with pytest.raises(ValueError, match="without its"):
        render(template, {"b": True})


def test_a_template_of_a_checkout_on_windows(tmp_path):
    (tmp_path / "a.md").write_bytes(b"one\r\ntwo\r\n")
    assert read(tmp_path / "a.md") == "one\ntwo\n"
