"""What a texture needs is known before it starts, and what cannot fit is refused with the numbers."""

import threading

import pytest

import bluenoise_assets as bn
from bluenoise_assets.builder import memory
from bluenoise_assets.errors import BuildError, Cancelled


def test_this_machine_says_how_much_it_has():
    assert 2**28 < memory.available_bytes() <= 2**62


def test_a_container_limit_counts(tmp_path, monkeypatch):
    limit = tmp_path / "memory.max"
    monkeypatch.setattr(memory, "CGROUP_LIMITS", (limit, tmp_path / "none"))
    limit.write_text("1000000\n")
    assert memory.available_bytes() == 1_000_000
    limit.write_text("max\n")
    assert memory.available_bytes() > 1_000_000


def test_a_texture_that_cannot_fit_is_refused_before_it_starts(monkeypatch):
    monkeypatch.setattr(memory, "available_bytes", lambda: 2**30)
    bn.generate(bn.TextureSpec("t", (8, 8)))
    with pytest.raises(BuildError, match=r"it needs about 7\.\d GiB of memory, and this machine has 1\.0 GiB"):
        bn.generate(bn.TextureSpec("t", (8192, 8192)))


def test_who_needs_more_than_is_left_waits():
    budget, order = memory.Budget(100), []

    def second():
        with budget.reserved(60, lambda: False):
            order.append("second")

    with budget.reserved(60, lambda: False):
        thread = threading.Thread(target=second)
        thread.start()
        thread.join(0.2)
        order.append("first")
    thread.join(10)
    assert order == ["first", "second"]
    assert budget.used == 0


def test_waiting_can_be_cancelled_and_one_texture_always_fits():
    budget = memory.Budget(100)
    with budget.reserved(1000, lambda: False), pytest.raises(Cancelled), budget.reserved(1, lambda: True):
        pass


def test_layers_are_made_one_after_the_other():
    """Each takes what a texture of its own takes; only what is kept of them adds up."""
    one = bn.TextureSpec("t", (256, 256), channels=3)
    many = bn.TextureSpec("t", (256, 256), channels=3, layers=10)
    assert memory.work_item_bytes(many) == memory.work_item_bytes(one) == memory.needed_bytes(one)
    assert memory.needed_bytes(one) < memory.needed_bytes(many) < 10 * memory.needed_bytes(one)
    spectrum = bn.TextureSpec("t", (64, 64), channels=3, layers=10, objective=bn.Spectrum())
    assert memory.work_item_bytes(spectrum) == memory.work_item_bytes(
        bn.TextureSpec("t", (64, 64), objective=bn.Spectrum())
    )


def test_frames_are_made_all_at_once_and_vectors_take_their_components():
    one = bn.TextureSpec("t", (128, 128), frames=8)
    assert memory.work_item_bytes(one) == memory.needed_bytes(one)
    assert 2 * memory.needed_bytes(one) == memory.needed_bytes(bn.TextureSpec("t", (128, 128), frames=16))
    assert 2 * memory.needed_bytes(one) == memory.needed_bytes(bn.TextureSpec("t", (128, 128), frames=8, channels=2))
    two, three = (bn.TextureSpec("t", (128, 128), frames=8, sample_space=space) for space in ("vec2", "vec3"))
    assert memory.work_item_bytes(two) == memory.needed_bytes(two) == memory.needed_bytes(three) * 2 // 3
    layers = bn.TextureSpec("t", (128, 128), layers=8, sample_space="vec2")
    assert memory.work_item_bytes(layers) < memory.needed_bytes(layers) < memory.needed_bytes(two)


def test_small_layers_go_together_and_take_what_they_are():
    one = bn.TextureSpec("t", (32, 32), channels=2)
    many = bn.TextureSpec("t", (32, 32), channels=2, layers=6)
    assert memory.work_item_bytes(many) == 6 * memory.work_item_bytes(one)
