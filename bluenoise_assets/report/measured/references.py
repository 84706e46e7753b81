"""Named noise of known making, to see where a texture stands: its figures, as data, with its origin."""

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

DATA = Path(__file__).with_name("references.json")

SIDE, FRAMES = 128, 32
"""Of all references: figures hardly depend on the size from 64x64 on, but those of frames do on their number."""


@dataclass(frozen=True)
class Reference:
    """Noise by its name, and how it was made; `kind` is mask, frames, or a sample space. `figures` are `measure`'s."""

    name: str
    kind: str
    origin: str
    figures: dict[str, Any]


@cache
def references() -> tuple[Reference, ...]:
    """All, in the order in which they are shown. `tests/bench/bench_references.py` makes the file."""
    return tuple(Reference(**one) for one in json.loads(DATA.read_text(encoding="utf-8"))["references"])
