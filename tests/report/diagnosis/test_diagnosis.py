"""Each fault is named, with its figures; good textures have none. `tests/bench/bench_diagnosis.py` tries many more."""

from functools import cache

import numpy as np
import pytest
from support import tools
from support.broken_textures import FAULTS
from support.references.ordered import bayer
from support.references.void_and_cluster import void_and_cluster

import bluenoise_assets as bn
from bluenoise_assets.formats.image import TexelImage
from bluenoise_assets.quality.quantization import as_floats, quantiles, quantize
from bluenoise_assets.report.diagnosis import diagnose
from bluenoise_assets.report.diagnosis.transfer_curve import decode, encode
from bluenoise_assets.report.measured.texture_file import FileFacts

PNG = FileFacts("png")


@cache
def mask(side=64, seed=0, sigma=1.5):
    """Ranks that are not ours."""
    return void_and_cluster((side, side), sigma, seed)


def stored(*masks, law=None, bits=8):
    """`[1, height, width, channel]`: the quantiles of a law (uniform), in the order of the masks."""
    values = quantiles(law or bn.UniformDistribution(), masks[0].size)
    return quantize(np.stack([values[one] for one in masks], axis=-1)[None], bits)


@cache
def loop():
    """12 frames of 64x64, whose texels over time are even, too."""
    return bn.generate(bn.TextureSpec(size=64, frames=12, effort="fast"))[..., None]


@cache
def directions():
    """Points of a sphere, whose heights are blue."""
    turn = 2 * np.pi * (mask() + 0.5) / mask().size
    height = 2 * (mask(seed=1) + 0.5) / mask().size - 1
    rim = np.sqrt(1 - height**2)
    return quantize((np.stack([rim * np.cos(turn), rim * np.sin(turn), height], axis=-1)[None] + 1) / 2, 8)


def lattice(across, down):
    """Multiples of a vector, as of sequences of low discrepancy and of interleaved gradient noise."""
    return np.add.outer(down * np.arange(64), across * np.arange(64))


def opaque(texels):
    return np.concatenate([texels, np.full_like(texels[..., :1], 255)], axis=3)


GOOD = {
    "8 bits": lambda: stored(mask()),
    "16 bits": lambda: stored(mask(), bits=16),
    "sharp": lambda: stored(mask(sigma=1.0)),
    "smooth": lambda: stored(mask(sigma=1.9)),
    "larger": lambda: stored(mask(96)),
    "32": lambda: stored(mask(32)),
    "16": lambda: stored(mask(16)),
    "16, 16 bits": lambda: stored(mask(16), bits=16),
    "10": lambda: stored(mask(10)),
    "4": lambda: stored(mask(4)),
    "oblong": lambda: stored(void_and_cluster((37, 60), 1.5)),
    "a line": lambda: stored(void_and_cluster((1, 256), 1.5)),
    "two channels": lambda: stored(mask(), mask(seed=1)),
    "RGB": lambda: stored(mask(), mask(seed=1), mask(seed=2)),
    "RGBA": lambda: stored(mask(), mask(seed=1), mask(seed=2), mask(seed=3)),
    "grey as RGB": lambda: stored(mask(), mask(), mask()),
    "grey as opaque RGBA": lambda: opaque(stored(mask(), mask(), mask())),
    "triangular": lambda: stored(mask(), law=bn.TriangularDistribution()),
    "normal": lambda: stored(mask(), law=bn.GaussianDistribution(0.16)),
    "narrow": lambda: stored(mask(), law=bn.GaussianDistribution(0.05)),
    "skew": lambda: stored(mask(), law=bn.TableDistribution([0, 0.1, 0.25, 0.45, 1])),
    "float": lambda: as_floats((mask() + 0.5) / mask().size, 32)[None, ..., None],
    "half": lambda: as_floats((mask() + 0.5) / mask().size, 16)[None, ..., None],
    "directions": directions,
    "inverted": lambda: 255 - stored(mask()),
    "Bayer 4": lambda: stored(bayer(4)),
    "Bayer 64": lambda: stored(bayer(64)),
    "Bayer 64, 16 bits": lambda: stored(bayer(64), bits=16),
    "a lattice": lambda: stored((lattice(0.7548776662, 0.56984029) % 1).argsort(axis=None).argsort().reshape(64, 64)),
    "gradient noise": lambda: np.uint8(52.9829189 * (lattice(0.06711056, 0.00583715) % 1) % 1 * 256)[None, ..., None],
    "layers": lambda: np.concatenate([stored(mask(32, seed)) for seed in range(6)]),
    "frames": loop,
}
"""Good textures of several kinds, ours and others', `[slice, height, width, channel]`."""


def names(texels, *, frames=False, facts=PNG, kind=None):
    return [one.name for one in faults(texels, frames=frames, facts=facts, kind=kind)]


def faults(texels, *, frames=False, facts=PNG, kind=None):
    kind = kind or ("array" if len(texels) > 1 else "2d")
    return diagnose(TexelImage(np.ascontiguousarray(texels), kind), facts, frames=frames)


@pytest.mark.parametrize("name", GOOD)
def test_a_good_texture_has_no_fault(name):
    assert names(GOOD[name](), frames=name == "frames") == []


def test_a_good_volume_has_no_fault_and_a_part_of_it_does_not_tile():
    volume = quantize((void_and_cluster((28, 16, 16), 1.5)[..., None] + 0.5) / 7168, 8)
    assert names(volume, kind="volume") == []
    assert names(volume[:24], kind="volume") == ["not_tileable"]


SINGLE = ["8 bits", "16 bits", "RGB", "triangular", "float", "layers"]
CASES = [
    *[("sRGB encoded", base) for base in (*SINGLE, "normal", "skew", "two channels", "directions", "32")],
    *[("sRGB decoded", base) for base in (*SINGLE, "normal", "skew", "Bayer 64")],
    *[("sampled between texels", base) for base in (*SINGLE, "sharp", "smooth", "32")],
    *[("Gaussian blur", base) for base in ("8 bits", "RGB", "layers", "smooth")],
    *[("2x, bilinear", base) for base in SINGLE],
    *[("1.5x, bicubic", base) for base in SINGLE],
    *[("2x, nearest", base) for base in (*SINGLE, "10", "16")],
    *[("1.5x, nearest", base) for base in SINGLE],
    *[("1/2, box", base) for base in ("8 bits", "16 bits", "RGB", "RGBA", "float", "larger")],
    *[("2/3, bilinear", base) for base in ("8 bits", "16 bits", "RGB", "RGBA", "float", "larger")],
    *[("1/2, nearest", base) for base in ("8 bits", "16 bits", "RGB", "float")],
    *[("JPEG 95", base) for base in ("8 bits", "RGB", "triangular", "narrow", "directions", "32", "layers")],
    *[("JPEG 75", base) for base in ("8 bits", "RGB", "skew", "layers", "frames")],
    *[("JPEG 30", base) for base in ("8 bits", "RGB", "triangular")],
    *[("BC1", base) for base in ("8 bits", "RGB", "normal", "directions", "32", "16", "layers")],
    *[("BC3", base) for base in ("8 bits", "RGBA", "frames")],
    *[("BC4", base) for base in ("8 bits", "narrow", "16", "layers")],
    *[("BC7", base) for base in ("8 bits", "RGB", "RGBA", "16", "frames")],
    *[("ETC2", base) for base in ("8 bits", "RGB", "directions")],
    *[("palette of 32", base) for base in ("8 bits", "normal", "layers")],
    *[("RGB565", base) for base in ("8 bits", "RGB", "triangular", "32", "frames")],
    *[("clipped", base) for base in SINGLE],
    ("premultiplied", "RGBA"),
    *[("8 bits x 257", base) for base in ("16 bits", "Bayer 64, 16 bits")],
    *[("8 bits << 8", base) for base in ("16 bits", "Bayer 64, 16 bits")],
    *[("cropped", base) for base in (*SINGLE, "smooth", "directions")],
    *[("tiled 2x2", base) for base in (*SINGLE, "10", "16")],
    *[("shuffled", base) for base in (*SINGLE, "normal", "Bayer 64", "16")],
    *[("constant channel", base) for base in ("two channels", "RGB", "RGBA")],
    *[("copied channel", base) for base in ("RGB", "RGBA")],
    *[("repeated frame", base) for base in ("layers", "frames")],
    *[("mirrored copy", base) for base in ("layers", "frames")],
    *[(fault, "frames") for fault in ("flipped frame", "turned frame", "two frames swapped", "missing frame")],
    ("a loop's end cut off", "frames"),
]


@pytest.mark.parametrize(("fault", "base"), CASES, ids=[f"{fault} - {base}" for fault, base in CASES])
def test_a_fault_is_named_and_nothing_else(fault, base):
    if fault in {"BC4", "BC7", "ETC2"}:
        for module in ("etcpak", "texture2ddecoder"):
            tools.require_module(module, f"pip install {module}")
    broken = FAULTS[fault].break_(GOOD[base](), np.random.default_rng(1))
    assert names(broken, frames=base == "frames") == list(FAULTS[fault].expected)


@pytest.mark.parametrize("gap", range(1, 11))
def test_it_says_where_a_frame_is_missing(gap):
    (fault,) = faults(np.delete(loop(), gap, axis=0), frames=True)
    assert fault.text.startswith(f"Frames {gap} and {gap + 1} are related as others are that lie 2 frames apart")


def test_it_says_how_a_frame_was_turned():
    turned = loop().copy()
    turned[4] = np.rot90(turned[4])  # a quarter counterclockwise: to undo it takes three more
    (fault,) = faults(turned, frames=True)
    assert fault.text == "Frame 5 (of 12) fits those before and after it only if it is turned by 270 degrees."


def test_the_golden_ratio_loops_only_after_a_fibonacci_number():
    """One mask to which each frame adds 0.618: 21 times that is nearly 13, 16 times it nearly 10 less a ninth."""
    values = (mask() + 0.5) / mask().size
    shown = [np.uint8((values + frame * 0.6180339887) % 1 * 256)[..., None] for frame in range(21)]
    assert names(np.stack(shown), frames=True) == []
    (fault,) = faults(np.stack(shown[:16]), frames=True)
    assert fault.text.endswith("missing at the loop's end, or it is no loop.")


def test_layers_know_no_time():
    """Nothing is said of frames' order where there is none."""
    assert names(loop()[[3, 1, 2, 7, 9]]) == []


def test_the_share_that_was_clipped():
    """Values u of [0, 1] become 2 u - 1/2: a quarter is clipped at each end, and of the levels 0 and 255 a half more."""
    values = np.clip(2 * ((mask() + 0.5) / mask().size) - 0.5, 0, 1)
    (fault,) = faults(np.floor(np.minimum(values, 0.9999) * 256).astype(np.uint8)[None, ..., None])
    assert fault.name == "clipped"
    assert fault.text == "The levels 0 and 255 hold 50.4% of all texels: values beyond were clipped."


def test_sizes_of_tiles_and_of_enlargements():
    tile = stored(mask(32))
    assert "the same 32x32 texels 6 times (3 across, 2 down)" in faults(np.tile(tile, (1, 2, 3, 1)))[0].text
    assert "it was scaled up by 3" in faults(tile.repeat(3, axis=1).repeat(3, axis=2))[0].text


def test_what_the_file_says():
    good = GOOD["RGBA"]()
    assert names(good, facts=FileFacts("png", is_srgb=True)) == ["srgb"]
    assert names(good, facts=FileFacts("ktx2", is_srgb=False, is_premultiplied=False)) == []
    assert names(good, facts=FileFacts("ktx2", is_premultiplied=True)) == ["premultiplied"]
    assert names(GOOD["8 bits"](), facts=FileFacts("ktx2", is_premultiplied=True)) == []
    assert names(good, facts=FileFacts("jpeg")) == ["jpeg"]
    assert names(good, facts=FileFacts("dds", compression="BC7")) == ["block_compressed"]
    (fault,) = faults(good, facts=FileFacts("dds", mip_levels=7))
    assert "7 mip levels" in fault.text


def test_pictures_and_flat_colours():
    height = np.add.outer(np.sin(np.arange(64) / 10), np.cos(np.arange(64) / 7)) / 4 + 0.5
    assert "not_tileable" not in names(quantize(height[None, ..., None], 8))
    assert names(quantize(height[None, ..., None], 8)) != []
    assert names(np.full((1, 16, 16, 1), 7, np.uint8)) == ["constant_channel"]
    assert names(np.full((1, 16, 16, 4), 255, np.uint8)) == ["constant_channel"]
    assert names(np.zeros((1, 1, 1, 1), np.uint8)) == []
    assert names(np.zeros((5, 8, 8, 3), np.float16), frames=True) == ["constant_channel"]


def test_values_that_are_no_numbers():
    texels = GOOD["float"]()
    texels[0, 3, :2, 0] = np.nan, np.inf
    (fault,) = faults(texels)
    assert fault.text == "2 of 4096 values are infinite or no numbers."


def test_the_srgb_curve():
    """IEC 61966-2-1: 0.5 is encoded as 0.7354, the level 128 decoded to 0.2159; the two invert each other."""
    assert encode(np.array([0.5, 0.002])) == pytest.approx([0.735357, 0.02584], abs=1e-6)
    assert decode(np.array([128 / 255, 0.02584])) == pytest.approx([0.215861, 0.002], abs=1e-6)
