"""Python's values as keys of a spec, in the short forms that manifests have: `64`, `"smooth"`, `{"gaussian": 1.5}`."""

import os
from collections.abc import Collection, Mapping
from collections.abc import Set as AbstractSet
from numbers import Integral, Real
from typing import Any, NoReturn

from bluenoise_assets.spec.annotations import keys_of
from bluenoise_assets.spec.input_file import InputFile, UnreadableFileError
from bluenoise_assets.spec.interpreter import BAD, SCALARS, Interpreter, Pairs

_NUMBERS: dict[type, type] = {int: Integral, float: Real}
"""numpy's numbers, too."""


class Resolved:
    """Base of frozen dataclasses that bring their keys into one form: short forms written out, lists as tuples.

    Making one raises `ValueError` for what the annotations do not allow.
    """

    def __post_init__(self) -> None:
        for name, key in keys_of(type(self)).items():
            value = getattr(self, name)
            read = _INTERPRETER.keyed(value, key, [name])
            if read is not value:
                object.__setattr__(self, name, read)


class _PythonValues(Interpreter[Any]):
    def problem(self, at: Any, where: list[str], text: str, hint: str = "") -> NoReturn:
        del at
        raise ValueError(f"{'.'.join(where)}: {text}{hint and f'; {hint}'}")

    def seen(self, value: Any) -> Pairs[Any] | list[Any] | str | None:
        if value is None or isinstance(value, str):
            return value
        if isinstance(value, tuple | list):  # by far the most, and quick to tell
            return list(value)
        if isinstance(value, Mapping):
            return {f"{key:g}" if isinstance(key, float) else str(key): (key, inner) for key, inner in value.items()}
        if isinstance(value, Collection) and not isinstance(value, bytes | AbstractSet):
            return list(value)
        return repr(value)

    def spelled(self, value: Any) -> str:
        text = repr(value)
        text = text if len(text) <= 60 else f"{text[:57]}..."
        return f"the text {text}" if isinstance(value, str) else text

    def listed(self, value: Any) -> str:
        return repr([value])

    def scalar(self, value: Any, kind: Any, where: list[str]) -> Any:
        if isinstance(value, bool) is (kind is bool) and isinstance(value, _NUMBERS.get(kind, kind)):
            return kind(value) + 0.0 if kind is float else kind(value)  # so that -0.0 is 0.0
        return self.problem(value, where, f"expected {SCALARS[kind]}, found {self.describe(value)}")

    def file(self, value: Any, kind: type[InputFile], where: list[str]) -> Any:
        if not isinstance(value, str | os.PathLike):
            return self.problem(value, where, f"expected a path, found {self.describe(value)}")
        try:
            return kind.read(os.fsdecode(value))
        except UnreadableFileError as error:
            return self.problem(value, where, f"{error.text}: {os.fsdecode(value)}", error.hint)

    def literal(self, value: Any, *, whole: bool) -> Any:
        return value if isinstance(value, int if whole else str) and not isinstance(value, bool) else BAD


_INTERPRETER = _PythonValues()
