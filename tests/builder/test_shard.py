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
        "frames": bn.TextureSpec("t", (1, 1), frames=4, effort="fast"),
        "two channels": bn.TextureSpec("t", (1, 1), frames=4, effort="fast", channels=2),
        "a place": bn.TextureSpec("t", (1, 1), sample_space="vec2"),
        "places": bn.TextureSpec("t", (1, 1), sample_space="vec2", frames=4),
        "a direction": bn.TextureSpec("t", (1, 1), sample_space="sphere"),
    }
    expected = {"fast": 1, "good": 3, "best": 40, "spectrum": 50, "few steps": 1, "sum": 30}
    expected |= {"frames": 8, "two channels": 16, "a place": 11, "places": 44, "a direction": 16}
    assert {name: cost(spec) for name, spec in costs.items()} == expected


def test_a_machine_with_a_large_array_gets_nothing_else():
    specs = [bn.TextureSpec("array", (64, 64), layers=8), *(bn.TextureSpec(f"t{i}", (64, 64)) for i in range(8))]
    assert share(specs, Shard(1, 2)) == [True, *[False] * 8]
    assert share(specs, Shard(2, 2)) == [False, *[True] * 8]
