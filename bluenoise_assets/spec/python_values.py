"""Python's values as keys of a spec, in the short forms that manifests have: `64`, `"smooth"`, `{"gaussian": 1.5}`."""

from collections.abc import Collection, Mapping
from collections.abc import Set as AbstractSet
from numbers import Integral, Real
from typing import Any, NoReturn

from bluenoise_assets.spec.annotations import keys_of
from bluenoise_assets.spec.interpreter import BAD, SCALARS, Interpreter

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

    def describe(self, value: Any) -> str:
        if self.is_empty(value):
            return "nothing"
        if self.pairs_of(value) is not None:
            return "a mapping"
        if self.items_of(value) is not None:
            return "a list"
        text = repr(value)
        text = text if len(text) <= 60 else f"{text[:57]}..."
        return f"the text {text}" if isinstance(value, str) else text

    def is_empty(self, value: Any) -> bool:
        return value is None

    def pairs_of(self, value: Any) -> Mapping[str, tuple[Any, Any]] | None:
        return {str(key): (key, inner) for key, inner in value.items()} if isinstance(value, Mapping) else None

    def items_of(self, value: Any) -> list[Any] | None:
        if isinstance(value, tuple | list):  # by far the most, and quick to tell
            return list(value)
        if isinstance(value, Collection) and not isinstance(value, str | bytes | Mapping | AbstractSet):
            return list(value)
        return None

    def word_of(self, value: Any) -> str | None:
        if isinstance(value, str):
            return value
        if self.is_empty(value) or self.pairs_of(value) is not None or self.items_of(value) is not None:
            return None
        return repr(value)

    def listed(self, value: Any) -> str:
        return repr([value])

    def scalar(self, value: Any, kind: Any, where: list[str]) -> Any:
        if isinstance(value, bool) is (kind is bool) and isinstance(value, _NUMBERS.get(kind, kind)):
            return kind(value) + 0.0 if kind is float else kind(value)  # so that -0.0 is 0.0
        return self.problem(value, where, f"expected {SCALARS[kind]}, found {self.describe(value)}")

    def literal(self, value: Any, *, whole: bool) -> Any:
        return value if isinstance(value, int if whole else str) and not isinstance(value, bool) else BAD

    def without(self, value: Any, names: Collection[str]) -> Any:
        return {key: inner for key, inner in value.items() if str(key) not in names}


_INTERPRETER = _PythonValues()
