"""One output folder's plan on its way: what is on disk or in the cache is used, the rest is optimised."""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

from bluenoise_assets import noise
from bluenoise_assets.builder.atomic_files import check_inside, remove_strays
from bluenoise_assets.builder.cache.cache import Cache
from bluenoise_assets.builder.cache.entry import Content
from bluenoise_assets.builder.claims import manifest_reference
from bluenoise_assets.builder.events import Built, Event, Failed, Listener, Progress, Started, Waiting
from bluenoise_assets.builder.executors import Executor, ExecutorError
from bluenoise_assets.builder.executors.local import content_of_ranks
from bluenoise_assets.builder.gates import UnderBar, UnderBarError, check_bars
from bluenoise_assets.builder.godot_projects import hide_folders
from bluenoise_assets.builder.locks import FileLock
from bluenoise_assets.builder.plan import Plan, TexturePlan
from bluenoise_assets.builder.record import Record
from bluenoise_assets.builder.schedule import Schedule
from bluenoise_assets.builder.shard import cost
from bluenoise_assets.builder.summary import Outcome, Summary
from bluenoise_assets.builder.work import Stages, Work
from bluenoise_assets.builder.writer import IntactFile, Writer, content_of
from bluenoise_assets.errors import BuildError, Cancelled


@dataclass(frozen=True)
class Options:
    """How to build, the same for all folders of a run."""

    executor: Executor
    cache: Cache | None
    listener: Listener
    cancelled: Callable[[], bool]
    work: Work
    under_bar: UnderBar


@dataclass(eq=False)
class _Task:
    """A texture that is to be optimised, part by part."""

    texture: TexturePlan
    key: str
    claim: FileLock | None = None
    waits: bool = False
    started: bool = False
    failed: bool = False
    shares: dict[int, float] = field(default_factory=dict)
    ranks: dict[int, Any] = field(default_factory=dict)


class FolderBuild:
    """A plan that is being carried out by several threads. Call `run` once, while holding the folder's build lock.

    `elsewhere` are files in other folders of the same run, by the keys of what they hold.
    """

    def __init__(
        self, plan: Plan, summary: Summary, options: Options, elsewhere: Mapping[str, IntactFile] | None = None
    ) -> None:
        self.plan, self.summary, self.options, self.elsewhere = plan, summary, options, elsewhere or {}
        self.listener, self.cache, self.executor = options.listener, options.cache, options.executor
        self.record = Record(plan.output, plan.lock, is_damaged=plan.lock_problem is not None)
        self.writer = Writer(plan.output, self.record)
        self.guard = threading.Lock()
        self.in_hand: dict[str, _Task] = {}
        self.made: dict[str, str] = {}
        self.abandoned = False

    def cancelled(self) -> bool:
        return self.abandoned or self.options.cancelled()

    def run(self) -> None:
        self.options.under_bar.add_known(self.plan)
        for texture in self.plan.textures:
            if not texture.is_stale and texture not in self.options.under_bar:
                self._count(texture, "fresh")
        self.summary.orphans += len(self.plan.orphans)
        remove_strays(self.plan.output, self.plan.files)
        self.options.work.update(self.plan)
        try:
            self._textures()
            hide_folders(self.plan)
        finally:
            self.abandoned = True
            for task in list(self.in_hand.values()):
                self._release(task)
            self.record.close()
        if self.cache is not None:
            self.cache.trim()

    def _textures(self) -> None:
        waiting: list[_Task] = []
        for texture in self.plan.to_do:
            if self.cancelled():
                break
            if texture in self.options.under_bar:  # another folder's build has found that
                self._count(texture, "failed")
                self._whole(texture, 1.0)
                continue
            try:
                for file in texture.files:
                    check_inside(self.plan.output, self.plan.output / file.file)
                if not texture.image_is_stale:
                    self._started(texture)
                    self._finish(texture, {})
                elif not self._reuse(texture, texture.reusable_file):
                    waiting.append(_Task(texture, texture.spec.key()))
            except BuildError as error:
                self._fail(texture, error)
        if waiting and not self.cancelled():
            if self.cache is not None and not self.plan.force:
                self.cache.expect(task.texture.spec for task in waiting)
            _load_for_workers()
            if self.executor.elsewhere:  # what takes longest first, so that no machine has the end to itself
                waiting.sort(key=lambda task: cost(task.texture.spec), reverse=True)
            Schedule(self.executor.jobs, self._begin, self._part).run(waiting, self.cancelled, self._abandon)
        self.summary.cancelled |= self.cancelled()

    def _abandon(self) -> None:
        self.abandoned = True

    def _reuse(self, texture: TexturePlan, reusable_file: str | None) -> bool:
        """Serve a texture from what is on disk, if nothing changed but a name."""
        if texture.rename_only:
            self._started(texture)
            reference = manifest_reference(texture.manifest, self.plan.output)
            for image in texture.images:
                self.record[image.file] = replace(self.plan.lock[image.file], manifest=reference)
            self._finish(texture, {image.file: False for image in texture.images}, reused="disk")
            return True
        made = None if reusable_file is None else content_of(self._intact(reusable_file), texture.spec)
        if made is None and (other := self.elsewhere.get(texture.spec.key())) is not None:
            made = content_of(other, texture.spec)
        if made is None:
            return False
        self._started(texture)
        self._write(texture, made, reused="disk")
        return True

    def _intact(self, file: str) -> IntactFile:
        return IntactFile(self.plan.output, file, self.record[file])

    @property
    def intact_files(self) -> dict[str, IntactFile]:
        """Those of this folder, by the keys of what they hold."""
        return {key: self._intact(file) for key, file in {**self.plan.reusable_files, **self.made}.items()}

    def _begin(self, task: _Task) -> int | None:
        """Serve a texture from the cache, or begin to make it; the number of parts there are to optimise.

        None while somebody else is making the same: another process, or this one under another name.
        """
        if self.cancelled():
            raise Cancelled
        try:
            with self.guard:
                if task.key in self.in_hand:
                    return None
                self.in_hand[task.key] = task
                reusable_file = self.made.get(task.key)
            if reusable_file is not None and self._reuse(task.texture, reusable_file):
                self._release(task)
                return 0
            if self.cache is not None:
                task.claim = self.cache.claim(task.key)
                if task.claim is None:
                    self._release(task)
                    if not task.waits:
                        self._say(Waiting, task.texture)
                    task.waits = True
                    return None
                found, reused = None if self.plan.force else self.cache.load(task.texture.spec), "cache"
                if found is None and not self.plan.force:
                    found, reused = self.cache.fetch(task.texture.spec, self.cancelled), "remote"
                if found is not None:
                    self._started(task.texture)
                    self._write(task.texture, found, reused=reused)
                    self._release(task)
                    return 0
            self.executor.check(task.texture.spec)
            parts = noise.work_item_count(task.texture.spec)
            task.shares = dict.fromkeys(range(parts), 0.0)
        except (BuildError, MemoryError) as error:
            self._give_up(task, error)
            return 0
        return parts

    def _part(self, task: _Task, part: int) -> None:
        """Have one part optimised; the thread that gets a texture's last part writes the texture."""
        if self.cancelled():
            raise Cancelled
        if task.failed:
            return
        spec, tell = task.texture.spec, partial(self._tell, task, part)
        try:
            if len(task.shares) == 1:
                self.executor.make(spec, tell, self.cancelled, partial(self._made, task))
            else:
                self.executor.optimize(spec, part, tell, self.cancelled, partial(self._join, task, part))
        except ExecutorError:
            raise
        except (BuildError, MemoryError) as error:
            self._give_up(task, error)

    def _join(self, task: _Task, part: int, ranks: Any) -> None:
        with self.guard:
            task.ranks[part] = ranks
            parts = len(task.shares)
            complete = len(task.ranks) == parts
        if complete:
            self._tell(task, part, "measuring", 0.0, None)
            self._made(task, content_of_ranks(task.texture.spec, [task.ranks.pop(i) for i in range(parts)]), None)

    def _made(self, task: _Task, made: Content, reused: str | None) -> None:
        texture = task.texture
        self._progress(texture, "writing", Stages.of(texture.spec).share(1.0, 0.5))
        try:
            self._write(texture, made, reused=reused)
        except UnderBarError:
            self._keep(texture, made)  # the next build shall not make it again only to find the same
            raise
        self._keep(texture, made)
        self._release(task)

    def _give_up(self, task: _Task, error: Exception) -> None:
        with self.guard:
            first, task.failed = not task.failed, True
        if first:
            self._release(task)
            self._fail(task.texture, error)

    def _release(self, task: _Task) -> None:
        with self.guard:
            self.in_hand.pop(task.key, None)
            claim, task.claim = task.claim, None
        if claim is not None:
            claim.release()

    def _tell(self, task: _Task, part: int, stage: str, share: float, figure: float | None) -> None:
        with self.guard:
            first, task.started = not task.started, True
        if first:
            self._started(task.texture)
        stages = Stages.of(task.texture.spec)
        if stage == "measuring":
            self._progress(task.texture, stage, stages.share(1.0))
        elif stage == "optimising":
            task.shares[part] = share
            mean = sum(task.shares.values()) / len(task.shares)
            figures = {} if figure is None else {noise.method_of(task.texture.spec).figure: round(figure, 2)}
            self._progress(task.texture, stage, stages.share(mean), **figures)
        elif first:
            self._progress(task.texture, stage, 0.0)

    def _progress(self, texture: TexturePlan, stage: str, share: float, **figures: float) -> None:
        whole = self._whole(texture, share)
        self._say(Progress, texture, share=round(share, 4), **figures, stage=stage, whole=whole)

    def _whole(self, texture: TexturePlan, share: float) -> float:
        """Note how far a texture is; how far the build is."""
        return self.options.work.reach(self.plan.output, texture.spec.name, share)

    def _keep(self, texture: TexturePlan, made: Content) -> None:
        if self.cache is not None:
            self.cache.store(texture.spec, made, look_first=self.executor.elsewhere)

    def _write(self, texture: TexturePlan, made: Content, **more: Any) -> None:
        check_bars(texture.spec, made.quality)
        changed = self.writer.images(texture, made)
        with self.guard:
            self.made.setdefault(texture.spec.key(), texture.images[0].file)
        self._finish(texture, changed, quality=tuple(made.quality), **more)

    def _finish(self, texture: TexturePlan, images: dict[str, bool], **more: Any) -> None:
        """Write the text files of a texture whose images are done, and tell; `images` says which bytes changed."""
        changed = images | self.writer.texts(texture)
        self._count(texture, "built")
        new = tuple(file for file, is_new in changed.items() if is_new)
        self._say(Built, texture, files=tuple(changed), changed=new, **more, whole=self._whole(texture, 1.0))

    def _started(self, texture: TexturePlan) -> None:
        reasons = {file.file: file.reasons for file in texture.files if file.reasons}
        self._say(Started, texture, reasons=reasons)

    def _fail(self, texture: TexturePlan, error: Exception) -> None:
        whole = self._whole(texture, 1.0)
        if isinstance(error, UnderBarError):
            self.options.under_bar.add(texture, self.plan.output, error, whole)
            return
        self._count(texture, "failed")
        text = "there is not enough memory" if isinstance(error, MemoryError) else str(error)
        self._say(Failed, texture, text=" ".join(text.split()), whole=whole)

    def _count(self, texture: TexturePlan, outcome: Outcome) -> None:
        with self.guard:
            self.summary.count(*texture.place, outcome)

    def _say(self, event: Callable[..., Event], texture: TexturePlan, **data: Any) -> None:
        self.listener(event(texture=texture.spec.name, output=str(self.plan.output), **data))


def _load_for_workers() -> None:
    """Import what workers need: of two threads that import and wait for each other Python ends one with an error."""
    from bluenoise_assets.builder import encoding  # noqa: F401
    from bluenoise_assets.quality import measure  # noqa: F401
