"""What every texture is seen beside: known masks, dithered pictures and lines. Once in a page, used by their ids."""

from functools import cache

from bluenoise_assets.quality.figures import Figures
from bluenoise_assets.quality.measure import measure
from bluenoise_assets.report.page.graphs import ALL_AXES, ANISOTROPY, RADIAL, frame
from bluenoise_assets.report.page.views import Picture, dithered_pictures, radial_lines
from bluenoise_assets.report.pictures import reference_masks

NAMES = {"white": "white noise", "Bayer": "Bayer", "void and cluster": "void and cluster"}
BITS = (1, 2)


def id_of(name: str, bits: int) -> str:
    """Of a dithered picture."""
    return f"by-{name.lower().replace(' ', '-')}-{bits}"


@cache
def pictures() -> dict[str, tuple[Picture, ...]]:
    """By mask, a gradient over a photograph in 1 and in 2 bits."""
    return {name: dithered_pictures(ranks) for name, ranks in reference_masks().items()}


@cache
def figures() -> Figures:
    """Those of void-and-cluster."""
    return measure(reference_masks()["void and cluster"])[0]


@cache
def definitions() -> str:
    """The inside of an SVG element that is not seen: pictures, and the graphs' frames."""
    images = "".join(
        f'<image id="{id_of(name, bits)}" width="{each.width}" height="{each.height}" href="{each.uri}"/>'
        for name, both in pictures().items()
        for bits, each in zip(BITS, both, strict=True)
    )
    radial, anisotropy = radial_lines([reference_masks()["void and cluster"]])
    inside = {
        axes.id: axes.path([(axes.x[0], 0), (axes.x[1], 0)], "white") + axes.path(line, "clusters")
        for axes, line in ((RADIAL, radial), (ANISOTROPY, anisotropy))
    }
    return images + "".join(frame(axes, inside.get(axes.id, "")) for axes in ALL_AXES)
