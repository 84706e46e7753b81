"""Builds whose remote cache is in trouble: each succeeds, and its textures are right."""

import contextlib
import os
import time
from dataclasses import dataclass
from pathlib import Path

from support.fault_proxy import SECRET, FaultProxy
from support.projects import contents
from support.s3 import BUCKET, KEYS, environment

from bluenoise_assets import build_manifests, load_manifest
from bluenoise_assets.builder.cache.settings import CacheSettings

TEXTURES = """\
schema: 1
output: out
defaults: {{effort: fast, size: 8}}
textures:
  t_{{seed}}:
    matrix: {{seed: 1..{count}}}
    seed: "{{seed}}"
"""


AGES = 3000.0
"""Where patience is not what is tried: a busy machine takes its time."""


@dataclass(frozen=True)
class Clone:
    """One user's clone of a project, with a cache of their own."""

    folder: Path

    def build(self, remote, *, write=False, seconds=AGES):
        """Build it; how each texture came to be, the warnings, and the seconds it took."""
        made, warnings = {}, []

        def listen(event):
            if event.event == "built":
                made[event.texture] = event.reused or "made"
            if event.event == "warning":
                warnings.append(event.text)

        began = time.monotonic()
        settings = CacheSettings(self.folder / "cache", remote, write, seconds)
        summary = build_manifests(load_manifest(self.folder / "game.yaml"), cache=settings, jobs=2, listener=listen)
        assert summary.failed == 0
        for text in warnings:
            assert SECRET not in text
            assert not [secret for secret in KEYS.values() if secret in text and secret != KEYS["AWS_DEFAULT_REGION"]]
        return made, warnings, time.monotonic() - began

    @property
    def textures(self):
        return {name: data for name, data in contents(self.folder / "out").items() if name.endswith(".png")}


def clone(folder, count):
    folder.mkdir()
    (folder / "game.yaml").write_text(TEXTURES.format(count=count), encoding="utf-8")
    return Clone(folder)


@contextlib.contextmanager
def as_user(port):
    """The environment of a user of the store at a port, in this process."""
    wanted = environment(port)
    before = {name: os.environ.get(name) for name in wanted}
    os.environ.update(wanted)
    try:
        yield
    finally:
        for name, value in before.items():
            os.environ.pop(name, None) if value is None else os.environ.update({name: value})


class Trouble:
    """A store that holds what one clone made, behind a proxy, and further clones of the same project."""

    def __init__(self, folder, port, name, count):
        """`name` is that of a remote of its own, since a process remembers which remotes it has given up."""
        self.folder, self.port, self.count = folder, port, count
        self.remote = f"s3://{BUCKET}/{name}"
        self.first = clone(folder / "first", count)
        self.proxy = FaultProxy(port)

    def fill(self):
        """Give the store what was made, and forget the connection to it."""
        with as_user(self.port):
            made, warnings, seconds = self.first.build(self.remote, write=True)
        assert warnings == []
        return made, seconds

    def build(self, name, **options):
        """Build another clone through the proxy; its textures must be those of the first."""
        with as_user(self.proxy.port):
            other = clone(self.folder / name, self.count)
            found = other.build(self.remote, **options)
        assert other.textures == self.first.textures
        assert len(other.textures) == self.count
        return found
