"""Figures of textures as tables of 80 columns: a row a texture, below them noise of known making."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from bluenoise_assets.report.measured.histogram import Histogram
from bluenoise_assets.report.measured.measurement import ChannelFigures
from bluenoise_assets.report.measured.references import FRAMES, SIDE, references
from bluenoise_assets.report.measured.summary import Summary
from bluenoise_assets.spec.sample_space import DIRECTIONS

NAME = 23
LEAST_DB = -99.0
"""Ordered patterns have nothing at all at some frequencies."""

Data = Mapping[str, Any]
Column = tuple[str, Callable[[Data], str]]
"""A head, and what stands below it, empty where a texture has no such figure."""


def _figure(name: str) -> Callable[[Data], str]:
    return lambda figures: _decibels(figures.get(name))


def _of(name: str, key: str) -> Callable[[Data], str]:
    return lambda figures: _decibels(figures.get(name, {}).get(key))


def _rms(key: str) -> Callable[[Data], str]:
    def text(figures: Data) -> str:
        value = figures.get("pattern_rms", {}).get(key)
        return "" if value is None else f"{value:.4f}"

    return text


def _decibels(value: float | None) -> str:
    if value is None:
        return ""
    return f"{round(value, 1) + 0.0:.1f}" if value > LEAST_DB else "none"  # the sum makes -0.0 0.0


PATTERNS: tuple[Column, ...] = (
    ("low", _figure("low_frequency_db")),
    *((sigma, _of("threshold_error_db", key)) for sigma, key in (("1.0", "1"), ("1.5", "1.5"), ("2.0", "2"))),
    *((eye, _of("threshold_error_db", eye)) for eye in ("eye 35", "eye 70", "eye 140")),
    ("H1", _rms("H1")),
)
STRUCTURE: tuple[Column, ...] = (
    *((tone, _of("tone_low_frequency_db", tone)) for tone in ("1/64", "1/16", "1/2", "63/64")),
    ("uneven", _figure("anisotropy_db")),
    ("peak", _figure("peak_db")),
    ("seam", _figure("seam_db")),
)
TIME: tuple[Column, ...] = tuple((key, _rms(key)) for key in ("H1", "ST", "EMA", "steady EMA", "steady ST", "caps"))

LEGENDS = {
    "patterns": (
        "dB beside white noise, lower is better. low: power of the values below 1/8 cycle",
        "per texel. 1.0 to 2.0: error of thresholded patterns after a Gaussian of so many",
        "texels, and after the eye at so many pixels per degree. H1: that at 1.0 as RMS.",
    ),
    "structure": (
        "1/64 to 63/64: low frequencies of the pattern of that tone. uneven: anisotropy.",
        "peak: the strongest single frequency, of white noise about 9.5. seam: how much",
        "worse texels fit their neighbours across the border than inside, about 0.",
    ),
    "time": (
        "RMS of patterns of 0 and 1, lower is better. H1: a frame after a Gaussian of 1.",
        "EMA: a moving average of 0.1 after 32 frames, ST: after a Gaussian, too; steady:",
        "of a loop that has run for long.",
    ),
}


def described(summary: Summary) -> list[str]:
    """What a file is: format, size, histogram, correlations, notes and faults, a line each."""
    layout = summary.file.image.layout
    slices, height, width, channels = layout.shape
    words = [summary.file.facts.format, f"{width} x {height}"]
    if summary.slices_are:
        words.append(
            f"{slices} slices of a volume" if summary.slices_are == "volume" else f"{slices} {summary.slices_are}"
        )
    words.append("1 channel" if channels == 1 else f"{channels} channels")
    words.append(f"{8 * layout.item_bytes} bits{', float' if layout.encoding == 'float' else ''}")
    lines = [f"{summary.name}: {', '.join(words)}"]
    said: dict[str, list[str]] = {}
    for channel in _scalars(summary):
        said.setdefault(_histogram(channel.histogram, height * width), []).append(channel.name)
    for text, names in said.items():
        which = f"{', '.join(names)}: " if channels > 1 else ""
        lines.append(f"  {which}{text}")
    pairs = summary.figures.channel_correlation
    if pairs and _scalars(summary):
        worst = max(pairs, key=lambda pair: abs(pairs[pair]))
        lines.append(
            f"  channels: correlation {pairs[worst] + 0.0:.3f} ({worst}{', the largest' if len(pairs) > 1 else ''})"
        )
    if summary.figures.slice_correlation is not None:
        lines.append(f"  slices: correlation {summary.figures.slice_correlation:.3f}, the largest")
    lines += [f"  note: {note}" for note in summary.notes]
    return lines + [f"  fault: {fault.text} {fault.hint}" for fault in summary.faults]


def _scalars(summary: Summary) -> tuple[ChannelFigures, ...]:
    """The channels that are shown by themselves: all but the components of what is known to be vectors."""
    vectors = summary.figures.vectors
    is_known = vectors is not None and (vectors.space in DIRECTIONS or not vectors.is_assumed)
    return () if is_known else summary.figures.channels


def _histogram(found: Histogram, texels: int) -> str:
    """A distribution in words, and how exact it is, in slices of so many texels."""
    if found.distribution is None:
        values = f"{found.levels} values from {found.low:.3g} to {found.high:.3g}"
        return f"{values}, {found.distance:.3f} from {found.nearest}"
    kind = f"{found.distribution} from {found.low:.3g} to {found.high:.3g}"
    if found.sigma is not None:
        kind = f"gaussian, sigma {found.sigma:.3g}"
    if found.texels_off is None:
        return f"{kind}, within {found.distance:.4f}"
    if found.texels_off == 0:
        return f"{kind}, exact: {'each value once' if found.levels >= texels else 'all levels equally often'}"
    return f"{kind}, {100 * found.texels_off:.2g}% of the texels off equally frequent levels"


def tables(found: Sequence[Summary]) -> list[str]:
    """The tables of several files; none where there is nothing to show."""
    names = [Path(one.name).name for one in found]
    names = [name if names.count(name) == 1 else one.name for name, one in zip(names, found, strict=True)]
    channels: list[tuple[str, Data]] = []
    loops: list[tuple[str, Data]] = []
    vectors: dict[str, list[tuple[str, Data]]] = {}
    for name, one in zip(names, found, strict=True):
        scalars = _scalars(one)
        rows: list[tuple[str, Data]] = [
            (f"{name} {each.name}" if len(scalars) > 1 else name, each.as_json()) for each in scalars
        ]
        channels += rows
        loops += rows if one.file.frames else []
        if one.figures.vectors is not None:
            data = {"pattern_rms": one.figures.vectors.pattern_rms}
            vectors.setdefault(one.figures.vectors.space, []).append((name, data))
    lines: list[str] = []
    if channels:
        lines += [*_table("patterns", channels, PATTERNS, "mask"), *LEGENDS["patterns"]]
        lines += [*_table("structure", channels, STRUCTURE, "mask"), *LEGENDS["structure"]]
    lines += _table("frames", loops, TIME, "frames")
    for space, of_space in vectors.items():
        lines += _table(f"vectors: {space}", of_space, TIME, space)
    if loops or vectors:
        lines += LEGENDS["time"]
    if not lines:
        return []
    return [*lines, "", f"Named noise: {SIDE}x{SIDE} texels, {FRAMES} frames."]


def _table(title: str, rows: Sequence[tuple[str, Data]], columns: Sequence[Column], kind: str) -> Iterator[str]:
    """A head, a row for each texture, and one for each named noise of a kind; columns that are empty are left out."""
    named = [(f"  {one.name}", one.figures) for one in references() if one.kind == kind]
    shown = [(head, figure) for head, figure in columns if any(figure(data) for _, data in rows)]
    if not shown:
        return
    lines = [[figure(data) or "-" for _, figure in shown] for _, data in [*rows, *named]]
    columns_of_text = zip([head for head, _ in shown], *lines, strict=True)
    widths = [max(6, max(map(len, cells)) + (2 if " " in cells[0] else 1)) for cells in columns_of_text]
    yield ""
    yield f"{title:{NAME}}{''.join(head.rjust(width) for (head, _), width in zip(shown, widths, strict=True))}"
    for (name, _), line in zip([*rows, *named], lines, strict=True):
        cells = "".join(cell.rjust(width) for cell, width in zip(line, widths, strict=True))
        yield f"{name if len(name) <= NAME else '..' + name[2 - NAME :]:{NAME}}{cells}"
