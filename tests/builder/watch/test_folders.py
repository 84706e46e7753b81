"""What is watched for a path, and what a change there tells."""

import os
import threading

import pytest
from support.saves import save_from_elsewhere, until, write

from bluenoise_assets.builder.watch import folders as folders_module
from bluenoise_assets.builder.watch import poll_seconds
from bluenoise_assets.builder.watch.folders import Folders
from bluenoise_assets.builder.watch.links import links


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("1", 1.0), ("0.5", 0.5), ("3600", 3600.0), ("0.01", 0.01), ("0", None), ("0.0", None), (" 2 ", 2.0)],
)
def test_seconds_between_looks(text, seconds):
    assert poll_seconds(text) == seconds


@pytest.mark.parametrize("text", ["", "x", "-1", "nan", "inf", "3601", "0.001", "1s", "manifests"])
def test_what_is_no_number_of_seconds(text):
    with pytest.raises(ValueError, match=r"is not a number of seconds from 0\.01 to 3600"):
        poll_seconds(text)


@pytest.fixture
def real(tmp_path):
    return tmp_path.resolve()


def test_the_trail_of_a_path(real):
    """Every link on the way, each in its real folder; `..` after a link leads out of its target."""
    (real / "a" / "b").mkdir(parents=True)
    (real / "a" / "b" / "file").touch()
    (real / "link").symlink_to("a/b", target_is_directory=True)
    (real / "again").symlink_to(real / "link", target_is_directory=True)
    (real / "a" / "name").symlink_to("../again/file")
    assert links(real / "a" / "b" / "file") == (real / "a" / "b" / "file", set())
    assert links(real / "link" / "file") == (real / "a" / "b" / "file", {real / "link"})
    found = {real / "a" / "name", real / "again", real / "link"}
    assert links(real / "a" / "name") == (real / "a" / "b" / "file", found)
    assert links(real / "link" / ".." / "none" / "x") == (real / "a" / "none" / "x", {real / "link"})
    for path in (real / "a" / "name", real / "link" / "..", real / "again" / "file"):
        assert str(links(path)[0]) == os.path.realpath(path)


def test_links_in_a_circle_end(real):
    (real / "one").symlink_to("two")
    (real / "two").symlink_to("one")
    _, found = links(real / "one")
    assert found == {real / "one", real / "two"}


@pytest.fixture(params=[None, 0.05], ids=["events", "polling"])
def folders(request):
    warnings = []
    found = Folders(threading.Event(), request.param, warnings.append)
    found.start()
    yield found
    found.stop()
    assert warnings == []


def test_only_the_files_of_interest_tell(folders, real):
    """A file by its name, a whole folder by its manifests; not what editors leave, and not what is read."""
    (real / "whole").mkdir()
    (real / "single").mkdir()
    for name in ("whole/a.yaml", "single/b.yaml", "single/c.yaml"):
        (real / name).write_text("1")
    assert folders.watch([real / "single" / "b.yaml"], [real / "whole"])
    assert not folders.watch([real / "single" / "b.yaml"], [real / "whole"])
    quiet = ["whole/.#a.yaml", "whole/a.yaml~", "whole/.a.yaml.swp", "whole/4913", "whole/x.png", "single/c.yaml"]
    for name in quiet:
        (real / name).write_text("2")
        (real / name).unlink()
    for name in ("whole/a.yaml", "single/b.yaml"):
        (real / name).read_text()
    assert not folders.changed.wait(0.4)
    for name in ("whole/a.yaml", "whole/new.YML", "single/b.yaml"):
        write(real / name, "three")
        assert folders.changed.wait(10), name
        assert folders.changed.is_set()
        folders.changed.wait(0.2)
        folders.changed.clear()
        until(lambda: not _rings(folders))
    save_from_elsewhere(real / "single" / "b.yaml", "four")
    assert folders.changed.wait(10)


def _rings(folders):
    """Whether something told just now; forgets it."""
    rang = folders.changed.wait(0.2)
    folders.changed.clear()
    return rang


def test_names_without_regard_to_case(folders, real):
    """On a disk that ignores case an event may spell a name in another way than the user."""
    folders.watch([real / "Game.yaml"], [])
    assert folders.concern(real, "game.YAML")
    assert not folders.concern(real, "games.yaml")


def test_what_is_no_longer_of_interest_is_let_go(folders, real):
    (real / "one").mkdir()
    (real / "two").mkdir()
    folders.watch([], [real / "one"])
    assert folders.watch([], [real / "two"])
    (real / "one" / "a.yaml").write_text("1")
    assert not folders.changed.wait(0.3)
    (real / "two" / "a.yaml").write_text("1")
    assert folders.changed.wait(10)


def test_a_link_that_is_turned_elsewhere(folders, real):
    """Nothing happens to the file that it led to."""
    for name in ("one", "two"):
        (real / name).mkdir()
        (real / name / "a.yaml").write_text(name)
    (real / "link").symlink_to("one", target_is_directory=True)
    folders.watch([real / "link" / "a.yaml"], [])
    (real / "new").symlink_to("two", target_is_directory=True)
    (real / "new").replace(real / "link")
    assert folders.changed.wait(10)
    assert folders.watch([real / "link" / "a.yaml"], [])
    until(lambda: not _rings(folders))
    (real / "two" / "a.yaml").write_text("three")
    assert folders.changed.wait(10)


def test_a_new_folder_with_the_number_of_the_one_before_it(folders, real, monkeypatch):
    """Disks use numbers again."""
    monkeypatch.setattr(folders_module, "_identity", lambda folder: (1, 1) if folder.is_dir() else None)
    folder = real / "one"
    folder.mkdir()
    folders.watch([folder / "a.yaml"], [])
    assert folders.intact()
    folder.rmdir()
    folder.mkdir()
    if folders.poll is None:  # polling sees no difference either, and needs none
        until(lambda: not folders.intact())
        assert folders.watch([folder / "a.yaml"], [])
    (folder / "a.yaml").write_text("1")
    assert folders.changed.wait(10)


def test_folders_that_go_and_come(folders, real):
    """A folder in the place of another one is a new one, even where its number is the same."""
    folder = real / "one"
    folders.watch([folder / "a.yaml"], [])
    assert folders.intact()
    for _ in range(3):
        folder.mkdir()
        assert not folders.intact()
        assert folders.watch([folder / "a.yaml"], [])
        assert folders.intact()
        folders.changed.clear()
        (folder / "a.yaml").write_text("1")
        assert folders.changed.wait(10)
        (folder / "a.yaml").unlink()
        folder.rmdir()
        until(lambda: not folders.intact())
        folders.watch([folder / "a.yaml"], [])
    (real / "one").write_text("a file")
    assert folders.intact()
