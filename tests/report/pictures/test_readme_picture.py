"""The README's picture is what the package makes today, texel by texel, and is shown so that no pixel is smoothed."""

import importlib.util
import re

import imageio.v3 as iio
import numpy as np
from support.paths import ROOT, TESTS


def test_the_readmes_picture_is_made_by_the_tool():
    path = TESTS / "bench" / "readme_picture.py"
    found = importlib.util.spec_from_file_location(path.stem, path)
    script = importlib.util.module_from_spec(found)
    found.loader.exec_module(script)
    drawing = iio.imread(script.FILE)
    drawing = drawing[..., 0] if drawing.ndim == 3 else drawing
    panels = [*script.placed()]
    assert len(panels) == 4 * 2 * 2
    for x, y, *made in panels:
        shown = script.enlarged(*made)
        there = drawing[script.ENLARGED * y :, script.ENLARGED * x :][: shown.shape[0], : shown.shape[1]]
        assert np.array_equal(there, shown), "run tests/bench/readme_picture.py"
    width = re.search(r'<img src="manifests/picture.png" width="(\d+)"', (ROOT / "README.md").read_text("utf-8"))[1]
    assert int(width) * script.ENLARGED == drawing.shape[1]
    assert int(width) <= 830  # GitHub's column: wider ones are scaled
