"""The one reading of values by the forms of their keys: of YAML's nodes (`manifest.decode`) and of Python's values."""

import difflib
from abc import ABC, abstractmethod
from collections.abc import Collection, Iterable, Mapping
from itertools import islice
from typing import Any, Generic, TypeVar

from bluenoise_assets.spec.annotations import (
    Choice,
    Choices,
    Either,
    Form,
    Items,
    KeyForm,
    Record,
    Scalar,
    Weighted,
    Words,
    keys_of,
    required_keys,
)

BAD: Any = object()
"""What reading returns where it has reported a problem."""

MAX_NAMES_SHOWN = 20
MAX_NAMES_COMPARED = 500

SCALARS = {bool: "true or false", int: "a whole number", float: "a number", str: "a text"}

Value = TypeVar("Value")
"""What is read: a YAML node, or any Python value."""


def nearest(word: str | None, known: Iterable[str]) -> str | None:
    """The known word that a misspelt one probably means."""
    names = list(islice(known, MAX_NAMES_COMPARED))
    # At 0.7 `sead` is `seed`, and `frames` is not `formats`.
    return next(iter(difflib.get_close_matches((word or "").lower(), names, n=1, cutoff=0.7)), None)


def suggestion(word: str, known: Collection[str]) -> str:
    """A hint for a misspelt word: the nearest known one, or all of them if they are few."""
    close = nearest(word, known)
    if close is not None:
        return f"did you mean '{close}'?"
    return f"known here: {', '.join(known)}" if 0 < len(known) <= MAX_NAMES_SHOWN else ""


def either(choices: Iterable[Any]) -> str:
    """Several words for people: `8, 16 or 32`."""
    *others, last = map(str, choices)
    return f"{', '.join(others)} or {last}" if others else last


class Interpreter(ABC, Generic[Value]):
    """Reads values by forms. What a value looks like, and where problems go, is the subclass' business.

    `where` is always the path of keys to the value. Whatever is wrong has been told when a method returns `BAD`.
    """

    @abstractmethod
    def problem(self, at: Value, where: list[str], text: str, hint: str = "") -> Any:
        """Report what is wrong with a value; return `BAD`."""

    @abstractmethod
    def describe(self, value: Value) -> str:
        """What a user sees in a value, for "found ..."."""

    @abstractmethod
    def is_empty(self, value: Value) -> bool:
        """Whether it is no value at all."""

    @abstractmethod
    def pairs_of(self, value: Value) -> Mapping[str, tuple[Value, Value]] | None:
        """The keys, as texts and as values, and the values of a mapping; None if it is none."""

    @abstractmethod
    def items_of(self, value: Value) -> list[Value] | None:
        """The items of a list; None if it is none."""

    @abstractmethod
    def word_of(self, value: Value) -> str | None:
        """The text of a value that is neither empty, nor a mapping, nor a list; else None."""

    @abstractmethod
    def scalar(self, value: Value, kind: Any, where: list[str]) -> Any:
        """A bool, int, float or str, or `BAD`."""

    @abstractmethod
    def literal(self, value: Value, *, whole: bool) -> Any:
        """A whole number, or a text, to compare with the words of a key; `BAD`, and nothing reported, if it is none."""

    @abstractmethod
    def without(self, value: Value, names: Collection[str]) -> Value:
        """A mapping without some of its keys."""

    def hint(self, value: Value, *, whole: bool = False) -> str:
        """What the author of a value of the wrong form probably meant; `whole` where a whole number is expected."""
        del value, whole
        return ""

    def listed(self, value: Value) -> str:
        """How to write a list of this one value."""
        return f"[{self.word_of(value)}]"

    def keyed(self, value: Value, key: KeyForm, where: list[str]) -> Any:
        """The value of a key, within its limits, or `BAD`."""
        if value is None and key.optional:
            return None
        read = self.value(value, key.form, where)
        text = None if read is BAD else key.note.problem(read)
        return read if text is None else self.problem(value, where, text)

    def value(self, value: Value, form: Form, where: list[str]) -> Any:
        """The value of a form, or `BAD`."""
        match form:
            case Scalar(kind=kind):
                return self.scalar(value, kind, where)
            case Words(values=words):
                return self._words(value, words, where)
            case Items():
                return self._items(value, form, where)
            case Either(forms=forms):
                return self._either(value, forms, where)
            case Choices(kinds=kinds):
                return value if isinstance(value, tuple(kinds.values())) else self._choice(value, kinds, where)
            case Weighted():
                return self._weighted(value, form, where)
            case Record(kind=kind):
                return value if isinstance(value, kind) else self._record(value, kind, where)

    def mapping(self, value: Value, where: list[str]) -> Mapping[str, tuple[Value, Value]] | None:
        """The pairs of a mapping, `{}` for an empty value, or None after a problem."""
        if self.is_empty(value):
            return {}
        found = self.pairs_of(value)
        if found is None:
            self.problem(value, where, f"expected a mapping of keys, found {self.describe(value)}")
        return found

    def unknown_key(
        self, key: Value, text: str, where: list[str], known: Collection[str], hint: str = "", elsewhere: str = ""
    ) -> None:
        """Report a key; `hint` says more than the list of known ones, `elsewhere` where this very key is known."""
        if not hint or nearest(text, known):
            hint = suggestion(text, known)
        self.problem(key, where, f"unknown key '{text}'", elsewhere or hint)

    def complete(self, found: Iterable[str], kind: Any, at: Value, where: list[str], hint: str = "") -> bool:
        """Whether all required keys are there; those that an unknown key probably means are not reported again."""
        missing = [name for name in required_keys(kind) if name not in found]
        meant = {nearest(text, keys_of(kind)) for text in found if text not in keys_of(kind)} if missing else set()
        for name in missing:
            if name not in meant:
                self.problem(at, where, f"the key '{name}' is missing", hint)
        return not missing

    def _words(self, value: Value, words: tuple[Any, ...], where: list[str]) -> Any:
        whole = isinstance(words[0], int)
        read = self.literal(value, whole=whole)
        if read in words:
            return read
        hint = self.hint(value, whole=whole) if read is BAD else ""
        return self.problem(value, where, f"expected {either(words)}, found {self.describe(value)}", hint)

    def _items(self, value: Value, form: Items, where: list[str]) -> Any:
        word, items = self.word_of(value), self.items_of(value)
        if word is not None and form.length is not None:
            one = self.value(value, form.item, where)
            return BAD if one is BAD else (one,) * form.length
        if items is None:
            wanted = "a list" if form.length is None else f"a number or a list of {form.length}"
            one_of_many = word is not None and form.item != Scalar(float)
            hint = f"write {self.listed(value)}" if one_of_many else self.hint(value)
            return self.problem(value, where, f"expected {wanted}, found {self.describe(value)}", hint)
        if form.length not in {None, len(items)}:
            return self.problem(value, where, f"expected {form.length} values, found {len(items)}")
        values = [self.value(item, form.item, where) for item in items]
        return BAD if any(item is BAD for item in values) else tuple(values)

    def _either(self, value: Value, forms: tuple[Form, ...], where: list[str]) -> Any:
        items = self.items_of(value)
        if items is None:
            return self.value(value, forms[0], where)
        lists = {form.length: form for form in forms if isinstance(form, Items)}
        fitting = lists.get(len(items), lists.get(None))
        if fitting is None:
            return self.problem(value, where, f"expected {either(lists)} values, found {len(items)}")
        return self.value(value, fitting, where)

    def _record(self, value: Value, kind: Any, where: list[str]) -> Any:
        """A dataclass from a mapping to its keys."""
        found, known = self.mapping(value, where), keys_of(kind)
        if found is None:
            return BAD
        values: dict[str, Any] = {}
        for text, (key, inner) in found.items():
            if text in known:
                values[text] = self.keyed(inner, known[text], [*where, text])
            else:
                self.unknown_key(key, text, where, known, self.hint(value))
                values[text] = BAD
        complete = self.complete(found, kind, value, where)
        return kind(**values) if complete and BAD not in values.values() else BAD

    def _choice(self, value: Value, known: Mapping[str, type[Choice]], where: list[str]) -> Any:
        word, found = self.word_of(value), self.pairs_of(value)
        if word is not None and word in known:
            for name in required_keys(known[word]):
                return self.problem(value, where, f"'{word}' needs its {name}", f"write {{{word}: ...}}")
            return known[word]()
        if not found or (self.hint(value) and known.keys().isdisjoint(found)):
            close = nearest(word, known)
            hint = f"did you mean '{close}'?" if close else self.hint(value)
            return self.problem(value, where, f"expected {either(known)}, found {self.describe(value)}", hint)
        wrong = [text for text in found if text not in known]
        for text in wrong:
            self.unknown_key(found[text][0], text, where, known)
        if wrong:
            return BAD
        (tag, (_, inner)), *others = found.items()
        if others:
            text, (key, _) = others[0]
            return self.problem(key, where, f"'{tag}' and '{text}' cannot be combined", "keep one of them")
        kind, inside = known[tag], [*where, tag]
        keys = keys_of(kind)
        is_mapping = self.pairs_of(inner) is not None and not self.hint(inner)
        if len(keys) != 1 or is_mapping or self.is_empty(inner):
            return self._record(inner, kind, inside)
        ((name, key_form),) = keys.items()
        read = self.keyed(inner, key_form, inside)  # {gaussian: 0.2}
        return BAD if read is BAD else kind(**{name: read})

    def _weighted(self, value: Value, form: Weighted, where: list[str]) -> Any:
        word, items = self.word_of(value), self.items_of(value)
        if word is not None and word in form.presets:
            return form.presets[word]
        if items is None:
            part = self._weighted_item(value, form, where)
            return BAD if part is BAD else (part,)
        parts = [self._weighted_item(item, form, [*where, str(i)]) for i, item in enumerate(items)]
        return BAD if any(part is BAD for part in parts) else tuple(parts)

    def _weighted_item(self, value: Value, form: Weighted, where: list[str]) -> Any:
        """One choice, with the further keys of the weighted dataclass beside its tag."""
        tags = form.choices.kinds
        if isinstance(value, form.kind):
            return value
        if isinstance(value, tuple(tags.values())):
            return form.kind(value)
        found = self.pairs_of(value)
        if found is None:
            close = nearest(self.word_of(value), [*form.presets, *tags])
            example = f"write a preset ({', '.join(form.presets)}) or {{{next(iter(tags))}: ...}}"
            hint = f"did you mean '{close}'?" if close in form.presets else example
            return self.problem(value, where, f"expected a {form.name}, found {self.describe(value)}", hint)
        extra = {name: key for name, key in keys_of(form.kind).items() if name != form.name}
        values = {name: self.keyed(found[name][1], key, [*where, name]) for name, key in extra.items() if name in found}
        wrong = [text for text in found if text not in {**extra, **tags}]
        for text in wrong:
            self.unknown_key(found[text][0], text, where, [*tags, *extra])
        if wrong:
            return BAD
        values[form.name] = self._choice(self.without(value, extra), tags, where)
        return BAD if BAD in values.values() else form.kind(**values)
