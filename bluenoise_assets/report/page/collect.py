"""Manifests, lock and disk to a `Report`. Builds nothing, writes nothing."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from bluenoise_assets.builder.atomic_files import (
    POINTER,
    pointer_oid,
    read_regular,
    reason_of,
    sha256_of,
)
from bluenoise_assets.builder.claims import manifest_reference
from bluenoise_assets.builder.encoding import decode
from bluenoise_assets.builder.lock import Entry
from bluenoise_assets.builder.plan import FilePlan, Place, Plan, Selection, TexturePlan, make_plan
from bluenoise_assets.builder.reasons import EDITED
from bluenoise_assets.engines import engine_of
from bluenoise_assets.engines.outputs import Output
from bluenoise_assets.formats.image import to_bytes
from bluenoise_assets.formats.layout import Layout
from bluenoise_assets.formats.registry import FORMATS, GPU_CHANNELS
from bluenoise_assets.manifest import Manifest
from bluenoise_assets.quality.figures import VERSION
from bluenoise_assets.report.page.data import Earlier, befores
from bluenoise_assets.report.page.report import STATES, FileReport, Report, State, TextureReport, element_id
from bluenoise_assets.report.page.views import Views, views_of
from bluenoise_assets.report.page.words import named_from
from bluenoise_assets.spec import TextureSpec

MOST_VIEWED = 100
"""So many textures have pictures and snippets: those that changed and those that fail first, then in order."""

SLOW = {name for name, form in FORMATS.items() if form.is_source}
"""Formats that are read where there is no other."""

MOST_BYTES = 2**28
"""No larger file is read to be shown."""


class Part(NamedTuple):
    """A texture's plan in one output folder."""

    plan: Plan
    texture: TexturePlan


def collect(
    manifests: Sequence[Manifest],
    output: Path | None = None,
    only: Selection | None = None,
    *,
    earlier: Mapping[str, Earlier] | None = None,
    most_viewed: int = MOST_VIEWED,
) -> Report:
    """What is known of the textures of some manifests, `output` and `only` being as in `make_plan`.

    The report lies in the first manifest's output folder. `earlier` is what the report before says, by textures' ids:
    those that were otherwise are shown beside these. Raises as `make_plan` does.
    """
    folder = manifests[0].within(output).resolved.output
    plans = make_plan(manifests, output, only)
    found: dict[Place, list[Part]] = {}
    for plan in plans:
        for texture in plan.textures:
            found.setdefault(texture.place, []).append(Part(plan, texture))
    order = [key for one in manifests for spec in one.textures if (key := (one.path, spec.name)) in found]
    textures = [_texture(found[key], folder) for key in order]
    before = befores(textures, earlier or {})
    urgent = sorted(textures, key=lambda each: (each.id not in before, not each.failures))
    viewed = {each.id for each in urgent[:most_viewed]}
    shown = [
        _with_views(replace(each, before=before.get(each.id)), found[key]) if each.id in viewed else each
        for each, key in zip(textures, order, strict=True)
    ]
    return Report(folder, tuple(shown), tuple(plan.lock_problem for plan in plans if plan.lock_problem is not None))


def _texture(parts: Sequence[Part], folder: Path) -> TextureReport:
    """All but what makes a page large."""
    manifest, spec = parts[0].texture.manifest, parts[0].texture.spec
    reference = manifest_reference(manifest, folder)
    files = [_file(part, file, folder) for part in parts for file in part.texture.files]
    known = next(_known(parts), None)
    figures = () if known is None or known.quality is None or known.figures != VERSION else known.quality
    line, _ = manifest.lines.get(spec.name, (1, 1))
    return TextureReport(
        id=element_id(spec.name, reference),
        name=spec.name,
        manifest=manifest.path,
        place=f"{reference}:{line}",
        line=line,
        spec=spec,
        state=max((file.state for file in files), key=STATES.index, default="fresh"),
        reasons=tuple(dict.fromkeys(reason for file in files for reason in file.reasons)),
        failures=tuple(dict.fromkeys(sentence for part in parts for sentence in part.texture.failures)),
        figures=figures,
        texels=None if known is None else known.texels,
        files=tuple(files),
        snippets=(),
        views=None,
        unseen="",
    )


def _known(parts: Iterable[Part]) -> Iterator[Entry]:
    """The lock's entries of the textures on disk that are as they were built, those that are asked for first."""
    found = [
        (bool(file.reasons), entry)
        for plan, texture in parts
        for file in texture.images
        if file.output.kind == "texture"
        and (entry := plan.lock.get(file.file)) is not None
        and entry.sha256 == file.on_disk
    ]
    return (entry for _, entry in sorted(found, key=lambda each: each[0]))


def _file(part: Part, file: FilePlan, folder: Path) -> FileReport:
    path = part.plan.output / file.file
    is_read = file.on_disk is not None and " " not in file.on_disk
    state: State = "fresh"
    if file.reasons:
        state = "stale"
    if EDITED in file.reasons:
        state = "changed"
    if not is_read:
        state = "missing"
    try:
        size = path.stat().st_size
    except OSError:
        size = None
    return FileReport(
        file=named_from(path, folder),
        kind=file.output.kind,
        state=state,
        reasons=file.reasons,
        sha256=file.on_disk if is_read else None,
        bytes_on_disk=size,
        bytes_on_gpu=_bytes_on_gpu(file.output, part.texture.spec),
    )


def _bytes_on_gpu(output: Output, spec: TextureSpec) -> int | None:
    """Without mipmaps; three channels take as much as four, which is what graphics cards have."""
    if output.kind != "texture":
        return None
    layout: Layout = spec.layout
    if output.storage_layout is not None:
        layout = output.storage_layout.applied(layout)
    *extent, channels = layout.shape
    held = next(count for count in GPU_CHANNELS if count >= channels)
    slices, height, width = extent
    return slices * height * width * held * layout.item_bytes


def _with_views(texture: TextureReport, parts: Sequence[Part]) -> TextureReport:
    """The same with its pictures and snippets."""
    views, unseen, texels = _views(parts)
    assets = {file.output.group: file.output.asset for part in parts for file in part.texture.files}
    snippets = [
        (name, engine_of(name).snippet(asset))
        for name in texture.spec.engines
        if (asset := assets.get(name)) is not None
    ]
    return replace(texture, snippets=tuple(snippets), views=views, unseen=unseen, texels=texture.texels or texels)


def _views(parts: Sequence[Part]) -> tuple[Views | None, str, str | None]:
    """How the texture looks that is on disk; or why that cannot be shown."""
    files = [(part, file) for part in parts for file in part.texture.images if file.output.kind == "texture"]
    files = [(part, file) for part, file in files if file.on_disk is not None]
    files.sort(key=lambda each: (bool(each[1].reasons), each[1].output.what in SLOW))
    why = "none of its files is there"
    for (plan, texture), file in files:
        path = plan.output / file.file
        try:
            data = read_regular(path, MOST_BYTES)
            if pointer_oid(data) is not None:
                why = POINTER
                continue
            image = decode(file.output, texture.spec, data)
        except OSError as error:
            why = f"{file.file} cannot be read: {reason_of(error)}"
        except ValueError as error:
            why = f"{file.file} is another texture than the manifest asks for: {error}"
        else:
            return views_of(image.texels, texture.spec), "", sha256_of(to_bytes(image.texels))
    return None, why, None
