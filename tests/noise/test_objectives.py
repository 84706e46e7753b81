"""The registry of objectives is whole, and its rows say what is so."""

from typing import get_args, get_type_hints

import numpy as np
import pytest

from bluenoise_assets import Optimizer, Spectrum, Sum, TextureSpec, Threshold
from bluenoise_assets.noise import METHODS, method_of, optimize_work_item, work_item_count

SPECS = [
    TextureSpec("t", (8, 4), channels=2, effort="fast"),
    TextureSpec("t", (8, 4), channels=2, optimizer=Optimizer(steps=8), objective=Spectrum(fine_tuning=8)),
    TextureSpec("t", (8, 4), channels=2, effort="fast", objective=Sum()),
]


def test_every_objective_of_a_spec_has_a_row():
    """Whoever adds an objective to `spec` finds out here that the optimiser needs a row for it."""
    assert set(METHODS) == set(get_args(get_type_hints(TextureSpec)["objective"]))
    assert {type(spec.objective) for spec in SPECS} == set(METHODS)


@pytest.mark.parametrize("spec", SPECS, ids=lambda spec: spec.objective.tag())
def test_each_is_optimised_as_its_row_says(spec):
    told = []
    assert work_item_count(spec) == (2 if method_of(spec).by_channel else 1)
    ranks = optimize_work_item(spec, 0, lambda share, figure: told.append((share, figure)))
    assert (ranks.shape, ranks.dtype) == ((1 if method_of(spec).by_channel else 2, 4, 8), np.int32)
    assert all(np.array_equal(np.sort(one, axis=None), np.arange(32)) for one in ranks)
    assert told[-1][0] == pytest.approx(1)
    assert told[-1][1] < 0


def test_the_work_of_a_texel():
    def work(**keys):
        spec = TextureSpec("t", (8, 8), **keys)
        return method_of(spec).work(spec)

    assert work(effort="fast") < work() == work(objective=Threshold(0.0)) < work(effort="best")
    assert work(objective=Sum()) > work()
    assert work(objective=Spectrum()) == 10 * work(objective=Spectrum(), optimizer=Optimizer(steps=300))
    assert work(objective=Spectrum(), optimizer=Optimizer(steps=1)) == 1
