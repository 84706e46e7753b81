"""The sum of a build: what it did, counted."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

Outcome = Literal["fresh", "built", "failed"]
WORST = ("fresh", "built", "failed")


@dataclass
class Summary:
    """What a build did, counted in textures."""

    built: int = 0
    failed: int = 0
    fresh: int = 0
    orphans: int = 0
    cancelled: bool = False
    _outcomes: dict[tuple[Path, str], Outcome] = field(default_factory=dict, repr=False, compare=False)

    def count(self, manifest: Path, texture: str, outcome: Outcome) -> None:
        """Count a texture; one with files in several folders once, as what is worst."""
        before = self._outcomes.get((manifest, texture))
        if before is not None:
            outcome = max(before, outcome, key=WORST.index)
            setattr(self, before, getattr(self, before) - 1)
        self._outcomes[manifest, texture] = outcome
        setattr(self, outcome, getattr(self, outcome) + 1)

    def as_json(self) -> dict[str, Any]:
        names = ("built", "failed", "fresh", "orphans", "cancelled")
        return {name: getattr(self, name) for name in names}

    def sentence(self) -> str:
        """For people: `2 built, 1 fresh`."""
        if not self.built and not self.failed:
            text = f"nothing to do: {self.fresh} {'texture' if self.fresh == 1 else 'textures'}, all fresh"
        else:
            parts = ((self.built, "built"), (self.failed, "failed"), (self.fresh, "fresh"))
            text = ", ".join(f"{count} {word}" for count, word in parts if count)
        return f"{text}, {self.orphans} without a manifest" if self.orphans else text
