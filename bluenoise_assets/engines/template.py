"""The one syntax of templates, for every engine: snippets, settings, whole shaders.

`@word@` stands for a word's value. Lines between `@if word@` and `@end@`, which stand on lines of their own, are there
where the word is not empty, 0 or false; those between `@else@` and `@end@` where it is. Sections may lie in each other.
"""

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path

Words = Mapping[str, str | int]

_MARK = re.compile(r"@(?:if (?P<word>\w+)|(?P<other>else|end))@\n")
_WORD = re.compile(r"@([a-z]\w*)@")


def render(template: str, words: Words) -> str:
    """A template with its words filled in; these are no templates. Raises `ValueError` for a word that is not there."""

    def value(word: str) -> str | int:
        if word not in words:
            raise ValueError(f"a template asks for @{word}@, which nothing is called")
        return words[word]

    kept: list[str] = []
    shown: list[bool] = []
    for line in template.splitlines(keepends=True):
        mark = _MARK.fullmatch(line)
        if mark is None:
            filled = _WORD.sub(lambda match: str(value(match[1])), line)
            kept += [filled] if all(shown) else []
        elif mark["word"]:
            shown.append(bool(value(mark["word"])))
        elif not shown:
            raise ValueError(f"a template has an @{mark['other']}@ without its @if@")
        else:
            last = shown.pop()
            shown += [not last] if mark["other"] == "else" else []
    if shown:
        raise ValueError("a template has an @if@ without its @end@")
    return "".join(kept)


@cache
def read(path: Path) -> str:
    """The text of a template that is shipped; LF line endings."""
    return path.read_text(encoding="utf-8")
