"""A texture's part of the page, and its row in the table, as HTML. What is not ours is escaped."""

from collections.abc import Iterator, Sequence
from html import escape
from typing import NamedTuple

from bluenoise_assets.quality import temporal
from bluenoise_assets.quality.figures import Figures
from bluenoise_assets.quality.threshold_error import MEASURED_EYES, MEASURED_SIGMAS
from bluenoise_assets.quality.tones import MEASURED_TONES
from bluenoise_assets.report.page import references
from bluenoise_assets.report.page.elements import decimal, details, listing, number, row, scrolled, table
from bluenoise_assets.report.page.look import change_html, look_html
from bluenoise_assets.report.page.report import FileReport, TextureReport
from bluenoise_assets.report.page.words import (
    STATE_WORDS,
    about,
    bytes_in_words,
    keys_as_yaml,
    kind_of,
    pattern_error,
    size_of,
    worst,
)


def row_html(texture: TextureReport) -> str:
    """A texture's row in the table of all."""
    error, low, patterns = worst(texture, "error_db"), worst(texture, "low_frequency_db"), pattern_error(texture)
    name, kind, spec = escape(texture.name), escape(kind_of(texture.spec)), texture.spec
    cells = [
        f'<th scope="row" data-value="{name}"><a href="#{texture.id}">{_breakable(name)}</a></th>',
        _cell(spec.texel_count * (spec.array_length or 1), size_of(spec)),
        f'<td data-value="{kind}">{kind}</td>',
        _cell(error, decimal(error, 1)),
        _cell(low, decimal(low, 1)),
        _cell(patterns, decimal(patterns, 4)),
        _cell(texture.bytes_on_disk, bytes_in_words(texture.bytes_on_disk)),
        _cell(texture.bytes_on_gpu, bytes_in_words(texture.bytes_on_gpu)),
        f'<td data-value="{_state(texture)}">{_badge(texture)}</td>',
    ]
    return f'<tr data-for="{texture.id}" class="{_classes(texture)}">{"".join(cells)}</tr>'


def section_html(texture: TextureReport) -> str:
    """A texture's part of the page."""
    gpu = texture.bytes_on_gpu
    memory = f"{bytes_in_words(texture.bytes_on_disk)} on disk" + (f", {bytes_in_words(gpu)} on the GPU" if gpu else "")
    reasons = "".join(f"<li>{escape(reason)}</li>" for reason in texture.reasons)
    unseen = escape(
        texture.unseen or "there are many textures; `report --only` with its name shows them, and its snippets"
    )
    parts = [
        f'<section id="{texture.id}" class="texture {_classes(texture)}" aria-labelledby="{texture.id}-name">',
        f'<h2 id="{texture.id}-name">{escape(texture.name)} {_badge(texture)}</h2>',
        *(f'<p class="failure">{escape(sentence)}</p>' for sentence in texture.failures),
        f'<p class="about">{escape(about(texture.spec))}; {memory}; <code>{escape(texture.place)}</code></p>',
        f'<ul class="reasons" aria-label="why">{reasons}</ul>' if reasons else "",
        "" if texture.before is None else change_html(texture, texture.before),
        f'<p class="unseen">No pictures: {unseen}.</p>' if texture.views is None else look_html(texture, texture.views),
        _figures(texture),
        _files(texture),
        *(details(f"In {escape(engine)}", listing(text)) for engine, text in texture.snippets),
        details("Keys, as a manifest has them", listing(keys_as_yaml(texture.spec, texture.manifest.parent))),
        "</section>",
    ]
    return "\n".join(part for part in parts if part)


def _breakable(name: str) -> str:
    """An escaped name that a narrow column may break at its joints."""
    return name.replace("_", "_<wbr>").replace("/", "/<wbr>")


def _classes(texture: TextureReport) -> str:
    return " ".join([texture.state, *(["failed"] if texture.failures else [])])


def _state(texture: TextureReport) -> str:
    return "failed" if texture.failures else STATE_WORDS[texture.state]


def _badge(texture: TextureReport) -> str:
    return f'<span class="badge">{_state(texture)}</span>'


def _cell(value: float | None, text: str) -> str:
    """A number, and by what it is sorted."""
    return f'<td class="number" data-value="{"" if value is None else value}">{text}</td>'


class _Measured(NamedTuple):
    """A figure: in which field it is, and under which name where that has several."""

    label: str
    field: str
    name: str | None = None

    def of(self, figures: Figures) -> float | None:
        found = getattr(figures, self.field)
        value: float | None = found if self.name is None else found.get(self.name)
        return value


def _measured(channels: Sequence[Figures]) -> Iterator[_Measured]:
    """What there is of a texture."""
    yield _Measured("visible error, under its own filter", "error_db")
    yield _Measured("low frequencies", "low_frequency_db")
    yield _Measured("low frequencies as stored", "stored_low_frequency_db")
    yield _Measured("anisotropy", "anisotropy_db")
    for name in _names(channels, "threshold_error_db"):
        seen = f"error at {name.removeprefix('eye ')} pixels per degree"
        yield _Measured(
            seen if name.startswith("eye") else f"error under a Gaussian of {name}", "threshold_error_db", name
        )
    for name in _names(channels, "tone_low_frequency_db"):
        yield _Measured(f"low frequencies of tone {name}", "tone_low_frequency_db", name)
    for name in _names(channels, "pattern_rms"):
        yield _Measured(f"patterns, {name} (RMS)", "pattern_rms", name)


ORDER = [
    *(f"{sigma:g}" for sigma in MEASURED_SIGMAS),
    *(f"eye {pixels}" for pixels in MEASURED_EYES),
    *map(str, MEASURED_TONES),
    *temporal.KEYS,
]
"""Of figures that have names; the lock has them sorted by letters. What is not here comes last."""


def _names(channels: Sequence[Figures], field: str) -> list[str]:
    found = dict.fromkeys(name for each in channels for name in getattr(each, field))
    return sorted(found, key=lambda name: ORDER.index(name) if name in ORDER else len(ORDER))


def _figures(texture: TextureReport) -> str:
    channels = texture.figures
    if not channels:
        return ""
    compares = texture.spec.kind != "volume" and not texture.spec.is_vector
    rows = []
    for measured in _measured(channels):
        values = [measured.of(each) for each in channels]
        if any(value is not None for value in values):
            values += [measured.of(references.figures())] if compares else []
            digits = 4 if measured.field == "pattern_rms" else 2
            rows.append(row(escape(measured.label), (number(decimal(value, digits)) for value in values)))
    heads = ["#this"] if len(channels) == 1 else [f"#channel {place}" for place in range(1, len(channels) + 1)]
    heads = ["figure", *heads, *(["#void and cluster"] if compares else [])]
    found = table("In dB of white noise, lower is better; RMS errors of patterns of 0 and 1", heads, rows)
    return details("Figures", scrolled(found, f"figures of {texture.name}"))


def _files(texture: TextureReport) -> str:
    heads = ("file", "kind", "#on disk", "#on the GPU", "state", "SHA-256")
    found = table("Files; on the GPU without mipmaps", heads, map(_file, texture.files))
    count = f'<span class="count">{len(texture.files)}</span>'
    return details(f"Files {count}", scrolled(found, f"files of {texture.name}"))


def _file(file: FileReport) -> str:
    cells = [
        f"<td>{escape(file.kind)}</td>",
        number(bytes_in_words(file.bytes_on_disk)),
        number(bytes_in_words(file.bytes_on_gpu)),
        f"<td>{STATE_WORDS[file.state]}</td>",
        f'<td><code class="hash">{file.sha256 or ""}</code></td>',
    ]
    return row(escape(file.file), cells, file.state)
