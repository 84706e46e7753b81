"""What a report says of a texture, in words, and its keys as a manifest spells them."""

import json
import os
import re
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any

from bluenoise_assets.engines.outputs import outputs
from bluenoise_assets.engines.shaders import extent, law
from bluenoise_assets.report.page.elements import NONE, TIMES
from bluenoise_assets.report.page.report import Report, State, TextureReport
from bluenoise_assets.spec import Choice, Sum, TextureSpec, WeightedFilter, WeightedTimeFilter
from bluenoise_assets.spec.input_file import InputFile

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


def named_from(path: Path, folder: Path) -> str:
    """A path from a folder, with slashes."""
    try:
        return Path(os.path.relpath(path, folder)).as_posix()
    except ValueError:  # another drive
        return path.as_posix()


def bytes_in_words(count: int | None) -> str:
    """`4.1 KB`, in thousands, as file managers and drivers count."""
    if count is None:
        return NONE
    if count < 1000:
        return f"{count} byte{'s' * (count != 1)}"
    for unit in ("KB", "MB"):
        count_in = count / (1000 if unit == "KB" else 1_000_000)
        if count_in < 1000:
            return f"{count_in:.1f} {unit}"
    return f"{count / 1e9:.1f} GB"


def summary(report: Report) -> str:
    """`50 textures: 48 fresh, 1 stale, 1 missing; 1 failed`."""
    total = len(report.textures)
    counts = report.count()
    parts = ", ".join(f"{counts[state]} {word}" for state, word in STATE_WORDS.items() if counts[state])
    failing = f"; {len(report.failing)} failed" if report.failing else ""
    return f"{total} texture{'s' * (total != 1)}: {parts or 'none'}{failing}"


def worst(texture: TextureReport, figure: str) -> float | None:
    """The largest of a texture's channels' figures of that name."""
    values = [value for each in texture.figures if (value := getattr(each, figure)) is not None]
    return max(values, default=None)


def pattern_error(texture: TextureReport) -> float | None:
    """Of frames and vectors, the error of single frames' patterns."""
    return max((each.pattern_rms["H1"] for each in texture.figures if "H1" in each.pattern_rms), default=None)


def keys_as_yaml(spec: TextureSpec, folder: Path) -> str:
    """The texture's keys, all of them that have an effect, as its entry in a manifest in this folder."""
    plain = {one.name: _as_in_manifest(getattr(spec, one.name)) for one in fields(spec)}
    name = plain.pop("name")
    if all(output.what != "dds" for output in outputs(spec)):
        del plain["dds_header"]
    if spec.importance is not None:
        plain["importance"] = named_from(Path(spec.importance.file), folder)
    kept = {key: value for key, value in plain.items() if value not in (None, [])}
    return "\n".join([f"{_flow(name)}:", *(f"  {key}: {_flow(value)}" for key, value in kept.items()), ""])


def _as_in_manifest(value: Any) -> Any:
    """A part of a spec as plain data in the form that manifests have."""
    if isinstance(value, InputFile):  # whose path depends on the manifest
        return value.sha256
    if isinstance(value, Mapping):
        return {name: _as_in_manifest(item) for name, item in value.items()}
    if isinstance(value, tuple):
        return [_as_in_manifest(item) for item in value]
    if isinstance(value, Sum):  # whose parts are no choice
        parts = {name: _as_in_manifest(getattr(value, name)) for name in ("threshold", "spectrum")}
        inside = {name: next(iter(part.values())) for name, part in parts.items()}
        return {value.tag(): {**inside, "weight": value.weight}}
    tag = value.tag() if isinstance(value, Choice) else None
    if not is_dataclass(value):
        return value
    plain = {one.name: _as_in_manifest(getattr(value, one.name)) for one in fields(value)}
    if isinstance(value, WeightedFilter | WeightedTimeFilter):  # which stand beside the filter's own name
        return plain.pop("filter") | plain
    return plain if tag is None else {tag: plain}


def _flow(value: Any) -> str:
    """Plain data in YAML's flow style."""
    if isinstance(value, dict):
        inside = ", ".join(f"{_flow(name)}: {_flow(item)}" for name, item in value.items() if item is not None)
        return f"{{{inside}}}"
    if isinstance(value, list):
        return f"[{', '.join(map(_flow, value))}]"
    if isinstance(value, str):
        return value if PLAIN.fullmatch(value) else json.dumps(value, ensure_ascii=False)
    return json.dumps(value)
