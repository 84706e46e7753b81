"""What annotations say, as forms: the tree that checking, decoding and the JSON Schema walk."""

from dataclasses import dataclass
from typing import Annotated, Literal

import pytest

from bluenoise_assets.spec import Choice, Importance, Key
from bluenoise_assets.spec.annotations import (
    Choices,
    Either,
    File,
    Items,
    Record,
    Scalar,
    Weighted,
    Words,
    form_of,
    keys_of,
    required_keys,
)


@dataclass(frozen=True)
class Near(Choice):
    pass


@dataclass(frozen=True)
class FarFilter(Choice):
    reach: Annotated[float, Key("How far.", minimum=1)]


@dataclass(frozen=True)
class Part:
    look: Annotated[Near | FarFilter, Key("Where.")]
    weight: Annotated[float, Key("How much.")] = 1.0
    note: str = "no key"


LOOKS = Choices({"near": Near, "far": FarFilter})


@pytest.mark.parametrize(
    ("kind", "form"),
    [
        (int, Scalar(int)),
        (float | None, Scalar(float)),
        (Literal[8, 16], Words((8, 16))),
        (tuple[int, int], Items(Scalar(int), 2)),
        (tuple[float, ...], Items(Scalar(float), None)),
        (tuple[tuple[float, ...], ...], Items(Items(Scalar(float), None), None)),
        (tuple[int, int] | tuple[int, int, int], Either((Items(Scalar(int), 2), Items(Scalar(int), 3)))),
        (int | tuple[int, ...], Either((Scalar(int), Items(Scalar(int), None)))),
        (Near | FarFilter | None, LOOKS),
        (tuple[Part, ...] | None, Weighted(Part, "look", LOOKS, {})),
        (Part, Record(Part)),
        (Importance | None, File(Importance)),
    ],
)
def test_forms(kind, form):
    assert form_of(kind) == form


@pytest.mark.parametrize("kind", [dict[str, int], bytes, Scalar(int)])
def test_a_type_that_no_manifest_can_spell_is_found_when_it_is_written(kind):
    with pytest.raises(TypeError, match="is no type of a manifest's key"):
        form_of(kind)


def test_keys():
    keys = keys_of(Part)
    assert list(keys) == ["look", "weight"]
    assert [key.required for key in keys.values()] == [True, False]
    assert required_keys(Part) == ["look"]
    assert (keys["weight"].default, keys["weight"].note) == (1.0, Key("How much."))


def test_limits():
    key = Key("", minimum=0, maximum=1, check=lambda value: "odd" if value == 0.5 else None)
    assert [key.problem(value) for value in (0.0, 1.0, 0.5)] == [None, None, "odd"]
    assert key.problem(-0.1) == "-0.1 is below the smallest allowed, 0"
    assert key.problem(1.1) == "1.1 is above the largest allowed, 1"
    assert key.problem(float("inf")) == "inf is not a finite number"
