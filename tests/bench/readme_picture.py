"""Draws manifests/picture.png, the picture of the README: a gradient and a photograph at 1 and 2 bits, mask beside mask.

Run from the repository: python tests/bench/readme_picture.py
Light is rounded to 2 and to 4 equal steps by 64x64 masks, ours with the defaults. The figures are PSNR after Nasanen's
contrast sensitivity at 70 pixels per degree, means over 64 places at which the tiled mask begins: where it happens to
begin decides 0.2 dB, as much as lies between the two best. Each texel is ENLARGED pixels wide, and the page
shows the picture at half its width: exact on screens of one and of two pixels for each of the page's.
"""

import sys
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from support.pictures import psnr_after_eye

import bluenoise_assets as bn
from bluenoise_assets.report.pictures import as_srgb, dithered, gradient, photograph, png_of, reference_masks

ENLARGED = 2
WIDTH = 192
RAMP = 56
BITS = (1, 2)
PIXELS_PER_DEGREE = 70
PLACES = 8
"""Along either axis."""
GAP, HEADING, CAPTION, ROWS_APART = 10, 26, 20, 6
"""In the page's pixels, as all that is not ENLARGED."""
TITLE, TEXT = 16, 13
LINE = 204
GREYS = 6
"""Of the letters, so that the file stays small."""
FILE = Path(__file__).resolve().parents[2] / "manifests" / "picture.png"


def masks():
    """Ranks by the name over each column."""
    named = reference_masks()
    ours = bn.generate_ranks(bn.TextureSpec(size=64))[0]
    return {
        "white noise": named["white"],
        "Bayer": named["Bayer"],
        "void-and-cluster": named["void and cluster"],
        "bluenoise-assets": ours,
    }


def scenes():
    return [gradient(WIDTH, RAMP), photograph()]


def psnr(picture, ranks, levels):
    places = [
        (y, x) for y in range(0, len(ranks), len(ranks) // PLACES) for x in range(0, len(ranks), len(ranks) // PLACES)
    ]
    moved = (np.roll(ranks, place, (0, 1)) for place in places)
    errors = (dithered(picture, mask, levels) - picture for mask in moved)
    return np.mean([psnr_after_eye(error, PIXELS_PER_DEGREE) for error in errors])


def lettered(image):
    """Its letters in few greys."""
    step = 255 / (GREYS - 1)
    return np.uint8(np.rint(np.rint(np.asarray(image) / step) * step))


def placed():
    """Each picture with what it is made by and its place in the page's pixels: x, y, picture, ranks, bits."""
    for column, ranks in enumerate(masks().values()):
        y = HEADING
        for picture in scenes():
            for bits in BITS:
                yield GAP + column * (WIDTH + GAP), y, picture, ranks, bits
                y += len(picture) + CAPTION + ROWS_APART


def enlarged(picture, ranks, bits):
    return np.kron(as_srgb(dithered(picture, ranks, 2**bits)), np.ones((ENLARGED, ENLARGED), np.uint8))


def main():
    panels, columns = [*placed()], [*masks()]
    width = len(columns) * WIDTH + (len(columns) + 1) * GAP
    height = max(y + len(picture) for _, y, picture, _, _ in panels) + CAPTION
    letters = Image.new("L", (ENLARGED * width, ENLARGED * height), 255)
    draw = ImageDraw.Draw(letters)

    def write(x, y, text, size):
        draw.text((ENLARGED * x, ENLARGED * y), text, fill=30, font_size=ENLARGED * size)

    for column, name in enumerate(columns):
        write(GAP + column * (WIDTH + GAP), 2, name, TITLE)
    for x, y, picture, ranks, bits in panels:
        beside, below = x + WIDTH, y + len(picture)
        edges = [ENLARGED * (x - 1), ENLARGED * (y - 1), ENLARGED * (beside + 1) - 1, ENLARGED * (below + 1) - 1]
        draw.rectangle(edges, fill=LINE)  # a line around what may end in white
        write(x, below + 2, f"{bits} bit{'s' * (bits > 1)}: {psnr(picture, ranks, 2**bits):.1f} dB", TEXT)
    drawing = lettered(letters)
    for x, y, *made in panels:
        shown = enlarged(*made)
        drawing[ENLARGED * y :, ENLARGED * x :][: shown.shape[0], : shown.shape[1]] = shown
    FILE.write_bytes(png_of(drawing))
    print(f"wrote {FILE}, {FILE.stat().st_size} bytes, to be shown {width} pixels wide")


if __name__ == "__main__":
    main()
