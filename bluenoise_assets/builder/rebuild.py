"""Textures made again to see whether a lock tells the truth: without a cache and without any file that is there.

They are built as ever, but into a temporary folder, and what the lock and the files say of them is compared with that.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

from bluenoise_assets.builder.atomic_files import TEXTURE_BYTES, read_regular
from bluenoise_assets.builder.encoding import decode
from bluenoise_assets.builder.events import Begun, Built, Event, Failed, Listener, Progress, Rebuilt, Warned
from bluenoise_assets.builder.executors.local import LocalExecutor
from bluenoise_assets.builder.folder import FolderBuild, Options
from bluenoise_assets.builder.gates import UnderBar
from bluenoise_assets.builder.plan import FilePlan, Plan, Selection, TexturePlan
from bluenoise_assets.builder.reasons import FORCED
from bluenoise_assets.builder.schedule import processors
from bluenoise_assets.builder.summary import Summary
from bluenoise_assets.builder.work import Work
from bluenoise_assets.builder.writer import IntactFile
from bluenoise_assets.noise import method_of


@dataclass(frozen=True)
class Difference:
    """What a texture has in one folder is not what is made here.

    `texels` is the hash of the texels made here, `locked` the lock's. The textures of an objective that is not `exact`
    can differ between kinds of processors.
    """

    texture: TexturePlan
    files: tuple[str, ...]
    texels: str
    locked: str | None
    is_exact: bool


def rebuild(
    plans: Sequence[Plan],
    chosen: Selection,
    *,
    jobs: int | None = None,
    listener: Listener = lambda _event: None,
    found: Callable[[Difference], None],
) -> Summary:
    """Make the chosen textures of some plans again on this machine; they have to be fresh.

    `found` is told each difference, from any thread, `listener` each texture that is `Rebuilt` or `Failed`, which
    includes those whose figures miss a bar. Neither textures nor compiled programs are taken from any cache. The
    temporary folder holds all files of the chosen textures at the end. Returns the build's sum, in which what was made
    again counts as built.
    """
    summary = Summary()
    with TemporaryDirectory(prefix="bluenoise-rebuild-", ignore_cleanup_errors=True) as name:
        folders = [Path(name).resolve() / str(index) for index in range(len(plans))]
        pairs = [(plan, _copy(plan, chosen, folder)) for plan, folder in zip(plans, folders, strict=True)]
        pairs = [(plan, copy) for plan, copy in pairs if copy.textures]
        told = _Told(listener, found)
        options = Options(
            executor=LocalExecutor(jobs or processors(), programs=None),
            cache=None,
            listener=told,
            cancelled=lambda: False,
            work=Work([copy for _, copy in pairs], told),
            under_bar=UnderBar(summary, told),
        )
        elsewhere: dict[str, IntactFile] = {}  # a texture with files in several folders is made once
        for plan, copy in pairs:
            build = FolderBuild(copy, summary, options, elsewhere)
            told.of = _Folder(plan, build)
            build.run()
            elsewhere |= build.intact_files
    return summary


def _copy(plan: Plan, chosen: Selection, folder: Path) -> Plan:
    """A plan that makes the chosen textures in another folder, in which there is nothing."""
    textures = tuple(
        TexturePlan(texture.manifest, texture.spec, tuple(FilePlan(file.output, (FORCED,)) for file in texture.images))
        for texture in plan.textures
        if texture.place in chosen and texture.images
    )
    return replace(plan, output=folder, textures=textures, orphans=(), lock={}, reusable_files={}, force=True)


class _Folder:
    """One folder that is made again, beside what is there."""

    def __init__(self, plan: Plan, build: FolderBuild) -> None:
        self.plan, self.output, self.record = plan, build.plan.output, build.record
        self.textures = {texture.files[0].file: texture for texture in build.plan.textures}

    def compare(self, made: Built) -> tuple[Rebuilt, Difference | None]:
        """A texture that was just made."""
        texture = self.textures[made.files[0]]
        first = texture.images[0].file
        texels, locked = self.record[first].texels or "", self.plan.lock[first].texels
        different = tuple(image.file for image in texture.images if not self._is_same(texture, image))
        output = str(self.plan.output)
        event = Rebuilt(made.texture, output, made.files, different, texels, locked, made.whole)
        is_exact = method_of(texture.spec).is_exact
        return event, Difference(texture, different, texels, locked, is_exact) if different else None

    def _is_same(self, texture: TexturePlan, image: FilePlan) -> bool:
        """Whether a file and its entry hold the texels made here; other code may pack them in other bytes."""
        locked, here = self.plan.lock[image.file], self.record[image.file]
        if locked.texels not in {here.texels, None}:
            return False
        if locked.sha256 == here.sha256:
            return True
        if image.output.kind != "texture":
            return False
        try:
            there, made = (
                decode(image.output, texture.spec, read_regular(folder / image.file, TEXTURE_BYTES))
                for folder in (self.plan.output, self.output)
            )
        except (OSError, ValueError):
            return False
        return there.equals(made)


class _Told:
    """The listener of the build: what it tells is about the folders in which the textures lie."""

    of: _Folder

    def __init__(self, listener: Listener, found: Callable[[Difference], None]) -> None:
        self._listener, self._found = listener, found

    def __call__(self, event: Event) -> None:
        match event:
            case Built():
                rebuilt, difference = self.of.compare(event)
                self._listener(rebuilt)
                if difference is not None:
                    self._found(difference)
            case Progress() | Failed():
                self._listener(replace(event, output=str(self.of.plan.output)))
            case Begun() | Warned():
                self._listener(event)
