"""A texture's part of the page, and its row in the table, as HTML. All texts are escaped."""

from collections.abc import Sequence
from html import escape

from bluenoise_assets.quality.figures import Figures
from bluenoise_assets.quality.quantization import quantiles
from bluenoise_assets.report.page import graphs, references
from bluenoise_assets.report.page.report import TextureReport
from bluenoise_assets.report.page.views import BINS, SAMPLES, SMALL_SIDE, TONES, Picture, Views
from bluenoise_assets.report.page.words import (
    about,
    bytes_in_words,
    keys_as_yaml,
    kind_of,
    pattern_error,
    size_of,
    worst,
)
from bluenoise_assets.spec.sample_space import DIRECTIONS

LARGEST = 256
"""Pixels on a side to which small pictures are enlarged at most."""

DRAWN_QUANTILES = 2**14


def row_html(texture: TextureReport) -> str:
    """A texture's row in the table of all."""
    error, low, patterns = worst(texture, "error_db"), worst(texture, "low_frequency_db"), pattern_error(texture)
    cells = [
        f'<th scope="row" data-value="{escape(texture.name)}"><a href="#{texture.id}">{escape(texture.name)}</a></th>',
        _cell(texture.spec.texel_count * texture.spec.slices, size_of(texture.spec)),
        f'<td data-value="{escape(kind_of(texture.spec))}">{escape(kind_of(texture.spec))}</td>',
        _cell(error, _decibels(error)),
        _cell(low, _decibels(low)),
        _cell(patterns, "–" if patterns is None else f"{patterns:.4f}"),
        _cell(texture.bytes_on_disk, bytes_in_words(texture.bytes_on_disk)),
        _cell(texture.bytes_on_gpu, bytes_in_words(texture.bytes_on_gpu)),
        f'<td data-value="{_state(texture)}">{_badge(texture)}</td>',
    ]
    return f'<tr data-for="{texture.id}" class="{_classes(texture)}">{"".join(cells)}</tr>'


def section_html(texture: TextureReport) -> str:
    """A texture's part of the page."""
    parts = [
        f'<section id="{texture.id}" class="texture {_classes(texture)}" aria-labelledby="{texture.id}-name">',
        f'<h2 id="{texture.id}-name">{escape(texture.name)} {_badge(texture)}</h2>',
        *(f'<p class="failure">{escape(sentence)}</p>' for sentence in texture.failures),
        f'<p class="about">{escape(about(texture.spec))}. {escape(_memory(texture))}</p>',
        _reasons(texture),
    ]
    if texture.before is not None:
        parts.append(_change(texture))
    views = texture.views
    if views is None:
        why = texture.unseen or "it is one of many; `report --only` with its name shows it"
        parts.append(f'<p class="unseen">No pictures: {escape(why)}.</p>')
    else:
        parts += [_look(texture, views), _dithering(texture, views), _in_time(views), _samples(texture, views)]
    parts += [_figures(texture), _files(texture), *_snippets(texture), _keys(texture), "</section>"]
    return "\n".join(part for part in parts if part)


def _classes(texture: TextureReport) -> str:
    return " ".join([texture.state, *(["failed"] if texture.failures else [])])


def _state(texture: TextureReport) -> str:
    return "under the bar" if texture.failures else "changed by hand" if texture.state == "changed" else texture.state


def _badge(texture: TextureReport) -> str:
    return f'<span class="badge">{_state(texture)}</span>'


def _cell(value: float | None, text: str) -> str:
    return f'<td class="number" data-value="{"" if value is None else value}">{text}</td>'


def _decibels(value: float | None) -> str:
    return "–" if value is None else f"{value:.1f}".replace("-", "−")


def _memory(texture: TextureReport) -> str:
    gpu = texture.bytes_on_gpu
    on_gpu = "" if gpu is None else f", {bytes_in_words(gpu)} on the GPU"
    return f"{bytes_in_words(texture.bytes_on_disk)} on disk{on_gpu}. Asked for at {texture.place}."


def _reasons(texture: TextureReport) -> str:
    if not texture.reasons:
        return ""
    items = "".join(f"<li>{escape(reason)}</li>" for reason in texture.reasons)
    return f'<ul class="reasons" aria-label="why it is {_state(texture)}">{items}</ul>'


def scale_of(*sides: int) -> int:
    """How many pixels a texel gets: a power of two, so that a picture is not larger than `LARGEST`."""
    scale = 1
    while 2 * scale * max(sides) <= LARGEST and scale < 16:
        scale *= 2
    return scale


def image(picture: Picture, alt: str, scale: int = 1, attributes: str = 'class="exact"') -> str:
    """A picture whose texels are squares of `scale` pixels."""
    sides = f'width="{scale * picture.width}" height="{scale * picture.height}"'
    return f'<img {attributes} data-scale="{scale}" {sides} alt="{escape(alt)}" src="{picture.uri}">'


def _figure(inside: str, caption: str) -> str:
    return f"<figure>{inside}<figcaption>{caption}</figcaption></figure>"


def _change(texture: TextureReport) -> str:
    before, now = texture.before, texture.snapshot
    assert before is not None
    title = "<h3>Changed since the last report</h3>"
    rows = _change_rows(before.figures, texture.figures)
    table = (
        f'<table class="figures"><caption>Figures before and now, in dB</caption><thead><tr><th scope="col">figure</th><th scope="col">before</th><th scope="col">now</th></tr></thead><tbody>{rows}</tbody></table>'
        if rows
        else ""
    )
    if now is None:
        return title + table
    scale = 256 // SMALL_SIDE
    both = (
        f'<img class="exact" data-scale="{scale}" width="256" height="256" alt="{escape(texture.name)}, {when}" src="{uri}">'
        for when, uri in (("before", before.tile), ("now", now.tile))
    )
    caption = f"left before, right now; at most {SMALL_SIDE} × {SMALL_SIDE} texels, four times as large"
    return f'{title}<div class="looks"><figure class="compare">{"".join(both)}<figcaption>{caption}</figcaption></figure>{table}</div>'


def _change_rows(before: Sequence[Figures], now: Sequence[Figures]) -> str:
    rows = []
    for name, label in (
        ("error_db", "visible error"),
        ("low_frequency_db", "low frequencies"),
        ("anisotropy_db", "anisotropy"),
    ):
        old, new = (
            " ".join(_decibels(value) for each in some if (value := getattr(each, name)) is not None)
            for some in (before, now)
        )
        if old or new:
            rows.append(
                f'<tr><th scope="row">{label}</th><td class="number">{old or "–"}</td><td class="number">{new or "–"}</td></tr>'
            )
    return "".join(rows)


def _look(texture: TextureReport, views: Views) -> str:
    spec, name = texture.spec, texture.name
    part = f", {views.tile.width} × {views.tile.height} texels of it" if views.is_part else ""
    which = ", frame 0" if spec.frames else ", layer 0" if spec.layers else ", slice 0" if spec.kind == "volume" else ""
    figures = [_figure(image(views.tile, f"{name}{which}{part}, texel by texel"), f"the tile{which}, 1:1{part}")]
    if views.alpha is not None:
        figures.append(_figure(image(views.alpha, f"the fourth channel of {name}"), "its fourth channel"))
    scale = scale_of(views.tiling.width, views.tiling.height)
    where = "where four tiles meet" if views.is_part or max(spec.size[:2]) > 128 else "2 × 2 tiles"
    figures.append(_figure(image(views.tiling, f"{name}, {where}", scale), f"{where}, {_times(scale)}"))
    if views.spectrum is not None:
        scale = scale_of(views.spectrum.width, views.spectrum.height)
        alt = f"the power spectrum of {name}, zero frequency in the middle"
        plane = ", the plane of zero frequency in depth" if spec.kind == "volume" else ""
        figures.append(
            _figure(image(views.spectrum, alt, scale), f"spectrum, zero in the middle{plane}; grey is white noise")
        )
    if views.patterns:
        scale = scale_of(2 * views.patterns[0].width, 2 * views.patterns[0].height)
        lit = "half-spaces that hold" if spec.is_vector else "texels below"
        tones = TONES[-len(views.patterns) :]
        images = "".join(
            image(each, f"{lit} {tone} of {name}", scale) for tone, each in zip(tones, views.patterns, strict=True)
        )
        text = f"{lit} {', '.join(map(str, tones))}"
        figures.append(f'<figure class="wide"><div class="row">{images}</div><figcaption>{text}</figcaption></figure>')
    return f'<h3>How it looks</h3><div class="looks">{"".join(figures)}</div>{_graphs(texture, views)}'


def _times(scale: int) -> str:
    return "1:1" if scale == 1 else f"{scale} times as large"


def _graphs(texture: TextureReport, views: Views) -> str:
    figures = []
    if views.radial:
        low = worst(texture, "low_frequency_db")
        text = f"power by frequency; {_decibels(low)} dB below an eighth" if low is not None else "power by frequency"
        svg = graphs.lines(graphs.RADIAL, text, [("ours", views.radial)])
        figures.append(_figure(svg, f"radial average of the power, dB of white noise {KEY}"))
        svg = graphs.lines(graphs.ANISOTROPY, "anisotropy by frequency", [("ours", views.anisotropy)])
        figures.append(_figure(svg, f"anisotropy of the rings, dB {KEY}"))
    if views.histogram:
        spec = texture.spec
        wanted: list[float] = []
        if not spec.is_vector:
            count = min(spec.texel_count, DRAWN_QUANTILES)
            shares = [0] * BINS
            for value in quantiles(spec.distribution, count).tolist():
                shares[min(int(value * BINS), BINS - 1)] += 1
            wanted = [share * BINS / count for share in shares]
        text = "histogram of the values" + (f" of {len(views.histogram)} channels" if len(views.histogram) > 1 else "")
        behind = ", behind it what is asked for" if wanted else ""
        figures.append(_figure(graphs.histogram(views.histogram, wanted, text), f"{text}{behind}"))
    return f'<div class="graphs">{"".join(figures)}</div>' if figures else ""


KEY = (
    '<span class="key"><span class="ours">this</span> <span class="white">white noise</span> '
    '<span class="clusters">void and cluster</span></span>'
)


def _dithering(texture: TextureReport, views: Views) -> str:
    if not views.dithered:
        return ""
    columns = []
    for bits, own in zip(references.BITS, views.dithered, strict=True):
        plural = "s" * (bits > 1)
        what = f"a gradient and a photograph dithered to {bits} bit{plural} by"
        figures = [_figure(image(own, f"{what} {texture.name}"), f"<strong>{escape(texture.name)}</strong>")]
        for name, label in references.NAMES.items():
            picture = references.pictures()[name][bits - 1]
            svg = (
                f'<svg class="exact" data-scale="1" width="{picture.width}" height="{picture.height}" '
                f'viewBox="0 0 {picture.width} {picture.height}" role="img" aria-label="{what} {label}">'
                f'<use href="#{references.id_of(name, bits)}"/></svg>'
            )
            figures.append(_figure(svg, label))
        columns.append(
            f'<h4>{bits} bit{plural}</h4><div class="beside" role="region" tabindex="0" '
            f'aria-label="{what} four masks">{"".join(figures)}</div>'
        )
    channel = " Of the first channel." if texture.spec.channels > 1 else ""
    return f'<h3>A gradient and a photograph dithered</h3><p class="note">Pictures are 1:1, in linear light.{channel}</p>{"".join(columns)}'


def _in_time(views: Views) -> str:
    figures = []
    if views.convergence is not None:
        golden = "golden" in views.convergence.mean
        beside = "white noise" + (", the first frame and the golden ratio" if golden else "")
        key = '<span class="key"><span class="ours">this</span> <span class="white">white noise</span>' + (
            ' <span class="golden">frame 0 and the golden ratio</span></span>' if golden else "</span>"
        )
        for errors, what in (
            (views.convergence.mean, "the mean of the frames so far"),
            (views.convergence.ema, "a moving average of 0.1"),
        ):
            svg = graphs.errors_in_time(
                errors,
                f"error of {what}, beside {beside}: {errors['ours'][-1]:.4f} after {len(errors['ours'])} frames, white noise {errors['white'][-1]:.4f}",
            )
            figures.append(_figure(svg, f"error of {what} {key}"))
    if views.animation is not None:
        strip, count = views.animation, views.animated
        height = strip.height // count
        attributes = f'class="frames" data-frames="{count}" data-width="{strip.width}" data-height="{height}"'
        img = f'<img {attributes} data-scale="2" width="{2 * strip.width}" height="{2 * strip.height}" alt="a gradient in 1 bit by each of {count} frames" src="{strip.uri}">'
        figures.append(
            f'<figure class="film"><div class="reel" tabindex="0" role="region" aria-label="{count} frames">{img}</div><figcaption>a gradient in 1 bit by each of {count} frames, twice as large</figcaption></figure>'
        )
    return f'<h3>In time</h3><div class="graphs">{"".join(figures)}</div>' if figures else ""


def _samples(texture: TextureReport, views: Views) -> str:
    if not views.samples:
        return ""
    space = texture.spec.sample_space
    what = "directions" if space in DIRECTIONS else "points"
    seen = (
        ", from above and from below"
        if space == "sphere"
        else ", from above"
        if space in DIRECTIONS - {"circle"}
        else ""
    )
    first = ", first two components" if texture.spec.channels > 2 and space not in DIRECTIONS else ""
    count = len(views.samples)
    near = "; those of 4 × 4 neighbours stand out" if count == SAMPLES**2 else ""
    text = f"{what} of {count} texels of slice 0{seen}{first}{near}"
    return f'<h3>Its {what}</h3><div class="looks">{_figure(graphs.scatter(views.samples, space, text), text)}</div>'


def _figures(texture: TextureReport) -> str:
    if not texture.figures:
        return ""
    rows: list[tuple[str, list[float | None], float | None, bool]] = []
    clusters, each = references.figures(), texture.figures

    def add(label: str, name: str, key: str | None = None) -> None:
        def value(figures: Figures) -> float | None:
            found = getattr(figures, name)
            return found if key is None else found.get(key)

        values = [value(one) for one in each]
        if any(one is not None for one in values):
            compared = value(clusters) if texture.spec.kind != "volume" and not texture.spec.is_vector else None
            rows.append((label, values, compared, name == "pattern_rms"))

    add("visible error, under its own filter", "error_db")
    add("low frequencies", "low_frequency_db")
    add("low frequencies as stored", "stored_low_frequency_db")
    add("anisotropy", "anisotropy_db")
    for key in _names(each, "threshold_error_db"):
        label = (
            f"error seen at {key.removeprefix('eye ')} px/degree"
            if key.startswith("eye")
            else f"error under a Gaussian of {key}"
        )
        add(label, "threshold_error_db", key)
    for key in _names(each, "tone_low_frequency_db"):
        add(f"low frequencies of tone {key}", "tone_low_frequency_db", key)
    for key in _names(each, "pattern_rms"):
        add(f"patterns: {key}", "pattern_rms", key)
    channels = [""] if len(each) == 1 else [f" {number}" for number in range(1, len(each) + 1)]
    head = "".join(f'<th scope="col">{"this" if not name else f"channel{name}"}</th>' for name in channels)
    body = "".join(
        f'<tr><th scope="row">{escape(label)}</th>'
        + "".join(f'<td class="number">{_number(value, is_rms)}</td>' for value in values)
        + f'<td class="number">{_number(compared, is_rms)}</td></tr>'
        for label, values, compared, is_rms in rows
    )
    caption = "Figures in dB of white noise, lower is better; of patterns the RMS error"
    return (
        f'<details><summary>Figures</summary><div class="scroll" role="region" tabindex="0" aria-label="figures of {escape(texture.name)}">'
        f'<table class="figures"><caption>{caption}</caption><thead><tr><th scope="col">figure</th>{head}'
        f'<th scope="col">void and cluster</th></tr></thead><tbody>{body}</tbody></table></div></details>'
    )


def _names(each: Sequence[Figures], name: str) -> list[str]:
    return list(dict.fromkeys(key for one in each for key in getattr(one, name)))


def _number(value: float | None, is_rms: bool) -> str:
    return "–" if value is None else f"{value:.4f}" if is_rms else f"{value:.2f}".replace("-", "−")


def _files(texture: TextureReport) -> str:
    rows = "".join(
        f'<tr class="{file.state}"><th scope="row">{escape(file.file)}</th><td>{escape(file.kind)}</td>'
        f'<td class="number">{bytes_in_words(file.bytes_on_disk)}</td><td class="number">{bytes_in_words(file.bytes_on_gpu)}</td>'
        f'<td>{"changed by hand" if file.state == "changed" else file.state}</td><td><code class="hash">{file.sha256 or "–"}</code></td></tr>'
        for file in texture.files
    )
    heads = "".join(
        f'<th scope="col">{name}</th>' for name in ("file", "kind", "on disk", "on the GPU", "state", "SHA-256")
    )
    return (
        f'<details><summary>Files <span class="count">{len(texture.files)}</span></summary>'
        f'<div class="scroll" role="region" tabindex="0" aria-label="files of {escape(texture.name)}"><table>'
        f"<caption>Files; on the GPU without mipmaps</caption><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table></div></details>"
    )


def _snippets(texture: TextureReport) -> list[str]:
    return [
        f'<details><summary>In {escape(engine)}</summary><pre tabindex="0">{escape(text)}</pre></details>'
        for engine, text in texture.snippets
    ]


def _keys(texture: TextureReport) -> str:
    return f'<details><summary>Keys</summary><pre tabindex="0">{escape(keys_as_yaml(texture.spec))}</pre></details>'
