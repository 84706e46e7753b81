"""What people write who know other tools, or type too fast, and what to tell them. Only mistakes pay for this."""

import re
from collections.abc import Collection, Iterable

_SIZE = "write size: 64, or size: [64, 32]"
_LAYERS = "write layers: 8, or frames: 8 for noise that moves"
_FILTER = "write filter: {gaussian: 1.5}"
_ENABLED = "write enabled: false"
_REQUIRE = "write require: {low_frequency_db: {max: -40}}"

KEYS = {
    **dict.fromkeys(("width", "height", "side", "resolution", "res", "dimensions"), ("size", _SIZE)),
    **dict.fromkeys(("slices", "count", "array", "array_size"), ("layers", _LAYERS)),
    **dict.fromkeys(("sigma", "gaussian", "blur", "kernel"), ("filter", _FILTER)),
    **dict.fromkeys(("disabled", "disable", "skip", "if", "when"), ("enabled", _ENABLED)),
    **dict.fromkeys(("gate", "gates", "bar", "bars", "limits", "assert"), ("require", _REQUIRE)),
    **dict.fromkeys(("bit_depth", "bpp", "precision"), ("bits", "write bits: 8")),
    **dict.fromkeys(("base", "parent", "inherits", "inherit"), ("extends", "write extends: NAME")),
    **dict.fromkeys(("format", "file_format", "extension"), ("formats", "write a list: formats: [png]")),
    **dict.fromkeys(("engine", "target", "targets"), ("engines", "write a list: engines: [unity]")),
    "depth": ("size", "write size: [64, 64, 32] for a volume, or bits: 8"),
    "quality": ("effort", "write effort: best"),
    "random_seed": ("seed", "write seed: 1"),
}
"""Keys of a texture by other names: the key that is meant, and how it is written."""

NEEDLESS_KEYS = {
    **dict.fromkeys(("type", "kind", "noise"), "all textures are blue noise: remove it, or see `objective`"),
    **dict.fromkeys(("tile", "tileable", "tiling", "seamless", "wrap"), "all textures tile: remove it"),
    **dict.fromkeys(("name", "file", "filename", "path"), "the key above is the name: remove it"),
}
"""Keys for what every texture is or has."""

WORDS = {
    "three": "threejs",
    "ue": "unreal",
    "unrealengine": "unreal",
    "unity3d": "unity",
    "godotengine": "godot",
    "gdshader": "godot",
    "high": "best",
    "medium": "good",
    "normal": "good",
    "low": "fast",
}
"""Words by other names, in lower case and without all but letters."""


def key_meant(text: str, known: Collection[str]) -> str | None:
    """The known key that an unknown one stands for, and not by its spelling."""
    name, _ = KEYS.get(_plain_key(text), ("", ""))
    colon = _NO_SPACE.match(text)
    if colon and colon[1] in known:
        return colon[1]
    return name if name in known else None


def key_hint(text: str, known: Collection[str]) -> str:
    """What to write instead of an unknown key; "" where nothing is known of it."""
    colon = _NO_SPACE.match(text)
    if colon and colon[1] in known:
        return no_space_hint(text)
    name, hint = KEYS.get(_plain_key(text), ("", ""))
    if name in known:
        return hint
    return NEEDLESS_KEYS.get(_plain_key(text), "") if "size" in known else ""


def no_space_hint(text: str) -> str:
    """What to write instead of `size:64`."""
    found = _NO_SPACE.match(text)
    if not found:
        return ""
    value = f"{found[2]}...}}" if found[2].startswith("{") else found[2]
    return f"write {found[1]}: {value}, with a space behind the colon"


def word_hint(text: str, words: Iterable[str]) -> str:
    """What to write instead of a word that is none of these, which are a key's."""
    plain = re.sub(r"[^a-z0-9]", "", text.lower())
    known = {re.sub(r"[^a-z0-9]", "", word): word for word in words}
    for found in (plain, plain.rstrip("0123456789")):
        word = known.get(found) or known.get(WORDS.get(found, ""))
        if word is not None:
            return "remove the comma" if text == f"{word}," else f"write {word}"
    return ""


def sides_hint(text: str) -> str:
    """How to write `64x64` as a key of several numbers has it."""
    sides = re.split(r" *[xX*,\u00d7] *", text)
    if not 2 <= len(sides) <= 3 or not all(re.fullmatch(r"[1-9][0-9]*(\.[0-9]+)?", side) for side in sides):
        return ""
    return f"write {sides[0]}" if sides == [sides[0]] * 2 else f"write [{', '.join(sides)}]"


def _plain_key(text: str) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", text).lower().replace("-", "_")


_NO_SPACE = re.compile(r"([A-Za-z_]\w*):([^\s:/\\]\S*)")
