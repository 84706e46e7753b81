"""What every texture is seen beside: known masks, dithered pictures and lines. Once in a page, used by their ids."""

from functools import cache

from bluenoise_assets.quality.figures import Figures
from bluenoise_assets.quality.measure import measure
from bluenoise_assets.report.page.graphs import ALL_AXES, ANISOTROPY, RADIAL, frame
from bluenoise_assets.report.page.views import Picture, dithered_pictures, picture_of, radial_lines, scene
from bluenoise_assets.report.pictures import as_srgb, reference_masks

NAMES = {"white": "white noise", "Bayer": "Bayer", "void and cluster": "void and cluster"}
BITS = (1, 2)
SCENE = "the-scene"


def id_of(name: str, bits: int) -> str:
    """Of a dithered picture."""
    return f"by-{name.lower().replace(' ', '-')}-{bits}"


@cache
def pictures() -> dict[str, tuple[Picture, ...]]:
    """By mask, a gradient over a photograph in 1 and in 2 bits."""
    return {name: dithered_pictures(ranks) for name, ranks in reference_masks().items()}


@cache
def scene_picture() -> Picture:
    """What is dithered, as it is."""
    return picture_of(as_srgb(scene()))


@cache
def figures() -> Figures:
    """Those of void-and-cluster."""
    return measure(reference_masks()["void and cluster"])[0]


@cache
def definitions() -> str:
    """The inside of an SVG element that is not seen: pictures, and the graphs' frames."""
    shared = {id_of(name, bits): pictures()[name][bits - 1] for name in NAMES for bits in BITS}
    images = "".join(
        f'<image id="{name}" width="{each.width}" height="{each.height}" href="{each.uri}"/>'
        for name, each in {**shared, SCENE: scene_picture()}.items()
    )
    radial, anisotropy = radial_lines([reference_masks()["void and cluster"]])
    inside = {
        axes.id: axes.path([(axes.x[0], 0), (axes.x[1], 0)], "white") + axes.path(line, "clusters")
        for axes, line in ((RADIAL, radial), (ANISOTROPY, anisotropy))
    }
    return images + "".join(frame(axes, inside.get(axes.id, "")) for axes in ALL_AXES)
