"""What a dataclass' annotations say of its keys, as a tree of forms: the single source of what manifests take.

`interpreter` reads values by it, `manifest.schema` writes the JSON Schema from it.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import MISSING, fields, is_dataclass
from types import UnionType
from typing import Annotated, Any, ClassVar, Literal, NamedTuple, Union, get_args, get_origin, get_type_hints

from bluenoise_assets.spec.input_file import InputFile


class Key(NamedTuple):
    """A manifest key: what it means (shown by editors) and which values it takes.

    `presets` are values that have a name, for a key that takes one choice or a list of choices.
    """

    doc: str
    minimum: float | None = None
    maximum: float | None = None
    check: Callable[[Any], str | None] | None = None
    presets: Mapping[str, Any] | None = None

    def problem(self, value: Any) -> str | None:
        """Say what is wrong with a value of the right type, or None."""
        if isinstance(value, float) and not math.isfinite(value):
            return f"{value} is not a finite number"
        if self.minimum is not None and value < self.minimum:
            return f"{value} is below the smallest allowed, {self.minimum}"
        if self.maximum is not None and value > self.maximum:
            return f"{value} is above the largest allowed, {self.maximum}"
        return self.check(value) if self.check is not None else None


class Choice:
    """Base of the alternatives of a key, written `gaussian`, `{gaussian: 0.2}` or `{gaussian: {sigma: 0.2}}`."""

    @classmethod
    def tag(cls) -> str:
        """Its name in a manifest: `gaussian` of both `GaussianFilter` and `GaussianDistribution`."""
        return cls.__name__.removesuffix("Distribution").removesuffix("Filter").lower()


class NonEmpty:
    """Base of dataclasses of optional keys of which one at least has to be there; `example` shows how."""

    example: ClassVar[str]

    def problem(self) -> tuple[str, str] | None:
        """What is wrong with the keys beside each other, and a hint; None for what is right."""
        if all(getattr(self, name) is None for name in keys_of(type(self))):
            return "nothing is in it", f"write {self.example}"
        return None


class Scalar(NamedTuple):
    """true or false, a whole number, a number, or a text."""

    kind: type


class Words(NamedTuple):
    """One of a few texts, or of a few whole numbers (`Literal`)."""

    values: tuple[Any, ...]


class Items(NamedTuple):
    """A list of any length, or of `length` values, for which one value may stand (`tuple`)."""

    item: "Form"
    length: int | None


class Either(NamedTuple):
    """One of several forms. A mapping with a key that only a record has goes to that record.

    Else a list goes to the form of its length, everything else to the first.
    """

    forms: tuple["Form", ...]


class Choices(NamedTuple):
    """One of several `Choice` classes, by tag."""

    kinds: Mapping[str, type[Choice]]


class Weighted(NamedTuple):
    """A preset's name, one choice, or a list of choices, each with further keys beside its tag.

    The type is `tuple[W, ...]`: `kind` is the dataclass W, whose first key, `name`, holds the choice.
    """

    kind: Any
    name: str
    choices: Choices
    presets: Mapping[str, Any]


class Record(NamedTuple):
    """A mapping to the keys of a dataclass."""

    kind: Any


class Named(NamedTuple):
    """A mapping from some of a few names of figures, which are texts or look like numbers, to records (`Mapping`)."""

    names: tuple[str, ...]
    item: Record


class File(NamedTuple):
    """The path of a file that is read (`InputFile`)."""

    kind: type[InputFile]


Form = Scalar | Words | Items | Either | Choices | Weighted | Record | Named | File


class KeyForm(NamedTuple):
    """A key of a dataclass as annotated; `optional` where it may be None, which manifests say by leaving it out."""

    form: Form
    note: Key
    optional: bool
    required: bool
    default: Any


_KEYS: dict[Any, Mapping[str, KeyForm]] = {}


def keys_of(kind: Any) -> Mapping[str, KeyForm]:
    """The fields of a dataclass that are manifest keys, by name. Each class' annotations are read once."""
    if kind not in _KEYS:
        _KEYS[kind] = _keys(kind)
    return _KEYS[kind]


def _keys(kind: Any) -> Mapping[str, KeyForm]:
    hints = get_type_hints(kind, include_extras=True)
    defaults = {field.name: field.default for field in fields(kind)}
    found = {}
    for name, hint in hints.items():
        if get_origin(hint) is Annotated:
            plain, note = get_args(hint)
            default, optional = defaults[name], type(None) in get_args(plain)
            found[name] = KeyForm(form_of(plain, note.presets), note, optional, default is MISSING, default)
    return found


def required_keys(kind: Any) -> list[str]:
    """The keys without a default, in order."""
    return [name for name, key in keys_of(kind).items() if key.required]


def form_of(kind: Any, presets: Mapping[str, Any] | None = None) -> Form:
    """The form of a type. Raises `TypeError` for one that no manifest can spell."""
    origin, inner = get_origin(kind), get_args(kind)
    if origin is Literal:
        return Words(inner)
    if origin in {Union, UnionType}:
        members = tuple(member for member in inner if member is not type(None))
        if len(members) == 1:
            return form_of(members[0], presets)
        if all(isinstance(member, type) and issubclass(member, Choice) for member in members):
            return Choices({member.tag(): member for member in members})
        return Either(tuple(form_of(member, presets) for member in members))
    if origin is tuple:
        if inner[-1] is not Ellipsis:
            return Items(form_of(inner[0]), len(inner))
        if not is_dataclass(inner[0]):
            return Items(form_of(inner[0]), None)
        name, first = next(iter(keys_of(inner[0]).items()))
        assert isinstance(first.form, Choices), kind
        return Weighted(inner[0], name, first.form, presets or {})
    if origin is Mapping and get_origin(inner[0]) is Literal:
        return Named(get_args(inner[0]), Record(inner[1]))
    if kind in {bool, int, float, str}:
        return Scalar(kind)
    if is_dataclass(kind) and isinstance(kind, type):
        return File(kind) if issubclass(kind, InputFile) else Record(kind)
    raise TypeError(f"{kind} is no type of a manifest's key")
