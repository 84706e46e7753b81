"""Runs plans: optimise, measure, encode, write atomically, record in the lock."""

import contextlib
import os
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import asdict, dataclass, replace
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any

from bluenoise_assets import shaders
from bluenoise_assets.errors import BuildError, Cancelled
from bluenoise_assets.lock import LOCK_NAME, Entry, Lock, lock_text
from bluenoise_assets.manifest import Manifest
from bluenoise_assets.memory import PROCESS_BYTES, Budget, available_bytes, check_memory, needed_bytes
from bluenoise_assets.names import folded
from bluenoise_assets.plan import Plan, TexturePlan, make_plan, manifest_reference, shader_content
from bluenoise_assets.spec import ALGORITHM, Spectrum, digest
from bluenoise_assets.store import (
    BUILD_LOCK_NAME,
    build_lock,
    file_sha256,
    reason_of,
    remove_strays,
    sha256_of,
    write_atomic,
)

Listener = Callable[[dict[str, Any]], None]
"""Takes events, plain JSON data with a key `event`: waiting, started, progress, built, failed; from any thread."""

LOCK_SECONDS = 0.5
"""At most about this much finished work is not yet in the lock when a build is killed."""

INTERRUPT_SECONDS = 0.5
"""How long Ctrl-C waits for workers to leave their chunk and finish a file."""


@dataclass
class Summary:
    """What a build did, counted in textures."""

    built: int = 0
    failed: int = 0
    fresh: int = 0
    orphans: int = 0
    cancelled: bool = False

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    def sentence(self) -> str:
        """For people: `2 built, 1 fresh`."""
        if not self.built and not self.failed:
            text = f"nothing to do: {self.fresh} {'texture' if self.fresh == 1 else 'textures'}, all fresh"
        else:
            parts = ((self.built, "built"), (self.failed, "failed"), (self.fresh, "fresh"))
            text = ", ".join(f"{count} {word}" for count, word in parts if count)
        return f"{text}, {self.orphans} without a manifest" if self.orphans else text


def build_manifests(
    manifests: Sequence[Manifest],
    output: Path | None = None,
    *,
    jobs: int | None = None,
    cache: Path | None = None,
    listener: Listener = lambda _event: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> Summary:
    """Build what is stale. A texture that fails keeps its old file and does not stop the others.

    `output` replaces the manifests' own folders; `jobs` is the number of textures, or channels of one, optimised
    at once (default: the processors this process may use); `cache` is a folder for compiled programs. Raises
    `ManifestError` and `BuildError` as `make_plan` does, and `BuildError` for a folder that cannot be written.
    """
    summary = Summary()
    for plan in make_plan(manifests, output):
        if not plan.stale:
            summary.fresh += len(plan.textures)
            summary.orphans += len(plan.orphans)
            continue
        told = {"event": "waiting", "output": str(plan.output)}
        with build_lock(plan.output, cancelled, lambda told=told: listener(told)) as held:  # type: ignore[misc]
            if not held:
                summary.cancelled = True
                return summary
            inside = [m for m in manifests if (output or m.output).resolve() == plan.output]
            (again,) = make_plan(inside, plan.output)  # another build may have done it while this one waited
            _Run(again, summary, jobs, cache, listener, cancelled).run()
    return summary


def processors() -> int:
    """How many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


class _Pending:
    """A texture whose parts are being optimised."""

    def __init__(self, texture: TexturePlan) -> None:
        self.texture = texture
        self.ranks: dict[int, Any] = {}
        self.shares: dict[int, float] = {}
        self.started = False
        self.failed = False


class _Run:
    """One plan on its way; every method but `run` may be called from any worker thread."""

    def __init__(
        self,
        plan: Plan,
        summary: Summary,
        jobs: int | None,
        cache: Path | None,
        listener: Listener,
        cancelled: Callable[[], bool],
    ) -> None:
        self.plan, self.summary, self.listener = plan, summary, listener
        self.jobs, self.cache = jobs or processors(), cache
        self.memory = Budget(max(1, available_bytes() - PROCESS_BYTES))
        self.lock: Lock = dict(plan.lock)
        self.lock_text = lock_text(plan.lock)
        self.lock_written = time.monotonic()
        self.guard = threading.Lock()
        self.abandoned = False
        self.was_cancelled = cancelled

    def cancelled(self) -> bool:
        return self.abandoned or self.was_cancelled()

    def run(self) -> None:
        self.summary.fresh += len(self.plan.textures) - len(self.plan.stale)
        self.summary.orphans += len(self.plan.orphans)
        remove_strays({(self.plan.output / file.file).parent for t in self.plan.textures for file in t.files})
        remove_strays([self.plan.output])
        try:
            self._textures()
        finally:
            self.abandoned = True
            self._write_lock(last=True)

    def _textures(self) -> None:
        waiting: list[_Pending] = []
        for texture in self.plan.stale:
            if self.cancelled():
                break
            try:
                if not texture.image_is_stale:
                    self._started(texture)
                    self._finish(texture, [])
                elif not self._reuse(texture):
                    check_memory(texture.spec)
                    waiting.append(_Pending(texture))
            except BuildError as error:
                self._fail(texture, str(error))
        if not waiting or self.cancelled():
            self.summary.cancelled |= self.cancelled()
            return
        from bluenoise_assets import noise

        noise.use_compilation_cache(self.cache)
        pool = ThreadPoolExecutor(self.jobs, thread_name_prefix="bluenoise")
        try:
            futures = set()
            for pending in waiting:
                parts = noise.part_count(pending.texture.spec)
                pending.shares = dict.fromkeys(range(parts), 0.0)
                futures |= {pool.submit(self._part, pending, part) for part in range(parts)}
            import_module("bluenoise_assets.encode")  # while the workers compile
            self._wait(futures)
        finally:
            self.abandoned = True
            pool.shutdown(wait=False, cancel_futures=True)

    def _wait(self, futures: set[Future[None]]) -> None:
        while futures:
            try:
                # a time limit, so that Ctrl-C reaches the main thread on every system
                done, futures = wait(futures, timeout=0.1, return_when=FIRST_COMPLETED)
            except KeyboardInterrupt:
                self.abandoned = True
                wait(futures, timeout=INTERRUPT_SECONDS)
                raise
            for future in done:
                with contextlib.suppress(Cancelled):
                    future.result()
            if self.cancelled():
                self.summary.cancelled = True
                for future in futures:
                    future.cancel()
                wait(futures)  # chunks are short: the folder is not freed before its last writer is done
                return

    def _reuse(self, texture: TexturePlan) -> bool:
        """Serve a texture from what is on disk, if nothing changed but a name."""
        plan, output = self.plan, self.plan.output
        reference = manifest_reference(texture.manifest, output)
        files = [image.file for image in texture.images]
        if texture.rename_only:
            self._started(texture)
            for file in files:
                self._record(file, replace(plan.lock[file], manifest=reference))
        elif texture.twin is not None and len(files) == 1:
            entry = plan.lock[texture.twin]
            try:
                data = (output / texture.twin).read_bytes()
            except OSError:
                return False
            if sha256_of(data) != entry.sha256:
                return False
            self._started(texture)
            write_atomic(output / files[0], data)
            self._record(files[0], replace(entry, manifest=reference, texture=texture.spec.name))
        else:
            return False
        self._finish(texture, files, reused=True)
        return True

    def _finish(self, texture: TexturePlan, images: list[str], **more: Any) -> None:
        """Write the shader files of a texture whose images are done, and tell."""
        spec, output = texture.spec, self.plan.output
        files = list(images)
        for language, file in zip(texture.manifest.shaders, texture.shaders, strict=True):
            if file.reasons:
                data = shaders.render(language, spec).encode("ascii")
                write_atomic(output / file.file, data)
                content = shader_content(language, spec)
                reference = manifest_reference(texture.manifest, output)
                entry = Entry(reference, spec.name, "shader", digest(content), content, sha256_of(data))
                self._record(file.file, entry)
                files.append(file.file)
        with self.guard:
            self.summary.built += 1
        self.listener({"event": "built", "texture": spec.name, "files": files} | more)

    def _part(self, pending: _Pending, part: int) -> None:
        """Optimise one part; the worker that finishes a texture's last part writes the texture."""
        texture = pending.texture
        if self.cancelled():
            raise Cancelled
        if pending.failed:
            return
        parts = len(pending.shares)
        with self.memory.reserved(needed_bytes(texture.spec) // parts, self.cancelled):
            with self.guard:
                first, pending.started = not pending.started, True
            if first:
                self._started(texture)
            try:
                from bluenoise_assets import noise

                ranks = noise.optimize_part(
                    texture.spec, part, lambda share, figure: self._tell(pending, part, share, figure), self.cancelled
                )
                with self.guard:
                    pending.ranks[part] = ranks
                    complete = len(pending.ranks) == parts
                if complete:
                    self._write_images(texture, [pending.ranks[i] for i in range(parts)])
            except Cancelled:
                raise
            except (BuildError, MemoryError) as error:
                with self.guard:
                    first, pending.failed = not pending.failed, True
                if first:
                    text = "there is not enough memory" if isinstance(error, MemoryError) else str(error)
                    self._fail(texture, text)

    def _tell(self, pending: _Pending, part: int, share: float, figure: float | None) -> None:
        pending.shares[part] = share
        mean = sum(pending.shares.values()) / len(pending.shares)
        spec = pending.texture.spec
        name = "low_frequency_db" if isinstance(spec.objective, Spectrum) else "error_db"
        event = {"event": "progress", "texture": spec.name, "share": round(mean, 4)}
        self.listener(event | ({} if figure is None else {name: round(figure, 2)}))

    def _write_images(self, texture: TexturePlan, ranks: list[Any]) -> None:
        import numpy as np

        from bluenoise_assets.encode import FORMATS
        from bluenoise_assets.quality import measure_built
        from bluenoise_assets.values import strip, texels_of_ranks

        spec, output = texture.spec, self.plan.output
        stack = np.concatenate(ranks)
        texels = texels_of_ranks(stack, spec.distribution, spec.bits)
        quality = measure_built(spec, stack, texels)
        little_endian = texels.astype(texels.dtype.newbyteorder("<"))
        for suffix, image in zip(spec.formats, texture.images, strict=True):
            path, form = output / image.file, FORMATS[suffix]
            image_texels = strip(texels, spec.size)
            data = form.encode(image_texels)
            write_atomic(path, data, partial(_verify, path, form.decode, image_texels))
            entry = Entry(
                manifest=manifest_reference(texture.manifest, output),
                texture=spec.name,
                kind="texture",
                key=spec.key(),
                spec=spec.content(),
                sha256=sha256_of(data),
                algorithm=ALGORITHM,
                texels=sha256_of(little_endian.tobytes()),
                quality=quality,
            )
            self._record(image.file, entry)
        self._finish(texture, [image.file for image in texture.images], quality=quality)

    def _started(self, texture: TexturePlan) -> None:
        reasons = {file.file: list(file.reasons) for file in texture.files if file.reasons}
        self.listener({"event": "started", "texture": texture.spec.name, "reasons": reasons})

    def _fail(self, texture: TexturePlan, text: str) -> None:
        with self.guard:
            self.summary.failed += 1
        self.listener({"event": "failed", "texture": texture.spec.name, "text": " ".join(text.split())})

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
            self.lock_written = now


def _verify(path: Path, decode: Callable[[bytes], Any], texels: Any, data: bytes) -> None:
    """Raise `BuildError` unless a file's bytes hold the texels; two channels come back as three, the third 0."""
    import numpy as np

    wanted = texels
    if texels.ndim == 3 and texels.shape[2] == 2:
        wanted = np.concatenate([texels, np.zeros_like(texels[..., :1])], axis=2)
    try:
        read = decode(data)
    except ValueError as error:
        raise BuildError(f"{path}: reading the file back failed: {error}") from error
    if read.dtype != wanted.dtype or not np.array_equal(read, wanted):
        raise BuildError(f"{path}: reading the file back gave other texels")


def clean(plan: Plan, *, orphans_only: bool = False, dry_run: bool = False) -> tuple[list[str], list[str]]:
    """Remove the files of a plan that the lock lists and nobody has changed since, or only its orphans.

    Returns the files removed (or, with `dry_run`, that would be) and the files kept because they were changed.
    Entries of other manifests stay. Raises `BuildError` for a file that cannot be removed.
    """
    mine = {file.file for texture in plan.textures for file in texture.files}
    candidates = [file for file in plan.lock if file in plan.orphans or (not orphans_only and file in mine)]
    removed: list[str] = []
    kept: list[str] = []
    if not candidates:
        return removed, kept
    lock = dict(plan.lock)
    holding = contextlib.nullcontext(True) if dry_run else build_lock(plan.output, lambda: False, lambda: None)
    with holding:
        for file in candidates:
            if file not in mine and _is_one_of(plan.output / file, mine, plan.output):
                lock.pop(file)  # a disk that ignores case: `A.png` was renamed to `a.png`
                continue
            on_disk = file_sha256(plan.output / file)
            if on_disk is not None and on_disk != plan.lock[file].sha256:
                kept.append(file)
                continue
            removed.append(file)
            if not dry_run:
                _remove(plan.output / file, plan.output)
                del lock[file]
        if dry_run:
            return removed, kept
        remove_strays([plan.output])
        if lock:
            write_atomic(plan.output / LOCK_NAME, lock_text(lock).encode("ascii"))
            return removed, kept
        _remove(plan.output / LOCK_NAME, plan.output)
    with contextlib.suppress(OSError):  # nothing of ours is left: leave no trace of the folder either
        (plan.output / BUILD_LOCK_NAME).unlink()
        plan.output.rmdir()
    return removed, kept


def _is_one_of(path: Path, files: set[str], output: Path) -> bool:
    """Whether a path is another spelling of one of the files."""
    alike = (output / file for file in files if folded(file) == folded(path.relative_to(output).as_posix()))
    return any(path.exists() and other.exists() and path.samefile(other) for other in alike)


def _remove(path: Path, output: Path) -> None:
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        raise BuildError(f"{path}: cannot be removed: {reason_of(error)}") from error
    for folder in path.parents:  # folders that were made for names with a slash
        if folder == output:
            return
        try:
            folder.rmdir()
        except OSError:
            return
