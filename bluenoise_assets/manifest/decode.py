"""YAML nodes read by the forms of keys, collecting every problem instead of stopping at the first."""

import re
from pathlib import Path
from typing import Any

from yaml.nodes import MappingNode, Node, ScalarNode

from bluenoise_assets.errors import Problem
from bluenoise_assets.manifest.input_files import InputFiles, hint_for, path_problem, reached
from bluenoise_assets.manifest.source import file_of, is_null, line_and_column, place, quoted_template
from bluenoise_assets.spec import interpreter
from bluenoise_assets.spec.input_file import InputFile
from bluenoise_assets.spec.interpreter import BAD, SCALARS, Interpreter

YAML_BOOLEANS = {"yes": "true", "on": "true", "no": "false", "off": "false"}
"""What YAML 1.1 takes for true and false besides these two words."""

MAX_DIGITS = 40

_INTEGER = re.compile(r"[-+]?(0|[1-9][0-9]*)")
_NUMBER = re.compile(r"[-+]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][-+]?[0-9]+)?")
_LEADING_ZERO = re.compile(r"[-+]?0[0-9_]+")
_BASE_60 = re.compile(r"[-+]?[0-9][0-9_]*(:[0-5]?[0-9])+(\.[0-9_]*)?")
_OTHER_BASE = re.compile(r"[-+]?0(x[0-9a-fA-F_]+|o[0-7_]+|b[01_]+)")
_NOT_FINITE = re.compile(r"[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)")


def is_plain(node: Node) -> bool:
    """A scalar without quotes. (libyaml's parser gives it the style '', the one in Python None.)"""
    return isinstance(node, ScalarNode) and not node.style


class GivenNode(ScalarNode):
    """A value that was given for a variable from outside, at the place of the default that it replaces."""

    def __init__(self, variable: str, value: str, default: Node) -> None:
        super().__init__("", value, default.start_mark, default.end_mark)
        self.variable = variable


Pairs = interpreter.Pairs[Node]


def pairs(node: MappingNode) -> Pairs:
    """The pairs of a checked mapping."""
    return {key.value: (key, value) for key, value in node.value}


class Decoder(Interpreter[Node]):
    """Decodes nodes of one or several files; `problems` collects what is wrong, each place once.

    `inputs` has the files that textures are made of, in reading order, with the hashes of what was read: "" for one
    that was looked for in vain. `lost` says that an included file could not be read, so that what is missing may stand
    there.
    """

    def __init__(self, files: InputFiles | None = None) -> None:
        self.files = files or InputFiles()
        self.inputs: dict[Path, str] = {}
        self.problems: list[Problem] = []
        self.lost = False
        self._seen: set[tuple[str, int, int, str]] = set()

    def problem(self, at: Node, where: list[str], text: str, hint: str = "") -> Any:
        """Report a problem at a node; return `BAD`. A place inherited by many textures is reported once."""
        position = (file_of(at), *line_and_column(at))
        if isinstance(at, GivenNode):
            text = f"{text} (given for the variable '{at.variable}')"
        if (*position, text) not in self._seen:
            self._seen.add((*position, text))
            self.problems.append(Problem(*position, place(where), text, hint))
        return BAD

    def seen(self, value: Node) -> Pairs | list[Node] | str | None:
        if isinstance(value, MappingNode):
            return pairs(value)
        found: list[Node] | str = value.value
        return None if is_null(value) else found

    def spelled(self, value: Node) -> str:
        text = value.value if len(value.value) <= 40 else value.value[:37] + "..."
        return text.replace("\n", " ") if is_plain(value) else f"the text '{text}'"

    def hint(self, value: Node, *, whole: bool = False) -> str:
        template = quoted_template(value)
        if template:
            return f"quote a template: {template}"
        return _number_hint(value, whole=True) if whole else ""

    def literal(self, value: Node, *, whole: bool) -> Any:
        if not isinstance(value, ScalarNode) or is_null(value):
            return BAD
        text = value.value
        if not whole:
            return text
        return int(text) if is_plain(value) and _INTEGER.fullmatch(text) and len(text) <= MAX_DIGITS else BAD

    def file(self, value: Node, kind: type[InputFile], where: list[str]) -> Any:
        """The file of a path relative to the file in which the path stands."""
        if not isinstance(value, ScalarNode) or is_null(value):
            return self.problem(value, where, f"expected a path, found {self.describe(value)}", self.hint(value))
        wrong = path_problem(value.value)
        if wrong is not None:
            return self.problem(value, where, *wrong)
        path = reached(Path(file_of(value)).parent, value.value)
        read = self.files.get(path, kind)
        self.inputs[path] = read.sha256 if isinstance(read, InputFile) else ""
        if isinstance(read, InputFile):
            return read
        hint = hint_for(path, value.value, kind.suffixes) if read.is_missing else read.hint
        return self.problem(value, where, f"{read.text}: {path}", hint)

    def scalar(self, value: Node, kind: Any, where: list[str]) -> Any:
        if not isinstance(value, ScalarNode):
            return self.problem(
                value, where, f"expected {SCALARS[kind]}, found {self.describe(value)}", self.hint(value)
            )
        return {bool: self._bool, int: self._int, float: self._float, str: self._str}[kind](value, where)

    def _bool(self, node: ScalarNode, where: list[str]) -> Any:
        if is_plain(node) and node.value in {"true", "True", "TRUE", "false", "False", "FALSE"}:
            return node.value.lower() == "true"
        hint = ""
        if node.value.lower() in {"true", "false"}:
            hint = "remove the quotes"
        elif node.value.lower() in YAML_BOOLEANS:
            hint = f"write {YAML_BOOLEANS[node.value.lower()]}"
        return self.problem(node, where, f"expected true or false, found {self.describe(node)}", hint)

    def _int(self, node: ScalarNode, where: list[str]) -> Any:
        text = node.value
        if is_plain(node) and _INTEGER.fullmatch(text):
            if len(text) <= MAX_DIGITS:
                return int(text)
            return self.problem(node, where, f"{self.describe(node)} has more than {MAX_DIGITS} digits")
        hint = _number_hint(node, whole=True)
        return self.problem(node, where, f"expected a whole number, found {self.describe(node)}", hint)

    def _float(self, node: ScalarNode, where: list[str]) -> Any:
        text = node.value
        if is_plain(node) and _NUMBER.fullmatch(text) and not _LEADING_ZERO.fullmatch(text):
            return float(text) + 0.0  # so that -0.0 is 0.0
        hint = _number_hint(node, whole=False)
        return self.problem(node, where, f"expected a number, found {self.describe(node)}", hint)

    def _str(self, node: ScalarNode, where: list[str]) -> Any:
        if is_null(node):
            return self.problem(node, where, "expected a text, found nothing")
        return node.value

    def cell(self, node: Node, where: list[str]) -> None:
        """Check a matrix value: a number, true, false or a text whose meaning nobody can mistake."""
        if not isinstance(node, ScalarNode) or is_null(node):
            text = f"expected a number or a text, found {self.describe(node)}"
            self.problem(node, where, text, self.hint(node))
        elif is_plain(node) and node.value.lower() in YAML_BOOLEANS:
            meant = YAML_BOOLEANS[node.value.lower()]
            hint = f'write {meant}, or "{node.value}" if it is a text'
            self.problem(node, where, f"YAML 1.1 reads {node.value} as {meant}", hint)
        elif is_plain(node) and _MISLEADING.fullmatch(node.value):
            hint = _number_hint(node, whole=True)
            hint = f'{hint}, or "{node.value}" if it is a text' if hint else f'write "{node.value}" if it is a text'
            self.problem(node, where, f"{node.value} can be read in two ways", hint)


_MISLEADING = re.compile(
    "|".join(f"({form.pattern})" for form in (_LEADING_ZERO, _BASE_60, _OTHER_BASE, _NOT_FINITE))
    + "|[-+]?[0-9]+_[0-9_]+"
)


def _number_hint(node: Node, *, whole: bool) -> str:
    """How to write what somebody probably means by a text that is not a number here."""
    if not isinstance(node, ScalarNode):
        return ""
    text = node.value
    if text.endswith(",") and _NUMBER.fullmatch(text[:-1]):
        return "remove the comma"
    if not is_plain(node):
        return "remove the quotes" if _NUMBER.fullmatch(text) else ""
    sign, digits = ("-" if text.startswith("-") else ""), text.lstrip("+-").replace("_", "")
    if _LEADING_ZERO.fullmatch(text):
        return f"write {sign}{digits.lstrip('0') or '0'} (YAML 1.1 reads a leading 0 as octal)"
    if _OTHER_BASE.fullmatch(text) and len(digits) > 2:
        return f"write {sign}{int(digits, 0)}" if len(digits) <= MAX_DIGITS else ""
    if "_" in text and _NUMBER.fullmatch(digits):
        return f"write {sign}{digits}"
    if _BASE_60.fullmatch(text):
        return "YAML 1.1 reads this as a number in base 60"
    if whole and _NUMBER.fullmatch(text) and len(text) < 20 and float(text).is_integer() and abs(float(text)) < 1e15:
        return f"write {int(float(text))}"
    return ""
