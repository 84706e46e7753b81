"""One output folder's plan on its way: what is on disk or in the cache is used, the rest is optimised."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bluenoise_assets.builder.atomic_files import (
    FileLock,
    check_inside,
    reason_of,
    remove_strays,
    sha256_of,
    write_atomic,
)
from bluenoise_assets.builder.cache import Cache, Cached
from bluenoise_assets.builder.checksums import renew_sums
from bluenoise_assets.builder.lock import LOCK_NAME, Entry, Lock, lock_text
from bluenoise_assets.builder.memory import PROCESS_BYTES, Budget, available_bytes, check_memory, work_item_bytes
from bluenoise_assets.builder.plan import Plan, TexturePlan, manifest_reference, text_content, text_of
from bluenoise_assets.builder.schedule import Schedule
from bluenoise_assets.builder.summary import Listener, Summary
from bluenoise_assets.engines.outputs import Output
from bluenoise_assets.errors import BuildError, Cancelled
from bluenoise_assets.noise import method_of
from bluenoise_assets.quality.figures import VERSION
from bluenoise_assets.spec import ALGORITHM, TextureSpec, digest

if TYPE_CHECKING:
    from bluenoise_assets.formats import Picture

LOCK_SECONDS = 0.5
"""At most about this much finished work is not yet in the lock when a build is killed."""


@dataclass(frozen=True)
class Options:
    """How to build, the same for all folders of a run. `programs` is a folder for compiled programs."""

    jobs: int
    cache: Cache | None
    programs: Path | None
    listener: Listener
    cancelled: Callable[[], bool]


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
    """A plan that is being carried out by several threads. Call `run` once, while holding the folder's build lock."""

    def __init__(self, plan: Plan, summary: Summary, options: Options) -> None:
        self.plan, self.summary, self.options = plan, summary, options
        self.listener, self.cache = options.listener, options.cache
        self.memory = Budget(max(1, available_bytes() - PROCESS_BYTES))
        self.lock: Lock = dict(plan.lock)
        self.lock_text = lock_text(plan.lock)
        self.lock_written = time.monotonic()
        self.guard = threading.Lock()
        self.loading = threading.Lock()
        self.prepared = False
        self.in_hand: dict[str, _Task] = {}
        self.made: dict[str, str] = {}
        self.abandoned = False

    def cancelled(self) -> bool:
        return self.abandoned or self.options.cancelled()

    def run(self) -> None:
        self.summary.fresh += len(self.plan.textures) - len(self.plan.stale)
        self.summary.orphans += len(self.plan.orphans)
        remove_strays(self.plan.output, (file.file for texture in self.plan.textures for file in texture.files))
        try:
            self._textures()
        finally:
            self.abandoned = True
            for task in list(self.in_hand.values()):
                self._release(task)
            self._write_lock(last=True)
        if self.cache is not None:
            self.cache.trim()

    def _textures(self) -> None:
        waiting: list[_Task] = []
        for texture in self.plan.stale:
            if self.cancelled():
                break
            try:
                for file in texture.files:
                    check_inside(self.plan.output, file.file)
                if not texture.image_is_stale:
                    self._started(texture)
                    self._finish(texture, {})
                elif not self._reuse(texture, texture.twin):
                    waiting.append(_Task(texture, texture.spec.key()))
            except BuildError as error:
                self._fail(texture, str(error))
        if waiting and not self.cancelled():
            Schedule(self.options.jobs, self._begin, self._part).run(waiting, self.cancelled, self._abandon)
        self.summary.cancelled |= self.cancelled()

    def _abandon(self) -> None:
        self.abandoned = True

    def _reuse(self, texture: TexturePlan, twin: str | None) -> bool:
        """Serve a texture from what is on disk, if nothing changed but a name."""
        plan, output = self.plan, self.plan.output
        reference = manifest_reference(texture.manifest, output)
        files = [image.file for image in texture.images]
        if texture.rename_only:
            self._started(texture)
            for file in files:
                self._record(file, replace(plan.lock[file], manifest=reference))
            self._finish(texture, dict.fromkeys(files, False), reused="disk")
            return True
        made = None if twin is None else self._read(texture, twin)
        if made is None:
            return False
        self._started(texture)
        self._write_images(texture, made, reused="disk")
        return True

    def _read(self, texture: TexturePlan, file: str) -> Cached | None:
        """The content of a texture from a file that has it, in whatever format; None if that cannot be used."""
        from bluenoise_assets.formats import decode, texels_of

        spec, entry = texture.spec, self.lock[file]
        try:
            data = (self.plan.output / file).read_bytes()
            if entry.quality is None or entry.figures != VERSION or sha256_of(data) != entry.sha256:
                return None
            picture = decode(Output.of_texture(spec, file, entry.held), spec, data)
        except (OSError, ValueError, KeyError):  # also a format that is known no more
            return None
        return Cached(texels_of(picture), entry.quality)

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
                twin = self.made.get(task.key)
            if twin is not None and self._reuse(task.texture, twin):
                self._release(task)
                return 0
            if self.cache is not None:
                task.claim = self.cache.claim(task.key)
                if task.claim is None:
                    self._release(task)
                    if not task.waits:
                        self._say("waiting", task.texture)
                    task.waits = True
                    return None
                found = self.cache.load(task.key)
                if found is not None:
                    self._started(task.texture)
                    self._write_images(task.texture, found, reused="cache")
                    self._release(task)
                    return 0
            check_memory(task.texture.spec)
            parts: int = self._noise().work_item_count(task.texture.spec)
            task.shares = dict.fromkeys(range(parts), 0.0)
        except (BuildError, MemoryError) as error:
            self._give_up(task, error)
            return 0
        return parts

    def _noise(self) -> Any:
        """The optimiser; importing JAX is what a build pays for only when it has to."""
        from bluenoise_assets import noise

        with self.loading:
            if not self.prepared:
                noise.use_program_cache(self.options.programs)
                self.prepared = True
        return noise

    def _part(self, task: _Task, part: int) -> None:
        """Optimise one part; the worker that finishes a texture's last part writes the texture."""
        texture = task.texture
        if self.cancelled():
            raise Cancelled
        if task.failed:
            return
        parts = len(task.shares)
        with self.memory.reserved(work_item_bytes(texture.spec), self.cancelled):
            with self.guard:
                first, task.started = not task.started, True
            if first:
                self._started(texture)
            try:
                ranks = self._noise().optimize_work_item(
                    texture.spec, part, lambda share, figure: self._tell(task, part, share, figure), self.cancelled
                )
                with self.guard:
                    task.ranks[part] = ranks
                    complete = len(task.ranks) == parts
                if complete:
                    made = _measured(texture, [task.ranks.pop(i) for i in range(parts)])
                    self._write_images(texture, made)
                    if self.cache is not None:
                        self.cache.store(task.key, made.texels, made.quality)
                    self._release(task)
            except (BuildError, MemoryError) as error:
                self._give_up(task, error)

    def _give_up(self, task: _Task, error: Exception) -> None:
        with self.guard:
            first, task.failed = not task.failed, True
        if first:
            self._release(task)
            text = "there is not enough memory" if isinstance(error, MemoryError) else str(error)
            self._fail(task.texture, text)

    def _release(self, task: _Task) -> None:
        with self.guard:
            self.in_hand.pop(task.key, None)
            claim, task.claim = task.claim, None
        if claim is not None:
            claim.release()

    def _tell(self, task: _Task, part: int, share: float, figure: float | None) -> None:
        task.shares[part] = share
        mean = sum(task.shares.values()) / len(task.shares)
        figures = {} if figure is None else {method_of(task.texture.spec).figure: round(figure, 2)}
        self._say("progress", task.texture, share=round(mean, 4), **figures)

    def _write_images(self, texture: TexturePlan, made: Cached, **more: Any) -> None:
        from bluenoise_assets.formats import encode, picture_of

        spec, output = texture.spec, self.plan.output
        little_endian = made.texels.astype(made.texels.dtype.newbyteorder("<"))
        picture = picture_of(made.texels, spec)
        changed = {}
        for image in texture.images:
            path = output / image.file
            data = encode(image.output, spec, picture)
            verify = partial(_verify, path, image.output, spec, picture)
            changed[image.file] = write_atomic(path, data, verify if image.output.kind == "texture" else None)
            entry = Entry(
                manifest=manifest_reference(texture.manifest, output),
                texture=spec.name,
                kind=image.output.kind,
                key=spec.key(),
                spec=spec.content(),
                sha256=sha256_of(data),
                algorithm=ALGORITHM,
                texels=sha256_of(little_endian.tobytes()),
                quality=tuple(made.quality),
                figures=VERSION,
                held=image.output.held,
            )
            self._record(image.file, entry)
        with self.guard:
            self.made.setdefault(spec.key(), texture.images[0].file)
        self._finish(texture, changed, quality=[channel.as_json() for channel in made.quality], **more)

    def _finish(self, texture: TexturePlan, images: dict[str, bool], **more: Any) -> None:
        """Write the text files of a texture whose images are done, and tell; `images` says which bytes changed."""
        changed = dict(images)
        for file in texture.texts:
            if file.reasons:
                changed[file.file] = self._write_text(texture, file.output)
        with self.guard:
            self.summary.built += 1
        new = [file for file, is_new in changed.items() if is_new]
        self._say("built", texture, files=list(changed), changed=new, **more)

    def _write_text(self, texture: TexturePlan, output: Output) -> bool:
        """Write a shader, import settings or a snippet; whether its bytes changed."""
        spec, path = texture.spec, self.plan.output / output.file
        old = _bytes_of(path) if output.kind == "sidecar" else None

        def verify(_written: bytes) -> None:
            if output.kind == "sidecar" and _bytes_of(path) != old:  # by its engine, which is running
                raise BuildError(f"{path}: it was changed while its settings were put right; build again")

        try:
            data = text_of(output, spec, None if old is None else old.decode("utf-8")).encode("utf-8")
        except ValueError as error:
            raise BuildError(f"{path}: {error}; mend it, or delete it to get a new one") from error
        changed = write_atomic(path, data, verify)
        content = text_content(output, spec)
        reference = manifest_reference(texture.manifest, self.plan.output)
        self._record(output.file, Entry(reference, spec.name, output.kind, digest(content), content, sha256_of(data)))
        return changed

    def _started(self, texture: TexturePlan) -> None:
        reasons = {file.file: list(file.reasons) for file in texture.files if file.reasons}
        self._say("started", texture, reasons=reasons)

    def _fail(self, texture: TexturePlan, text: str) -> None:
        with self.guard:
            self.summary.failed += 1
        self._say("failed", texture, text=" ".join(text.split()))

    def _say(self, event: str, texture: TexturePlan, **data: Any) -> None:
        self.listener({"event": event, "texture": texture.spec.name, "output": str(self.plan.output)} | data)

    def _record(self, file: str, entry: Entry) -> None:
        with self.guard:
            self.lock[file] = entry
        self._write_lock()

    def _write_lock(self, *, last: bool = False) -> None:
        with self.guard:
            now = time.monotonic()
            if not last and now - self.lock_written < LOCK_SECONDS:
                return
            text = lock_text(self.lock)
            if text != self.lock_text:
                write_atomic(self.plan.output / LOCK_NAME, text.encode("ascii"))
                self.lock_text = text
            if last:
                renew_sums(self.plan.output, self.lock, text)
            self.lock_written = now


def _measured(texture: TexturePlan, parts: list[Any]) -> Cached:
    """The texels of a texture's parts, and what they are worth."""
    from bluenoise_assets.noise import join
    from bluenoise_assets.quality.measure import measure_built
    from bluenoise_assets.quality.quantization import texels_of_ranks

    ranks = join(texture.spec, parts)
    texels = texels_of_ranks(ranks, texture.spec)
    return Cached(texels, measure_built(texture.spec, ranks, texels))


def _bytes_of(path: Path) -> bytes | None:
    """What a file holds; None if there is none. Raises `BuildError` if it cannot be read."""
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise BuildError(f"{path}: cannot be read: {reason_of(error)}") from error


def _verify(path: Path, output: Output, spec: TextureSpec, picture: "Picture", data: bytes) -> None:
    """Raise `BuildError` unless a file's bytes hold the picture."""
    from bluenoise_assets.formats import decode

    try:
        read = decode(output, spec, data)
    except ValueError as error:
        raise BuildError(f"{path}: reading the file back failed: {error}") from error
    if not read.equals(picture):
        raise BuildError(f"{path}: reading the file back gave other texels")
