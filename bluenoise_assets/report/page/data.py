"""A report as JSON, for programs and for the next report, which shows what has changed since."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, NamedTuple

from bluenoise_assets.builder.atomic_files import read_regular
from bluenoise_assets.builder.report_files import DATA_NAME, GENERATOR, REPORT_BYTES
from bluenoise_assets.quality.figures import Figures
from bluenoise_assets.report.page.report import Report, Snapshot, TextureReport

VERSION = 1

TILE_START = "data:image/png;base64,"
BASE64 = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=")


class Earlier(NamedTuple):
    """A texture as an earlier report had it, and what that one showed it beside."""

    now: Snapshot | None
    before: Snapshot | None


def report_json(report: Report) -> str:
    """A report as JSON, a line for each texture. `manifests/quality.md` says what is in it."""
    lines = ",\n".join(json.dumps(_texture(each), ensure_ascii=True) for each in report.textures)
    return f'{{\n"generator": "{GENERATOR}",\n"report": {VERSION},\n"textures": [\n{lines}\n]\n}}\n'


def _texture(texture: TextureReport) -> dict[str, Any]:
    spec = texture.spec
    return {
        "id": texture.id,
        "name": texture.name,
        "manifest": texture.place.rpartition(":")[0],
        "line": texture.line,
        "state": texture.state,
        "reasons": texture.reasons,
        "failures": texture.failures,
        "size": spec.size,
        "kind": spec.kind,
        "slices": spec.slices,
        "channels": spec.channels,
        "storage": spec.storage,
        "spec": spec.content(),
        "key": spec.key(),
        "texels": texture.texels,
        "figures": [each.as_json() for each in texture.figures],
        "bytes_on_disk": texture.bytes_on_disk,
        "bytes_on_gpu": texture.bytes_on_gpu,
        "files": [asdict(file) for file in texture.files],
        "tile": texture.snapshot and texture.snapshot.tile,
        "before": texture.before and _snapshot(texture.before),
    }


def _snapshot(snapshot: Snapshot) -> dict[str, Any]:
    figures = [each.as_json() for each in snapshot.figures]
    return {"texels": snapshot.texels, "figures": figures, "tile": snapshot.tile}


def read_earlier(folder: Path) -> dict[str, Earlier]:
    """What a folder's report says of its textures, by their ids; nothing if there is none of this version."""
    try:
        plain = json.loads(read_regular(folder / DATA_NAME, REPORT_BYTES))
        if plain["report"] != VERSION:
            return {}
        return {str(each["id"]): Earlier(_read(each), _read(each["before"])) for each in plain["textures"]}
    except (OSError, ValueError, KeyError, TypeError, RecursionError):  # whatever somebody has put there
        return {}


def _read(plain: Any) -> Snapshot | None:
    """The inverse of `_snapshot`, also of a whole texture. Raises for what is none: a tile must be a picture."""
    if plain is None or plain["texels"] is None or plain["tile"] is None:
        return None
    tile = str(plain["tile"])
    if not tile.startswith(TILE_START) or not BASE64.issuperset(tile.removeprefix(TILE_START)):
        raise ValueError("a tile is a PNG file as a data URI")
    return Snapshot(str(plain["texels"]), tile, tuple(map(Figures.from_json, plain["figures"])))


def befores(textures: Sequence[TextureReport], earlier: Mapping[str, Earlier]) -> dict[str, Snapshot]:
    """What textures are shown beside, by their ids: as they were in the last report that was another.

    That is the earlier one if any texture was otherwise there, else what that one compared itself with: two reports
    of the same are the same.
    """
    found = {each.id: earlier[each.id] for each in textures if each.id in earlier and each.texels is not None}
    texels = {each.id: each.texels for each in textures}
    for which in ("now", "before"):
        snapshots = {name: getattr(one, which) for name, one in found.items()}
        others = {name: one for name, one in snapshots.items() if one is not None and one.texels != texels[name]}
        if others:
            return others
    return {}
