"""The one reading of values by the forms of their keys: of YAML's nodes (`manifest.decode`) and of Python's values."""

from abc import ABC, abstractmethod
from collections.abc import Collection, Iterable, Mapping
from itertools import islice
from types import ModuleType
from typing import Any, Generic, TypeVar

from bluenoise_assets.spec import annotations as forms
from bluenoise_assets.spec.annotations import Choice, Form, KeyForm, NonEmpty, keys_of, required_keys
from bluenoise_assets.spec.input_file import InputFile

BAD: Any = object()
"""What reading returns where it has reported a problem."""

REMOVED_KEYS = {"supercompression": "a server's gzip or brotli makes files as small; remove the key"}
"""Keys that earlier versions knew, and what to tell who still writes them."""

MISPLACED_KEYS = {"ema": "it is a filter in time: with frames, write {time: {ema: 0.1}}"}
"""Keys that are only known elsewhere, and what to tell who writes them here."""

MAX_NAMES_SHOWN = 24
MAX_NAMES_COMPARED = 500

SCALARS = {bool: "true or false", int: "a whole number", float: "a number", str: "a text"}

Value = TypeVar("Value")
"""What is read: a YAML node, or any Python value."""

Pairs = Mapping[str, tuple[Value, Value]]
"""A mapping by the text of its keys: each key and its value."""


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known word that a misspelt one probably means."""
    import difflib  # only mistakes pay for it

    names = list(islice(known, MAX_NAMES_COMPARED))
    # At 0.7 `sead` is `seed`, and `frames` is not `formats`.
    return next(iter(difflib.get_close_matches(word.lower(), names, n=1, cutoff=0.7)), None)


def suggestion(word: str, known: Collection[str]) -> str:
    """A hint for a misspelt word: the nearest known one, or all of them if they are few."""
    close = nearest(word, known)
    if close is not None:
        return f"did you mean '{close}'?"
    return f"known here: {', '.join(known)}" if 0 < len(known) <= MAX_NAMES_SHOWN else ""


def _mistakes() -> ModuleType:
    from bluenoise_assets.spec import mistakes  # only mistakes pay for it

    return mistakes


def either(choices: Iterable[Any]) -> str:
    """Several words for people: `8, 16 or 32`."""
    *others, last = map(str, choices)
    return f"{', '.join(others)} or {last}" if others else last


def _are_meant(found: Collection[str], own: Collection[str], other: Form) -> bool:
    """Whether a mapping has a key that only one of two forms knows, or one that is spelled much like it."""
    if any(text in own for text in found):
        return True
    known = {*other.choices.kinds, *keys_of(other.kind)} if isinstance(other, forms.Weighted) else set()
    return any(nearest(text, own) and not nearest(text, known) for text in found if text not in known)


def _is_item(seen: object, keys: Mapping[str, KeyForm]) -> bool:
    """Whether a mapping is a choice where a list of such is expected."""
    (key,) = keys.values()
    choices = key.form.item if isinstance(key.form, forms.Items) else None
    return (
        isinstance(seen, Mapping) and isinstance(choices, forms.Choices) and any(tag in seen for tag in choices.kinds)
    )


class Interpreter(ABC, Generic[Value]):
    """Reads values by forms. What a value looks like, and where problems go, is the subclass' business.

    `where` is always the path of keys to the value. Whatever is wrong has been told when a method returns `BAD`.
    """

    @abstractmethod
    def problem(self, at: Value, where: list[str], text: str, hint: str = "") -> Any:
        """Report what is wrong with a value; return `BAD`."""

    @abstractmethod
    def seen(self, value: Value) -> Pairs[Value] | list[Value] | str | None:
        """A mapping's pairs, a list's items, the text of anything else, None for nothing."""

    @abstractmethod
    def spelled(self, value: Value) -> str:
        """What is neither mapping nor list nor nothing, as a user sees it."""

    @abstractmethod
    def scalar(self, value: Value, kind: Any, where: list[str]) -> Any:
        """A bool, int, float or str, or `BAD`."""

    @abstractmethod
    def file(self, value: Value, kind: type[InputFile], where: list[str]) -> Any:
        """The file of a path, read, or `BAD`."""

    @abstractmethod
    def literal(self, value: Value, *, whole: bool) -> Any:
        """A whole number, or a text, to compare with the words of a key; `BAD`, and nothing reported, if it is none."""

    def hint(self, value: Value, *, whole: bool = False) -> str:
        """What the author of a value of the wrong form probably meant; `whole` where a whole number is expected."""
        del value, whole
        return ""

    def listed(self, value: Value) -> str:
        """How to write a list of this one value."""
        return f"[{self.seen(value)}]"

    def describe(self, value: Value) -> str:
        """What a user sees in a value, for "found ..."."""
        seen = self.seen(value)
        if seen is None:
            return "nothing"
        return self.spelled(value) if isinstance(seen, str) else "a list" if isinstance(seen, list) else "a mapping"

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
            case forms.Scalar(kind=kind):
                return self.scalar(value, kind, where)
            case forms.Words(values=words):
                return self._words(value, words, where)
            case forms.Items():
                return self._items(value, form, where)
            case forms.Either(forms=members):
                return self._either(value, members, where)
            case forms.Choices(kinds=kinds):
                if isinstance(value, tuple(kinds.values())):
                    return value
                return self._choice(value, self.seen(value), kinds, where, self.hint(value))
            case forms.Weighted():
                return self._weighted(value, form, where)
            case forms.Record(kind=kind):
                read = value if isinstance(value, kind) else self._record(value, kind, where)
                return self._checked(value, read, where) if issubclass(kind, NonEmpty) else read
            case forms.Named():
                return self._named(value, form, where)
            case forms.File(kind=kind):
                read = value if isinstance(value, kind) else self.file(value, kind, where)
                wrong = None if read is BAD else read.problem()
                return read if wrong is None else self.problem(value, where, *wrong)

    def mapping(self, value: Value, where: list[str], hint: str = "") -> Pairs[Value] | None:
        """The pairs of a mapping, `{}` for nothing, or None after a problem; `hint` is for a list."""
        seen = self.seen(value)
        if seen is None:
            return {}
        if isinstance(seen, str | list):
            if isinstance(seen, str):
                hint = _mistakes().no_space_hint(seen) or _mistakes().no_space_hint(where[-1])
            self.problem(value, where, f"expected a mapping of keys, found {self.describe(value)}", hint)
            return None
        return seen

    def unknown_key(
        self, key: Value, text: str, where: list[str], known: Collection[str], hint: str = "", elsewhere: str = ""
    ) -> None:
        """Report a key; `hint` says more than the list of known ones, `elsewhere` where this very key is known."""
        if text in REMOVED_KEYS:
            self.problem(key, where, f"the key '{text}' was removed", REMOVED_KEYS[text])
            return
        hint = MISPLACED_KEYS.get(text, hint)
        if text not in MISPLACED_KEYS and (not hint or nearest(text, known)):
            hint = suggestion(text, known)
        hint = _mistakes().key_hint(text, known) or hint
        self.problem(key, where, f"unknown key '{text}'", elsewhere or hint)

    def complete(self, found: Iterable[str], kind: Any, at: Value, where: list[str], hint: str = "") -> bool:
        """Whether all required keys are there; those that an unknown key probably means are not reported again."""
        missing = [name for name in required_keys(kind) if name not in found]
        known = keys_of(kind)
        unknown = [text for text in found if text not in known] if missing else []
        meant = {_mistakes().key_meant(text, known) or nearest(text, known) for text in unknown}
        for name in missing:
            if name not in meant:
                self.problem(at, where, f"the key '{name}' is missing", hint)
        return not missing

    def _words(self, value: Value, words: tuple[Any, ...], where: list[str]) -> Any:
        whole = isinstance(words[0], int)
        read = self.literal(value, whole=whole)
        if read in words:
            return read
        hint = self.hint(value, whole=whole) if read is BAD else "" if whole else _mistakes().word_hint(read, words)
        return self.problem(value, where, f"expected {either(words)}, found {self.describe(value)}", hint)

    def _items(self, value: Value, form: forms.Items, where: list[str]) -> Any:
        seen = self.seen(value)
        sides = isinstance(seen, str) and form.length is not None and not seen.isdecimal()
        hint = _mistakes().sides_hint(seen) if sides else ""
        if isinstance(seen, str) and form.length is not None and not hint:
            one = self.value(value, form.item, where)
            return BAD if one is BAD else (one,) * form.length
        if not isinstance(seen, list):
            wanted = "a list" if form.length is None else f"a number or a list of {form.length}"
            one_of_many = isinstance(seen, str) and form.item != forms.Scalar(float)
            hint = hint or (f"write {self.listed(value)}" if one_of_many else self.hint(value))
            return self.problem(value, where, f"expected {wanted}, found {self.describe(value)}", hint)
        if form.length not in {None, len(seen)}:
            return self.problem(value, where, f"expected {form.length} values, found {len(seen)}")
        values = [self.value(item, form.item, where) for item in seen]
        return BAD if any(item is BAD for item in values) else tuple(values)

    def _either(self, value: Value, members: tuple[Form, ...], where: list[str]) -> Any:
        seen, first = self.seen(value), members[0]
        extra = keys_of(first.kind) if isinstance(first, forms.Weighted) else {}
        for member in members[1:]:
            if isinstance(member, forms.Record):
                own = keys_of(member.kind).keys() - extra.keys()
                if isinstance(value, member.kind) or (isinstance(seen, Mapping) and _are_meant(seen, own, first)):
                    return self.value(value, member, where)
        if not isinstance(seen, list) or isinstance(first, forms.Weighted):
            return self.value(value, first, where)
        lists = {form.length: form for form in members if isinstance(form, forms.Items)}
        fitting = lists.get(len(seen), lists.get(None))
        if fitting is None:
            return self.problem(value, where, f"expected {either(lists)} values, found {len(seen)}")
        return self.value(value, fitting, where)

    def _record(self, value: Value, kind: Any, where: list[str]) -> Any:
        """A dataclass from a mapping to its keys."""
        seen, known = self.seen(value), keys_of(kind)
        if issubclass(kind, NonEmpty) and isinstance(seen, str | list):
            text = f"expected a mapping of {either(known)}, found {self.describe(value)}"
            return self.problem(value, where, text, f"write {kind.example}")
        found = self.mapping(value, where)
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

    def _checked(self, value: Value, read: Any, where: list[str]) -> Any:
        """What was read of a value, if its keys fit together."""
        wrong = None if read is BAD else read.problem()
        return read if wrong is None else self.problem(value, where, *wrong)

    def _named(self, value: Value, form: forms.Named, where: list[str]) -> Any:
        """A mapping by some of a few names."""
        seen = self.seen(value)
        if not isinstance(seen, Mapping) or not seen:
            found = "nothing" if isinstance(seen, Mapping) else self.describe(value)
            hint = f"write {{{form.names[0]}: {form.item.kind.example}}}"
            return self.problem(value, where, f"expected a mapping of {either(form.names)}, found {found}", hint)
        values = {}
        for text, (key, inner) in seen.items():
            if text in form.names:
                values[text] = self.value(inner, form.item, [*where, text])
            else:
                values[text] = BAD
                self.problem(key, where, f"unknown figure '{text}'", suggestion(text, form.names))
        return BAD if BAD in values.values() else values

    def _choice(
        self, value: Value, seen: object, known: Mapping[str, type[Choice]], where: list[str], hint: str = ""
    ) -> Any:
        """A choice by what is seen in a value: its tag alone, or a mapping from it."""
        if isinstance(seen, str) and seen in known:
            for name in required_keys(known[seen]):
                return self.problem(value, where, f"'{seen}' needs its {name}", f"write {{{seen}: ...}}")
            return known[seen]()
        if not isinstance(seen, Mapping) or not seen or (hint and known.keys().isdisjoint(seen)):
            close = nearest(seen, known) if isinstance(seen, str) else None
            hint = f"did you mean '{close}'?" if close else hint
            return self.problem(value, where, f"expected {either(known)}, found {self.describe(value)}", hint)
        wrong = [text for text in seen if text not in known]
        for text in wrong:
            self.unknown_key(seen[text][0], text, where, known)
        if wrong:
            return BAD
        (tag, (_, inner)), *others = seen.items()
        if others:
            text, (key, _) = others[0]
            return self.problem(key, where, f"'{tag}' and '{text}' cannot be combined", "keep one of them")
        kind, inside = known[tag], [*where, tag]
        keys = keys_of(kind)
        is_mapping = isinstance(self.seen(inner), Mapping | None) and not self.hint(inner)
        if len(keys) != 1 or (is_mapping and not _is_item(self.seen(inner), keys)):
            return self._record(inner, kind, inside)
        ((name, key_form),) = keys.items()
        read = self.keyed(inner, key_form, inside)  # {gaussian: 0.2}
        return BAD if read is BAD else kind(**{name: read})

    def _weighted(self, value: Value, form: forms.Weighted, where: list[str]) -> Any:
        seen = self.seen(value)
        if isinstance(seen, str) and seen in form.presets:
            return form.presets[seen]
        if not isinstance(seen, list):
            part = self._weighted_item(value, form, where)
            return BAD if part is BAD else (part,)
        parts = [self._weighted_item(item, form, [*where, str(i)]) for i, item in enumerate(seen)]
        return BAD if any(part is BAD for part in parts) else tuple(parts)

    def _weighted_item(self, value: Value, form: forms.Weighted, where: list[str]) -> Any:
        """One choice, with the further keys of the weighted dataclass beside its tag."""
        tags, seen = form.choices.kinds, self.seen(value)
        if isinstance(value, form.kind):
            return value
        if isinstance(value, tuple(tags.values())):
            return form.kind(value)
        if not isinstance(seen, Mapping):
            close = nearest(seen, [*form.presets, *tags]) if isinstance(seen, str) else None
            presets = f"a preset ({', '.join(form.presets)}) or " if form.presets else ""
            example = f"write {presets}{{{next(iter(tags))}: ...}}"
            hint = f"did you mean '{close}'?" if close in form.presets else example
            if seen in form.presets:
                hint = "a preset stands alone, in no list"
            return self.problem(value, where, f"expected a {form.name}, found {self.describe(value)}", hint)
        extra = {name: key for name, key in keys_of(form.kind).items() if name != form.name}
        values = {name: self.keyed(seen[name][1], key, [*where, name]) for name, key in extra.items() if name in seen}
        wrong = [text for text in seen if text not in {**extra, **tags}]
        for text in wrong:
            self.unknown_key(seen[text][0], text, where, [*tags, *extra])
        if wrong:
            return BAD
        rest = {text: pair for text, pair in seen.items() if text not in extra}
        values[form.name] = self._choice(value, rest, tags, where)
        return BAD if BAD in values.values() else form.kind(**values)
