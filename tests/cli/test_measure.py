import io
import json
import re

import numpy as np
import pytest
from PIL import Image
from support.paths import PACKAGE
from support.references.void_and_cluster import void_and_cluster

from bluenoise_assets.cli import main

PAGE = (PACKAGE / "report" / "measured" / "measured.md").read_text(encoding="utf-8")


@pytest.fixture
def textures(tmp_path, monkeypatch):
    """A mask, frames of it in a strip, a file that is damaged, in the current folder."""
    monkeypatch.chdir(tmp_path)
    mask = void_and_cluster((32, 32), 1.5)
    Image.fromarray((mask // 4).astype(np.uint8)).save("mask.png")
    rng = np.random.default_rng(0)
    frames = np.concatenate([np.roll(mask, rng.integers(0, 32, 2), (0, 1)) for _ in range(4)])
    Image.fromarray((frames // 4).astype(np.uint8)).save("frames.png")
    file = io.BytesIO()
    Image.fromarray(frames.astype(np.uint8)).save(file, "PNG")
    (tmp_path / "broken.png").write_bytes(file.getvalue()[:500])
    return tmp_path


def rows(text, title):
    """The heads of a table, and its rows by name."""
    head, *lines = text.partition(f"\n{title}")[2].splitlines()
    found = {}
    for line in lines:
        cells = re.fullmatch(r"(.{23})((?: +-?\d+\.\d+| +none| +-)+)", line)
        if cells is None:
            break
        found[cells[1].strip()] = cells[2].split()
    return re.split(r"\s{2,}", head.strip()), found


def test_a_table_beside_the_named_noise(textures, capsys):
    assert main(["measure", "mask.png", "frames.png", "--sample-space", "scalar"]) == 0
    out, err = capsys.readouterr()
    assert not err
    assert "mask.png: png, 32 x 32, 1 channel, 8 bits\n" in out
    assert "uniform from 0 to 1, exact: all levels equally often" in out
    assert "note: 32 x 128 texels are taken for 4 frames" in out
    heads, patterns = rows(out, "patterns")
    assert heads[:2] == ["low", "1.0"]
    assert list(patterns)[:3] == ["mask.png", "frames.png", "white noise"]
    assert {"void-and-cluster 1.9", "Bayer", "Fourier recipe"} <= patterns.keys()
    assert float(patterns["mask.png"][0]) < -25
    assert abs(float(patterns["white noise"][0])) < 1
    assert set(rows(out, "structure")[1]) == set(patterns)
    assert set(rows(out, "frames ")[1]) == {"frames.png", "white noise", "void-and-cluster loop", "golden ratio"}
    tables = out.partition("\npatterns")[2].splitlines()
    assert max(map(len, tables)) <= 80


def test_json_has_what_the_page_says(textures, capsys):
    assert main(["measure", "frames.png", "--json", "--layers", "4"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["event"], found["file"]) == ("measured", "frames.png")
    assert (found["slices"], found["slices_are"]) == (4, "layers")
    assert set(found["figures"][0]["pattern_rms"]) == {"H1"}
    assert main(["measure", "frames.png", "--json", "--frames", "4"]) == 0
    found = json.loads(capsys.readouterr().out)
    (channel,) = found["figures"]
    assert set(channel["pattern_rms"]) == {"H1", "ST", "EMA", "steady EMA", "steady ST"}
    for name in [*found, *found["says"], *channel, *channel["histogram"]]:
        assert f"`{name}`" in PAGE, name


def test_what_cannot_be_read_stops_no_other(textures, capsys):
    assert main(["measure", "broken.png", "no.png", "mask.png"]) == 2
    out, err = capsys.readouterr()
    assert [line.partition(": error: ")[2].partition(":")[0] for line in err.splitlines()] == ["broken.png", "no.png"]
    assert "damaged" in err
    assert main(["measure", "broken.png", "mask.png", "--json"]) == 2
    assert [json.loads(line)["event"] for line in capsys.readouterr().out.splitlines()] == ["error", "measured"]
    assert "mask.png: png" in out


def test_patterns_that_no_shell_expanded(textures, capsys):
    (textures / "broken.png").unlink()
    assert main(["measure", "*.png"]) == 0
    assert "frames.png: png" in capsys.readouterr().out


def test_faults_are_shown_and_counted_if_asked(textures, capsys):
    texels = np.asarray(Image.open("mask.png"))
    coded = 255 * (texels / 255.0) ** (1 / 2.2)
    Image.fromarray(np.rint(coded).astype(np.uint8)).save("coded.png")
    assert main(["measure", "coded.png"]) == 0
    out = capsys.readouterr().out
    assert re.search(r"(?m)^  fault: .+\. .+$", out)
    assert main(["measure", "coded.png", "--strict", "--json"]) == 1
    (found,) = map(json.loads, capsys.readouterr().out.splitlines())
    assert found["faults"][0].keys() == {"name", "text", "hint"}
    assert main(["measure", "mask.png", "--strict"]) == 0


def test_directions_are_shown_as_vectors_alone(textures, capsys):
    turns = np.random.default_rng(1).random((16, 16))
    np.save("circle.npy", np.stack([np.cos(2 * np.pi * turns), np.sin(2 * np.pi * turns)], axis=-1).astype(np.float32))
    assert main(["measure", "circle.npy"]) == 0
    out = capsys.readouterr().out
    assert "its 2 channels are measured as circle" in out
    assert set(rows(out, "vectors: circle")[1]) == {"circle.npy", "white noise"}
    assert "\npatterns" not in out


def test_numbers_that_a_series_leaves_out(textures, capsys):
    for number in (0, 1, 3, 4):
        mask = void_and_cluster((16, 16), 1.5, seed=number)
        (textures / "loop").mkdir(exist_ok=True)
        Image.fromarray(mask.astype(np.uint8)).save(textures / "loop" / f"a{number}.png")
    assert main(["measure", "loop", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["slices"] == 4
    assert [fault for fault in found["faults"] if "number 2" in fault["text"]]


@pytest.mark.parametrize(
    ("typed", "text"),
    [
        (["--frames", "0"], "not a number of slices"),
        (["--frames", "2", "--one"], "not allowed with argument"),
        (["--sample-space", "vec5"], "invalid choice"),
    ],
)
def test_usage(typed, text, textures, capsys):
    with pytest.raises(SystemExit) as end:
        main(["measure", "mask.png", *typed])
    assert end.value.code == 2
    assert text in capsys.readouterr().err
