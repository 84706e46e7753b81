"""The canonical form of a spec, as plain JSON data, and the key that names a texture's content."""

import hashlib
import json
from dataclasses import fields, is_dataclass
from functools import cache
from typing import Any

from bluenoise_assets.spec.annotations import Choice

ALGORITHM = 2
"""Goes up whenever the texels of some spec change; part of every texture's key."""


def key_of(content: dict[str, Any]) -> str:
    """The key of a texture's content."""
    return digest({"algorithm": ALGORITHM, "content": content})


def canonical_form(value: Any) -> Any:
    """A spec, or a part of one, as plain JSON data; a choice becomes `{tag: {its fields}}`."""
    kind: Any = type(value)
    names = _names(kind)
    if names is not None:
        plain = {name: canonical_form(getattr(value, name)) for name in names}
        return {value.tag(): plain} if isinstance(value, Choice) else plain
    if isinstance(value, tuple):
        return [canonical_form(item) for item in value]
    return value


@cache
def _names(kind: Any) -> tuple[str, ...] | None:
    """The fields of a dataclass that tell one from another; None for other types."""
    return tuple(field.name for field in fields(kind) if field.compare) if is_dataclass(kind) else None


def digest(plain: Any) -> str:
    """The SHA-256, in hex, of plain JSON data in its one canonical spelling."""
    text = json.dumps(plain, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False)
    return hashlib.sha256(text.encode("ascii")).hexdigest()
