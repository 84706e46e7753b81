"""Whoever adds a format has three places to touch: its module and row, its name, the manual. Each is found if forgotten."""

import inspect
import re
import subprocess
import sys
from importlib import import_module
from typing import get_args

import numpy as np
import pytest
from support.paths import ROOT

from bluenoise_assets.formats import registry
from bluenoise_assets.formats.image import TexelImage
from bluenoise_assets.formats.layout import STORAGES, FormatName, Kind, Variant

MANUAL = (ROOT / "manifests" / "README.md").read_text(encoding="utf-8")
every_format = pytest.mark.parametrize("name", registry.FORMATS)


def test_every_name_has_a_row_and_the_other_way_round():
    assert tuple(registry.FORMATS) == get_args(FormatName)


@every_format
def test_the_manual_lists_it_and_says_what_it_holds(name):
    (row,) = [line for line in MANUAL.splitlines() if line.startswith("| `formats` |")]
    assert f"`{name}`" in row
    table = re.search(r"\| format \| holds \|.*?\n\n", MANUAL, re.DOTALL)[0].splitlines()[2:]
    (row,) = [line for line in table if line and f"`{name}`" in line.split("|")[1]]
    form = registry.FORMATS[name]
    holds = row.split("|")[2]
    assert ("1, 2 or 4 channels" in holds) == (form.channels == (1, 2, 4))
    assert ("unorm" in holds, "float" in holds) == tuple(
        form.encodings == (encoding,) for encoding in ("unorm", "float")
    )
    assert ("stacked" in row.split("|")[3]) == (form.kinds == ("2d",))
    assert ("2^22" in holds) == form.is_source


@every_format
def test_its_module_writes_and_reads(name):
    form = registry.FORMATS[name]
    module = import_module(f"bluenoise_assets.formats.{form.module}")
    assert next(iter(inspect.signature(getattr(module, form.encoder)).parameters)) == "image"
    assert list(inspect.signature(module.read).parameters) == ["data", "layout"]


def images():
    for encoding, bits in STORAGES:
        for channels in (1, 2, 3, 4):
            for kind in get_args(Kind):
                shape = (1 if kind == "2d" else 3, 5, 7, channels)
                values = np.random.default_rng(channels).integers(1, 255, shape)
                texels = (values / 256 if encoding == "float" else values).astype(STORAGES[encoding, bits])
                yield TexelImage(texels, kind)


@every_format
@pytest.mark.parametrize("variant", [None, *get_args(Variant)])
def test_it_holds_what_its_row_says_and_reads_it_back(name, variant):
    form = registry.FORMATS[name]
    if variant not in (None, *form.variants):
        return
    options = {"legacy": True} if variant else {"name": "x"} if form.is_source else {}
    held = 0
    for image in images():
        unfit = registry.problem(name, image.layout, variant)
        if unfit:
            with pytest.raises(ValueError, match=re.escape(unfit[0])):
                registry.encode(name, image, **options)
            continue
        held += 1
        data = registry.encode(name, image, **options)
        assert registry.read(name, data, image.layout).equals(image)
        if not form.is_source and name != "raw":
            found = registry.read(name, data)
            assert found.kind in form.kinds
            if image.kind in form.kinds and image.texels.shape[3] != 2 and name != "npy":
                assert found.equals(image)
    assert held >= 5


def test_what_formats_hold_is_known_without_numpy():
    code = "import sys, bluenoise_assets.spec, bluenoise_assets.formats.registry; print('numpy' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"
