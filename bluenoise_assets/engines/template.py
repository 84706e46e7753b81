"""The one syntax of templates, for every engine: snippets, settings, whole shaders.

`@word@` stands for a word's value. Lines between `@if word@` and `@end@`, which stand on lines of their own, are there
where the word is not empty, 0 or false; those between `@else@` and `@end@` where it is. Sections may lie in each other.
"""

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path

Words = Mapping[str, str | int]

_MARK = re.compile(r"(?m)^@(?:if (\w+)|(else|end))@\n")
_WORD = re.compile(r"@([a-z]\w*)@")


def render(template: str, words: Words) -> str:
    """A template with its words filled in; these are no templates. Raises `ValueError` for a word that is not there."""
    kept: list[str] = []
    shown: list[bool] = []
    try:
        for word, other, text in _parts(template):
            if word:
                shown.append(bool(words[word]))
            elif other:
                last = shown.pop()
                shown += [not last] if other == "else" else []
            filled = [str(words[piece]) if place % 2 else piece for place, piece in enumerate(text)]
            kept += filled if all(shown) else []
    except KeyError as error:
        raise ValueError(f"a template asks for @{error.args[0]}@, which nothing is called") from None
    except IndexError:
        raise ValueError("a template has an @else@ or an @end@ without its @if@") from None
    if shown:
        raise ValueError("a template has an @if@ without its @end@")
    return "".join(kept)


@cache
def _parts(template: str) -> tuple[tuple[str | None, str | None, list[str]], ...]:
    """A template's texts, each behind its mark: the word of an `@if@`, or `else` or `end`, or, at the top, none.

    In a text every second piece is a word.
    """
    first, *rest = _MARK.split(template)
    marked = zip(rest[::3], rest[1::3], rest[2::3], strict=True)
    return ((None, None, _WORD.split(first)), *((word, other, _WORD.split(text)) for word, other, text in marked))


@cache
def read(path: Path) -> str:
    """The text of a template that is shipped; LF line endings."""
    return path.read_text(encoding="utf-8")
