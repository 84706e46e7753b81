"""What the answer "everything is fresh" rests on, for `noop` to look at again in the next run."""

from collections.abc import Generator, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from yaml.nodes import Node, ScalarNode, SequenceNode

from bluenoise_assets import noop
from bluenoise_assets.errors import BluenoiseError
from bluenoise_assets.lock import LOCK_NAME, read_lock
from bluenoise_assets.manifest import Manifest, load_manifest
from bluenoise_assets.manifest.decode import pairs
from bluenoise_assets.manifest.source import read_source
from bluenoise_assets.plan import Plan, names_of_manifests

if TYPE_CHECKING:
    from bluenoise_assets.noop import Fact

MANIFESTS = "manifests"
"""The folder that is looked at if no path is given, and if it exists."""

SUMS_NAME = "SHA256SUMS"


def remember(
    paths: Sequence[Path],
    output: Path | None,
    manifests: Sequence[Manifest],
    text: str,
    plans: Sequence[Plan],
) -> None:
    """Let the next run of this command line say `text` (nothing, if empty) at once while nothing changes.

    `paths` and `output` are as the user gave them, `manifests` and `plans` what came of them. Does
    nothing if something is stale, if this run may not be remembered, or if a file was changed since it was read.
    """
    if not noop.is_waiting():
        return
    try:
        noop.record(text, list(_facts(paths, output, manifests, plans)))
    except (_Moved, BluenoiseError, OSError, ValueError):
        return


class _Moved(Exception):  # noqa: N818 - no error: the next run is a full one
    """Something is not, or no longer, as the plan saw it."""


def _require(condition: bool) -> None:
    if not condition:
        raise _Moved


def _fact(kind: str, path: Path) -> "Fact":
    return kind, str(path), noop.KINDS[kind](str(path))


def _facts(
    paths: Sequence[Path], output: Path | None, manifests: Sequence[Manifest], plans: Sequence[Plan]
) -> Iterator["Fact"]:
    import yaml

    yield "stamp", yaml.__file__, noop.stamp(yaml.__file__)
    yield from _facts_of_paths(paths, manifests)
    groups: dict[Path, list[Manifest]] = {plan.output: [] for plan in plans}
    for manifest in manifests:
        written = yield from _facts_of_inputs(manifest)
        fact = _fact("place", written if output is None else output)
        _require(Path(fact[2]) in groups)
        groups[Path(fact[2])].append(manifest)
        yield fact
    for plan in plans:
        yield from _facts_of_output(plan, groups[plan.output])


def _facts_of_paths(paths: Sequence[Path], manifests: Sequence[Manifest]) -> Iterator["Fact"]:
    """Why it is these manifests; the same way as `find_manifests`."""
    if not paths:
        fact = _fact("is_folder", Path(MANIFESTS))
        yield fact
        paths = [Path(MANIFESTS) if fact[2] == str(True) else Path()]
    found: dict[str, Path] = {}
    for path in paths:
        inside = [path]
        if path.is_dir():
            fact = _fact("manifests_in", path)
            yield fact
            inside = sorted(path / name for name in fact[2].split("/"))
        for entry in inside:
            fact = _fact("place", entry)
            yield fact
            found.setdefault(fact[2], entry)
    _require(list(found.values()) == [manifest.path for manifest in manifests])


def _facts_of_inputs(manifest: Manifest) -> Generator["Fact", None, Path]:
    """A manifest and what it includes are what was read. Returns the output folder as it is written there."""
    written = Path()
    hashes: list[str] = []
    for path in manifest.inputs:
        source = read_source(path)
        hashes.append(source.sha256)
        yield "content", str(path), source.sha256
        top = pairs(source.root)
        for text in _texts(top["include"][1]) if "include" in top else ():
            yield _fact("place", path.parent / text)  # a link on the way may lead to another file one day
        if path == manifest.path:
            written = path.parent / (next(_texts(top["output"][1])) if "output" in top else "bluenoise")
    if len(hashes) == 1:
        _require(hashes[0] == manifest.sha256)
    else:
        _require(load_manifest(manifest.path).sha256 == manifest.sha256)
        _require(hashes == [noop.content(str(path)) for path in manifest.inputs])
    return written


def _texts(node: Node) -> Iterator[str]:
    """One text, or those of a list."""
    for item in node.value if isinstance(node, SequenceNode) else [node]:
        _require(isinstance(item, ScalarNode))
        yield item.value


def _facts_of_output(plan: Plan, manifests: Sequence[Manifest]) -> Iterator["Fact"]:
    """The lock, and what it lists of these manifests, is as the plan saw it; the other manifests are still there."""
    folder = plan.output
    _require(not plan.stale and not plan.orphans)
    lock = _fact("content", folder / LOCK_NAME)
    _require(read_lock(folder) == plan.lock and _fact("content", folder / LOCK_NAME) == lock)
    yield lock
    sums = _fact("content", folder / SUMS_NAME)
    if sums[2]:
        from bluenoise_assets.build.sums import sums_problem

        _require(sums_problem(folder, plan.lock) is None and _fact("content", folder / SUMS_NAME) == sums)
    yield sums
    defined = {file.file: file for texture in plan.textures for file in texture.files}
    names = names_of_manifests(folder, manifests, plan.lock)
    for name in sorted(names):  # some are links, which may lead elsewhere one day
        yield _fact("place", folder / name)
    others = set()
    for file, entry in plan.lock.items():
        if file in defined:
            _require(entry.manifest in names)
            # Import settings may hold more than was written.
            found = defined[file].on_disk if entry.kind == "sidecar" else entry.sha256
            _require(found is not None)
            yield "content", f"{folder}/{file}", str(found)
        else:
            others.add(entry.manifest)
    for manifest in sorted(others):  # without which its files are orphans
        fact = _fact("exists", folder / manifest)
        _require(fact[2] == str(True))
        yield fact
