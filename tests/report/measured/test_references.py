"""The named noise that textures are shown beside is what its script makes of it."""

import pytest
from support import named_noise

from bluenoise_assets.report.measured.references import references

CHEAP = [("white noise", "mask"), ("Bayer", "mask"), ("void-and-cluster 1.0", "mask")]


def test_every_reference_is_there_with_its_origin():
    made = [(name, kind, origin) for name, kind, origin, _ in named_noise.all_of(3)]
    assert [(one.name, one.kind, one.origin) for one in references()] == made


@pytest.mark.parametrize(("name", "kind"), CHEAP)
def test_figures_are_those_of_the_noise(name, kind):
    (stored,) = [one for one in references() if (one.name, one.kind) == (name, kind)]
    (makers,) = [makers for found, its, _, makers in named_noise.all_of(3) if (found, its) == (name, kind)]
    found = named_noise.mean([named_noise.figures(kind, make()) for make in makers])
    assert found.keys() == stored.figures.keys()
    for key, value in found.items():
        tolerance = 1e-4 if key == "pattern_rms" else 0.02
        assert value == pytest.approx(stored.figures[key], abs=tolerance), key
