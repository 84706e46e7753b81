"""Why a text is no YAML, in words for people: the same for both of PyYAML's parsers where a mistake is a common one."""

from collections.abc import Sequence

import yaml
from yaml.events import MappingStartEvent, SequenceStartEvent

from bluenoise_assets.manifest.source import line_and_column
from bluenoise_assets.spec.mistakes import no_space_hint

NO_SPACE = "there is no space behind this key's colon"


def explain(
    error: yaml.MarkedYAMLError, lines: Sequence[str], innermost: MappingStartEvent | SequenceStartEvent | None
) -> tuple[tuple[int, int], str, str]:
    """Position, text and hint of a syntax error in these lines; `innermost` is what is still open there."""
    mark = error.problem_mark or error.context_mark
    assert mark is not None
    begin = error.context_mark or mark
    position, began = (mark.line + 1, mark.column + 1), (begin.line + 1, begin.column + 1)
    rest = lines[mark.line][mark.column :] if mark.line < len(lines) else ""
    at_end = not rest.strip() and not any(line.strip() for line in lines[mark.line + 1 :])
    problem = error.problem or ""
    what = ", ".join(part for part in (problem, error.context) if part)
    if error.context and error.context.endswith("quoted scalar"):
        if at_end:
            return began, "this quote is never closed", ""
        if "escape" in what or "hexdecimal" in what:
            return began, "a backslash in these double quotes is no escape sequence", "use single quotes, or \\\\"
    opening = innermost if innermost is not None and innermost.flow_style else None
    if opening is not None:
        bracket, closing = ("{", "}") if isinstance(opening, MappingStartEvent) else ("[", "]")
        line, column = line_and_column(opening)
        if at_end:
            return (line, column), f"this bracket {bracket} is never closed", ""
        if rest.startswith(":") and "unexpected ':'" in problem:
            return began, NO_SPACE, "write `key: value`"
        if "expected ','" in problem:
            hint = f"the bracket {bracket} of line {line} is still open"
            return position, f"expected , or {closing}", hint
    if rest.startswith("\t") and ("token" in what or "tab" in what):
        return position, "a tab cannot indent", "indent with spaces"
    if "cannot start any token" in problem:
        return position, f"a value cannot begin with {rest[:1]}", "quote it"
    if problem.startswith("mapping values are not allowed"):
        before = next((number for number in range(mark.line - 1, -1, -1) if lines[number].strip()), mark.line)
        for number in (mark.line, before):
            hint = _no_space(lines[number])
            if hint:
                return (number + 1, len(lines[number]) - len(lines[number].lstrip()) + 1), NO_SPACE, hint
        return position, "a key cannot stand here", "check the indentation, and quote a text with a colon in it"
    if problem == "could not find expected ':'":
        hint = _no_space(lines[begin.line])
        return began, NO_SPACE if hint else "this key has no colon", hint or "write `key: value`"
    if error.context and error.context.startswith("while parsing a block"):
        hint = "check indentation, quotes and brackets"
        return position, f"this does not continue what began in line {began[0]}", hint
    return position, what, ""


def _no_space(line: str) -> str:
    """What to write instead of a line like `size:64`."""
    return no_space_hint(line.strip()).partition(",")[0]
