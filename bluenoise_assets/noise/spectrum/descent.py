"""Gradient descent on the losses: through the FFT at every step, through the sort by its targets.

The gradient of the histogram loss needs the sort only to know which quantile each texel is drawn to. Those targets
change slowly, so they are refreshed every `REFRESH` steps; at a refresh the gradient is that of the plain form,
where `jnp.sort` is differentiated (tests/support/references/plain_descent.py).
"""

from functools import partial
from typing import Any, NamedTuple

import jax
import numpy as np
import numpy.typing as npt
from jax import lax

from bluenoise_assets.noise.runtime.compiled import plain_loops
from bluenoise_assets.noise.spectrum import losses
from bluenoise_assets.noise.spectrum.ranking import targets_of
from bluenoise_assets.noise.spectrum.updates import UPDATES

REFRESH = 8


class State(NamedTuple):
    """Where the descent stands. Arrays have one channel's shape, float32; `step` is int32, `low` float32."""

    x: Any
    targets: Any
    moments: tuple[Any, Any]
    step: Any
    low: Any


class Params(NamedTuple):
    """What stays the same during a descent; all of it is data, so one program serves every setting."""

    quantiles: Any  # (texels,), rising, float32
    variance: Any  # of the quantiles
    tables: losses.Tables
    weights: losses.Weights
    randomize: Any  # bool
    key: Any  # uint32
    learning_rate: Any
    momentum: Any


def init(x: npt.NDArray[np.float32]) -> State:
    """The state before the first step."""
    zeros = np.zeros_like(x)
    return State(x, zeros, (zeros, zeros), np.int32(0), np.float32(1))


@plain_loops
def step(method: str, state: State, params: Params, steps: jax.Array) -> State:
    """Take `steps` (int32) steps. The result does not depend on how a descent is cut into calls."""
    update = UPDATES[method]
    gradient_of = jax.grad(losses.total, has_aux=True)

    def one_step(_: jax.Array, state: State) -> State:
        targets = lax.cond(
            state.step % REFRESH == 0,
            partial(targets_of, quantiles=params.quantiles),
            lambda _: state.targets,
            state.x,
        )
        weights = losses.randomized(params.weights, params.randomize, params.key, state.step)
        gradient, low = gradient_of(state.x, targets, params.variance, params.tables, weights)
        # in units of the values' variance, so that a learning rate means the same for any distribution
        direction, moments = update(gradient * params.variance, state.moments, state.step, params.momentum)
        # a constant rate: the random factors already anneal, and decays measured no better
        x = state.x - params.learning_rate * direction
        return State(x, targets, moments, state.step + 1, low)

    end: State = lax.fori_loop(0, steps, one_step, state)
    return end
