"""Objectives and their optimizer: defaults are resolved, and each says what it uses and what of it is measured."""

import pytest

from bluenoise_assets.spec import Optimizer, Spectrum, Sum, TextureSpec, Threshold, misplaced_keys


def test_the_learning_rate_is_resolved_so_that_a_default_elsewhere_changes_no_key():
    assert Optimizer().learning_rate == 0.003
    assert Optimizer("momentum").learning_rate == 0.001
    assert Optimizer("momentum", learning_rate=0.5).learning_rate == 0.5


@pytest.mark.parametrize(
    ("objective", "cutoff", "used"),
    [
        (Threshold(), None, {"filter", "effort"}),
        (Spectrum(0.2), 0.2, {"optimizer"}),
        (Sum(spectrum=Spectrum(0.1)), 0.1, {"filter", "effort"}),
    ],
)
def test_what_an_objective_uses(objective, cutoff, used):
    assert objective.values_cutoff == cutoff
    spec = TextureSpec(size=8, objective=objective)
    assert {name for name in ("filter", "effort", "optimizer") if getattr(spec, name) is not None} == used
    assert misplaced_keys(objective).keys() == {"filter", "effort", "optimizer"} - used
