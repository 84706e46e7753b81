"""What a report says of a texture, in words, and its keys as a manifest spells them."""

import json
import re
from collections.abc import Mapping
from typing import Any

from bluenoise_assets.engines.shaders import extent, law
from bluenoise_assets.report.page.elements import NONE, TIMES
from bluenoise_assets.report.page.report import Report, State, TextureReport
from bluenoise_assets.spec import TextureSpec, canonical_form

PLAIN = re.compile(r"(?!(?:null|true|false|yes|no|on|off|y|n|~)$)[A-Za-z_][A-Za-z0-9_ -]*[A-Za-z0-9_]")
"""A text that YAML takes for nothing else."""


STATE_WORDS: dict[State, str] = {
    "fresh": "fresh",
    "stale": "stale",
    "changed": "changed by hand",
    "missing": "missing",
}


def kind_of(spec: TextureSpec) -> str:
    """For the table: `frames of vec2`, `mask`, `volume`."""
    what = spec.sample_space.replace("_", " ") if spec.is_vector else "mask" if spec.filter is not None else "values"
    if spec.frames is not None:
        return f"{spec.frames} frames, {what}"
    if spec.layers is not None:
        return f"{spec.layers} layers, {what}"
    return f"volume, {what}" if spec.kind == "volume" else what


def size_of(spec: TextureSpec) -> str:
    return TIMES.join(map(str, spec.size))


def about(spec: TextureSpec) -> str:
    """`64 x 64 texels, 1 channel, 8 bits, uniform`."""
    encoding = " float" if spec.encoding == "float" else ""
    return f"{extent(spec)}, {spec.bits} bits{encoding}, {law(spec)}".replace(" x ", f" {TIMES} ").replace("_", " ")


def bytes_in_words(count: int | None) -> str:
    """`4.1 KB`, in thousands, as file managers and drivers count."""
    if count is None:
        return NONE
    if count < 1000:
        return f"{count} bytes"
    for unit in ("KB", "MB"):
        count_in = count / (1000 if unit == "KB" else 1_000_000)
        if count_in < 1000:
            return f"{count_in:.1f} {unit}"
    return f"{count / 1e9:.1f} GB"


def summary(report: Report) -> str:
    """`50 textures: 48 fresh, 1 stale, 1 missing; 1 under its bar`."""
    total = len(report.textures)
    counts = report.count()
    parts = ", ".join(f"{counts[state]} {word}" for state, word in STATE_WORDS.items() if counts[state])
    failing = f"; {len(report.failing)} under the bar" if report.failing else ""
    return f"{total} texture{'s' * (total != 1)}: {parts or 'none'}{failing}"


def worst(texture: TextureReport, figure: str) -> float | None:
    """The largest of a texture's channels' figures of that name."""
    values = [value for each in texture.figures if (value := getattr(each, figure)) is not None]
    return max(values, default=None)


def pattern_error(texture: TextureReport) -> float | None:
    """Of frames and vectors, the error of single frames' patterns."""
    return max((each.pattern_rms["H1"] for each in texture.figures if "H1" in each.pattern_rms), default=None)


def keys_as_yaml(spec: TextureSpec) -> str:
    """The texture's keys, all of them, as a manifest's entry: `name: {...}` in block style."""
    plain = {name: _plain(value) for name, value in canonical_form(spec).items() if value not in (None, [])}
    name = plain.pop("name")
    return "\n".join([f"{_flow(name)}:", *(f"  {key}: {_flow(value)}" for key, value in plain.items()), ""])


def _plain(value: Any) -> Any:
    """The canonical form, also of what it leaves as it is because no key depends on it."""
    if isinstance(value, Mapping):
        return {name: _plain(item) for name, item in value.items()}
    return canonical_form(value)


def _flow(value: Any) -> str:
    """Plain data in YAML's flow style."""
    if isinstance(value, dict):
        return (
            "{" + ", ".join(f"{_flow(name)}: {_flow(item)}" for name, item in value.items() if item is not None) + "}"
        )
    if isinstance(value, list):
        return f"[{', '.join(map(_flow, value))}]"
    if isinstance(value, str):
        return value if PLAIN.fullmatch(value) else json.dumps(value, ensure_ascii=False)
    return json.dumps(value)
