"""How a texture looks, as HTML: its pictures and graphs."""

from collections.abc import Iterable, Sequence
from html import escape

from bluenoise_assets.quality.figures import Figures
from bluenoise_assets.quality.quantization import quantiles
from bluenoise_assets.report.page import graphs, references
from bluenoise_assets.report.page.elements import (
    NONE,
    TIMES,
    decimal,
    figure,
    image,
    number,
    row,
    scale_of,
    scrolled,
    shared_image,
    table,
    times,
)
from bluenoise_assets.report.page.report import Snapshot, TextureReport
from bluenoise_assets.report.page.time import Convergence
from bluenoise_assets.report.page.views import BINS, SAMPLES, SMALL_SIDE, TONES, Picture, Views
from bluenoise_assets.report.page.words import worst
from bluenoise_assets.spec import TextureSpec
from bluenoise_assets.spec.sample_space import DIRECTIONS

COMPARED_SCALE = 4
DRAWN_QUANTILES = 2**14
"""So many tell what a distribution is as well as more do."""

THIS, WHITE = '<span class="ours">this</span>', '<span class="white">white noise</span>'
CLUSTERS = '<span class="clusters">void and cluster</span>'
GOLDEN = '<span class="golden">frame 0 and the golden ratio</span>'

COMPARED_FIGURES = (
    ("error_db", "visible error"),
    ("low_frequency_db", "low frequencies"),
    ("anisotropy_db", "anisotropy"),
)


def change_html(texture: TextureReport, before: Snapshot) -> str:
    """What it was beside what it is, with a slider between them where scripts run."""
    pairs = [(label, _texts(before.figures, name), _texts(texture.figures, name)) for name, label in COMPARED_FIGURES]
    rows = [row(label, map(number, (old or NONE, new or NONE))) for label, old, new in pairs if old or new]
    found = table("Figures, in dB", ("figure", "#before", "#now"), rows)
    figures = scrolled(found, f"figures of {texture.name} before and now") if rows else ""
    now = texture.snapshot
    if now is None:
        return f"<h3>Before and now</h3>{figures}"
    size = COMPARED_SCALE * SMALL_SIDE
    images = "".join(
        f'<img class="exact" data-scale="{COMPARED_SCALE}" width="{size}" height="{size}" '
        f'alt="{escape(texture.name)} {when}" src="{tile}">'
        for when, tile in (("before", before.tile), ("now", now.tile))
    )
    caption = f"left before, right now; at most {SMALL_SIDE} {TIMES} {SMALL_SIDE} texels, {times(COMPARED_SCALE)}"
    pictures = figure(images, caption, "compare")
    return f'<h3>Before and now</h3><div class="looks">{pictures}{figures}</div>'


def _texts(channels: Sequence[Figures], name: str) -> str:
    return " ".join(decimal(value, 1) for each in channels if (value := getattr(each, name)) is not None)


def look_html(texture: TextureReport, views: Views) -> str:
    """All but what has changed."""
    spec = texture.spec
    parts = [
        f'<h3>How it looks</h3><div class="looks">{"".join(_pictures(texture, views))}</div>',
        _graphs(texture, views),
        _dithering(texture, views),
        _in_time(views),
        _samples(spec, views),
    ]
    return "\n".join(part for part in parts if part)


def _pictures(texture: TextureReport, views: Views) -> Iterable[str]:
    spec, name = texture.spec, texture.name
    part = f", {views.tile.width} {TIMES} {views.tile.height} texels of it" if views.is_part else ""
    which = ", frame 0" if spec.frames else ", layer 0" if spec.layers else ", slice 0" if spec.kind == "volume" else ""
    yield figure(image(views.tile, f"{name}{which}{part}, texel by texel"), f"tile{which}, 1:1{part}")
    if views.alpha is not None:
        yield figure(image(views.alpha, f"the fourth channel of {name}"), "its fourth channel, 1:1")
    scale = scale_of(views.tiling.width, views.tiling.height)
    where = f"2 {TIMES} 2 tiles" if views.is_whole_tiling else "where four tiles meet"
    yield figure(image(views.tiling, f"{name}, {where}", scale), f"{where}, {times(scale)}")
    if views.spectrum is not None:
        scale = scale_of(views.spectrum.width, views.spectrum.height)
        alt = f"the power spectrum of {name}, zero frequency in the middle"
        plane = ", the plane of zero frequency in depth" if spec.kind == "volume" else ""
        means = "; a pixel is the mean of some frequencies" if views.spectrum.width < spec.size[0] else ""
        text = f"spectrum{plane}, zero in the middle; white noise is grey{means}"
        yield figure(image(views.spectrum, alt, scale), text)
    if views.patterns:
        scale = scale_of(2 * views.patterns[0].width, 2 * views.patterns[0].height)
        lit = "half-spaces with a share of" if spec.is_vector else "texels below"
        tones = TONES[-len(views.patterns) :]
        pairs = zip(tones, views.patterns, strict=True)
        images = "".join(image(each, f"{lit} {tone} of {name}", scale) for tone, each in pairs)
        text = f"{lit} {', '.join(map(str, tones))}, {times(scale)}"
        yield figure(f'<div class="row">{images}</div>', text, "wide")


def _graphs(texture: TextureReport, views: Views) -> str:
    figures = []
    if views.radial:
        low = worst(texture, "low_frequency_db")
        text = "power by frequency" + (f"; {decimal(low, 1)} dB at the low ones" if low is not None else "")
        svg = graphs.lines(graphs.RADIAL, text, [("ours", views.radial)])
        figures.append(figure(svg, f"radial average of the power, dB {_key(THIS, WHITE, CLUSTERS)}"))
    if views.anisotropy:
        svg = graphs.lines(graphs.ANISOTROPY, "anisotropy by frequency", [("ours", views.anisotropy)])
        figures.append(figure(svg, f"anisotropy of the rings, dB {_key(THIS, WHITE, CLUSTERS)}"))
    if views.histogram:
        wanted = () if texture.spec.is_vector else _wanted(texture.spec)
        count = len(views.histogram)
        text = "histogram of the values" + (f" of {count} channels, in their colours" if count > 1 else "")
        behind = "; shaded what is asked for" if wanted else ""
        figures.append(figure(graphs.histogram(views.histogram, wanted, text), text + behind))
    return f'<div class="graphs">{"".join(figures)}</div>' if figures else ""


def _key(*names: str) -> str:
    """The colours of a graph's lines."""
    return f'<span class="key">{" ".join(names)}</span>'


def _wanted(spec: TextureSpec) -> Sequence[float]:
    """The histogram that the distribution has."""
    values = quantiles(spec.distribution, min(spec.texel_count, DRAWN_QUANTILES))
    shares = [0] * BINS
    for value in values.tolist():
        shares[min(int(value * BINS), BINS - 1)] += 1
    return [round(share * BINS / len(values), 3) for share in shares]


def _dithering(texture: TextureReport, views: Views) -> str:
    if not views.dithered:
        return ""
    channel = " Of its first channel." if texture.spec.channels > 1 else ""
    parts = [
        "<h3>A gradient and a photograph, dithered</h3>",
        f'<p class="note">In steps of equal light, 1:1; look from a distance.{channel}</p>',
    ]
    for bits, own in zip(references.BITS, views.dithered, strict=True):
        how = f"a gradient and a photograph in {bits} bit{'s' * (bits > 1)}, dithered by"
        columns = [figure(image(own, f"{how} {texture.name}"), f"<strong>{escape(texture.name)}</strong>")]
        for name, label in references.NAMES.items():
            shared = references.pictures()[name][bits - 1]
            columns.append(figure(shared_image(references.id_of(name, bits), shared, f"{how} {label}"), label))
        scene = references.scene_picture()
        alt = "a gradient and a photograph as they are"
        columns.append(figure(shared_image(references.SCENE, scene, alt), "the picture itself"))
        parts.append(
            f"<h4>{bits} bit{'s' * (bits > 1)}</h4>{scrolled(''.join(columns), f'{how} four masks', 'beside')}"
        )
    return "".join(parts)


def _in_time(views: Views) -> str:
    figures: list[str] = []
    if views.convergence is not None:
        figures += _convergence(views.convergence)
    if views.animation is not None:
        figures.append(_film(views.animation, views.animated))
    return f'<h3>In time</h3><div class="graphs">{"".join(figures)}</div>' if figures else ""


def _convergence(found: Convergence) -> Iterable[str]:
    key = _key(THIS, WHITE, *([GOLDEN] if "golden" in found.mean else []))
    for errors, what in ((found.mean, "the mean of all frames so far"), (found.ema, "a moving average of 0.1")):
        ends = ", ".join(f"{whose} {values[-1]:.4f}" for whose, values in errors.items())
        text = f"error of {what}; after {len(errors['ours'])} frames: {ends}"
        yield figure(graphs.errors_in_time(errors, text), f"error of {what} {key}")


def _film(strip: Picture, count: int) -> str:
    """A strip of frames, which a script shows one after the other."""
    height = strip.height // count
    attributes = f'class="frames" data-frames="{count}" data-width="{strip.width}" data-height="{height}"'
    text = f"a gradient in 1 bit by each of {count} frames"
    return figure(scrolled(image(strip, text, 2, attributes), text, "reel"), f"{text}, {times(2)}", "film")


def _samples(spec: TextureSpec, views: Views) -> str:
    if not views.samples:
        return ""
    what = "directions" if spec.sample_space in DIRECTIONS else "points"
    seen = ""
    if spec.channels > 2:
        seen = ", first two components"
    if spec.sample_space in DIRECTIONS - {"circle"}:
        seen = ", seen from above and from below" if spec.sample_space == "sphere" else ", seen from above"
    count = len(views.samples)
    near = f"; those of 4 {TIMES} 4 neighbours stand out" if count == SAMPLES**2 else ""
    text = f"{what} of {count} texels{seen}{near}"
    picture = figure(graphs.scatter(views.samples, spec.sample_space, text), text)
    return f'<h3>Its {what}</h3><div class="looks">{picture}</div>'
