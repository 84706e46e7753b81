"""The words that say why, value by value, short whatever a lock holds."""

from bluenoise_assets.builder.lock import Entry
from bluenoise_assets.builder.reasons import MOST_VALUES, Origin, differences, reasons, show


def test_differences_by_hand():
    old = {"size": [4, 4], "objective": {"spectrum": {"cutoff": 0.25, "randomize": True}}, "gone": 1}
    new = {"size": [4, 5], "objective": {"spectrum": {"cutoff": 0.25, "randomize": False}}, "new": {"table": {}}}
    assert list(differences(old, new)) == [
        "gone: was 1",
        "new: now {table: {}}",
        "objective.spectrum.randomize: true -> false",
        "size: [4, 4] -> [4, 5]",
    ]
    assert show(list(range(10))) == "[0, 1, 2, 3, 4, 5, 6, 7, ...]"
    assert show("0123456789abcdef" * 4) == "0123456789ab"
    assert len(show("x" * 10**6)) == 200


def test_a_lock_with_endless_values_gives_few_reasons():
    entry = Entry("m", "a", "texture", "old", {f"x{index}": index for index in range(10_000)}, "f")
    assert len(list(reasons(entry, "new", {}, "f", Origin("m", {"m": "m"})))) == MOST_VALUES
