"""Objects are whole at any moment, on a shared folder too; what goes wrong has our words and no others."""

import errno
import os
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

import pytest
from support.projects import contents
from support.remote_faults import clone
from support.tools import require_module

from bluenoise_assets.builder.cache.remote import store as module
from bluenoise_assets.builder.cache.remote.store import Store, StoreError


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


NAME = "textures-1/ab/abcdef"


@pytest.mark.parametrize("prefix", ["", "file://"])
def test_a_shared_folder(prefix, tmp_path):
    store = Store(f"{prefix}{tmp_path.as_posix()}/new", write=True)
    assert store.read(NAME, 10) is None
    store.write(NAME, b"one")
    store.write(NAME, b"three")
    assert store.read(NAME, 10) == b"three"
    assert store.read(NAME, 2) == b"thr"
    assert contents(tmp_path) == {f"new/{NAME}": b"three"}


def test_a_folder_that_is_not_there_is_told_to_who_only_reads(tmp_path):
    with pytest.raises(StoreError, match="there is no such bucket, container or folder"):
        Store(str(tmp_path / "not-mounted"), write=False).read(NAME, 10)
    assert Store(str(tmp_path), write=False).read(NAME, 10) is None


def test_writers_of_one_object_at_once_never_leave_a_part_of_it(tmp_path):
    """As builds on several machines do, whose processes may have the same number."""
    data = [bytes([letter]) * 200_000 for letter in b"abcd"]
    stores = [Store(str(tmp_path), write=True) for _ in data]
    torn, ended = [], threading.Event()
    stores[0].write(NAME, data[0])

    def write(store, mine):
        for _ in range(40):
            store.write(NAME, mine)

    def read():
        store = Store(str(tmp_path), write=False)
        while not ended.is_set():
            found = store.read(NAME, 10**6)
            if found not in data:
                torn.append(found)

    reader = threading.Thread(target=read)
    writers = [threading.Thread(target=write, args=pair) for pair in zip(stores, data, strict=True)]
    for thread in (reader, *writers):
        thread.start()
    for thread in writers:
        thread.join()
    ended.set()
    reader.join()
    assert torn == []
    assert list(contents(tmp_path)) == [NAME]


def test_where_renaming_is_not_replacing_a_part_is_never_seen_either(tmp_path, monkeypatch):
    """SFTP and the like: fsspec's own file system for folders, as if it were far away."""
    monkeypatch.setattr(module, "OBJECT_STORES", {"file"})
    direct = Store(str(tmp_path), write=True)
    (tmp_path / NAME).parent.mkdir(parents=True)
    direct.write(NAME, b"one")
    assert contents(tmp_path) == {NAME: b"one"}
    monkeypatch.setattr(module, "OBJECT_STORES", set())
    moved = Store(str(tmp_path), write=True)
    moved._is_local = False
    moved.write(NAME, b"two")
    assert contents(tmp_path) == {NAME: b"two"}


class Odd(Exception):
    """A store's own error."""

    def __init__(self, text="SECRET", **more):
        super().__init__(text)
        vars(self).update(more)


class NoCredentialsError(Odd):
    pass


class ReadTimeoutError(Odd):
    pass


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (PermissionError("SECRET"), "forbidden"),
        (Odd(status=401), "forbidden"),
        (Odd(status_code=403), "forbidden"),
        (Odd(code=503), "server"),
        (Odd(code="404"), "absent"),
        (Odd(code="AuthenticationFailed", status_code=403), "forbidden"),
        (Odd(response={"Error": {"Code": "SlowDown"}, "ResponseMetadata": {"HTTPStatusCode": 503}}), "server"),
        (NoCredentialsError(), "forbidden"),
        (OSError(errno.ENOSPC, "SECRET"), "full"),
        (OSError(errno.EROFS, "SECRET"), "forbidden"),
        (TimeoutError("SECRET"), "late"),
        (ReadTimeoutError(), "late"),
        (ConnectionResetError("SECRET"), "down"),
        (MemoryError("SECRET"), "down"),
        (Odd(), "down"),
    ],
)
def test_errors_of_any_store_have_one_of_our_kinds(error, kind, tmp_path, monkeypatch):
    def fail(*_arguments, **_more):
        raise error

    store = Store(str(tmp_path), write=True)
    monkeypatch.setattr(store, "_files", fail)
    with pytest.raises(StoreError) as raised:
        store.write(NAME, b"")
    assert raised.value.kind == kind
    assert "SECRET" not in str(raised.value)
    assert raised.value.__cause__ is None
    assert raised.value.__suppress_context__


def test_a_web_server_gives_what_a_folder_holds(tmp_path):
    """One that knows nothing of ranges, as Python's own."""
    require_module("aiohttp", "pip install aiohttp")
    first, second = clone(tmp_path / "first", 3), clone(tmp_path / "second", 3)
    first.build(str(tmp_path / "served"), write=True)
    handler = partial(Quiet, directory=str(tmp_path / "served"))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        made, warnings, _ = second.build(f"http://127.0.0.1:{server.server_port}")
        server.shutdown()
    assert (set(made.values()), warnings) == ({"remote"}, [])
    assert second.textures == first.textures


@pytest.mark.skipif(os.name != "posix", reason="a full disk that any user may have")
def test_a_full_local_disk_stops_no_build_and_what_was_fetched_is_used(tmp_path, monkeypatch):
    from bluenoise_assets.builder.cache import cache
    from bluenoise_assets.errors import BuildError

    first = clone(tmp_path / "first", 3)
    first.build(str(tmp_path / "remote"), write=True)
    second = clone(tmp_path / "second", 3)

    def full(path, *_arguments, **_more):
        raise BuildError(f"{path}: cannot be written: {os.strerror(errno.ENOSPC)}")

    monkeypatch.setattr(cache, "write_atomic", full)
    made, warnings, _ = second.build(str(tmp_path / "remote"))
    assert set(made.values()) == {"remote"}
    (warning,) = warnings
    assert "the cache is of no use now" in warning
    assert second.textures == first.textures


def test_a_build_that_is_forced_asks_nobody(tmp_path, monkeypatch):
    from bluenoise_assets import build_manifests, load_manifest
    from bluenoise_assets.builder.cache.settings import CacheSettings

    one = clone(tmp_path / "one", 2)
    remote = tmp_path / "remote"
    one.build(str(remote), write=True)
    monkeypatch.setattr(Store, "read", lambda *_: pytest.fail("asked"))
    settings = CacheSettings(one.folder / "cache", str(remote))
    told = []
    build_manifests(load_manifest(one.folder / "game.yaml"), force=True, cache=settings, listener=told.append)
    assert [event.reused for event in told if event.event == "built"] == [None, None]
