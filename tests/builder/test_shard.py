"""What a texture costs, by which textures are shared out to machines."""

import bluenoise_assets as bn
from bluenoise_assets.builder.shard import Shard, cost, share


def test_layers_and_channels_cost_as_many_textures():
    one = cost(bn.TextureSpec("t", (32, 32)))
    assert cost(bn.TextureSpec("t", (32, 32), layers=64)) == 64 * one
    assert cost(bn.TextureSpec("t", (32, 32), layers=5, channels=3)) == 15 * one
    assert cost(bn.TextureSpec("t", (32, 32, 32))) == 32 * one


def test_what_objectives_and_efforts_cost():
    """In units of a texel at effort fast."""
    costs = {
        "fast": bn.TextureSpec("t", (1, 1), effort="fast"),
        "good": bn.TextureSpec("t", (1, 1)),
        "best": bn.TextureSpec("t", (1, 1), effort="best"),
        "spectrum": bn.TextureSpec("t", (1, 1), objective=bn.Spectrum()),
        "few steps": bn.TextureSpec("t", (1, 1), objective=bn.Spectrum(), optimizer=bn.Optimizer(steps=1)),
        "sum": bn.TextureSpec("t", (1, 1), objective=bn.Sum()),
    }
    expected = {"fast": 1, "good": 3, "best": 40, "spectrum": 50, "few steps": 1, "sum": 30}
    assert {name: cost(spec) for name, spec in costs.items()} == expected


def test_a_machine_with_a_large_array_gets_nothing_else():
    specs = [bn.TextureSpec("array", (64, 64), layers=8), *(bn.TextureSpec(f"t{i}", (64, 64)) for i in range(8))]
    assert share(specs, Shard(1, 2)) == [True, *[False] * 8]
    assert share(specs, Shard(2, 2)) == [False, *[True] * 8]
