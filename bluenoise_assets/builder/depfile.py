"""What a build system must know: the files that a build writes and reads, as lists, as a depfile, as time stamps."""

import os
import re
from collections.abc import Sequence
from pathlib import Path

from bluenoise_assets.builder.atomic_files import reason_of, write_atomic
from bluenoise_assets.builder.plan import Selection, is_selected
from bluenoise_assets.engines import shaders
from bluenoise_assets.engines.outputs import languages_of
from bluenoise_assets.errors import BuildError
from bluenoise_assets.manifest import Manifest, read_manifests
from bluenoise_assets.spec import canonical


def outputs(manifests: Sequence[Manifest], output: Path | None = None, only: Selection | None = None) -> list[Path]:
    """Every file that a build of the manifests writes, all but the lock.

    Below `output` as it is spelled, since a build system knows a file by its spelling; absolute paths without it.
    """
    found = [
        folder / output_file.file
        for manifest in manifests
        for spec in manifest.textures
        if is_selected(manifest, spec, only)
        for folder, output_file in manifest.within(output).outputs(spec)
    ]
    return list(dict.fromkeys(found))


def inputs(manifests: Sequence[Manifest]) -> list[Path]:
    """Every file that the result depends on: manifests, what they name, shader sources, and the tool itself.

    The tool stands as the file that holds the algorithm's version: an upgrade runs the step again.
    """
    languages = {word for manifest in manifests for word in languages_of(manifest.textures)}
    found = [path for manifest in manifests for path in manifest.inputs]
    found += sorted({path for language in languages for path in shaders.source_paths(language)})
    return list(dict.fromkeys([*found, Path(canonical.__file__).resolve()]))


def tell_build_system(
    manifests: Sequence[Manifest], output: Path | None, only: Selection | None, depfile: Path | None, began: int | None
) -> None:
    """After a build: write a depfile, if one is wanted; `touch` the outputs, if `began` is given."""
    written = outputs(manifests, output, only)
    if began is not None:
        touch(written, manifests, began)
    if depfile is not None:
        # a folder's time changes when a file appears in it, which a pattern of an include may mean
        listed_folders = [folder for manifest in manifests for folder in manifest.include_folders]
        read = list(dict.fromkeys([*inputs(manifests), *listed_folders]))
        write_atomic(depfile, os.fsencode(depfile_text(written, read)))


def depfile_text(targets: Sequence[Path], prerequisites: Sequence[Path]) -> str:
    """A rule in Makefile syntax, as compilers write it for Make and Ninja: each target depends on each prerequisite.

    Behind it an empty rule for each prerequisite, as `gcc -MP` writes it: without one, Make would stop where a file is
    no longer included and gone.
    """
    left = " \\\n ".join(map(_escaped, targets))
    right = "".join(f" \\\n  {_escaped(path)}" for path in prerequisites)
    return f"{left}:{right}\n" + "".join(f"{_escaped(path)}:\n" for path in prerequisites)


def listed(paths: Sequence[Path]) -> str:
    """One path a line, with slashes. Where the list is shown, no line is a command for GitHub's runner."""
    lines = [_one_line(path) for path in paths]
    for line in lines:
        if "##[" in line:
            raise BuildError(f"{line}: no list of files can hold a path with ##[")
    return "".join(f"{'./' * line.startswith('::')}{line}\n" for line in lines)


def touch(targets: Sequence[Path], manifests: Sequence[Manifest], began: int) -> None:
    """Give outputs the time at which their inputs were about to be read.

    `began` is that time, in nanoseconds. Not the time of now: a manifest that was saved during the build must stay
    newer than what was made without it. An input from the future whose bytes are those that were read sets the time
    instead, or a build system would run the step for ever. Raises `BuildError` for a file that cannot be touched.
    """
    newest = max((_modified(path) for path in inputs(manifests)), default=0)
    if newest > began:
        again = [one for manifest in manifests for one in read_manifests([manifest.path], manifest.variables).manifests]
        if [manifest.sha256 for manifest in again] == [manifest.sha256 for manifest in manifests]:
            began = newest
    for path in targets:
        try:
            os.utime(path, ns=(began, began))
        except OSError as error:
            raise BuildError(f"{path}: cannot be touched: {reason_of(error)}") from error


def _modified(path: Path) -> int:
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return 0


def _escaped(path: Path) -> str:
    # As compilers do it: a backslash stands for itself, but doubled where it would escape what follows.
    return re.sub(r"(\\*)([ #])", r"\1\1\\\2", _one_line(path)).replace("$", "$$")


def _one_line(path: Path) -> str:
    text = path.as_posix()
    if re.search(r"[\x00-\x1f\x7f-\x9f]", text):
        raise BuildError(f"{text!r}: no list of files can hold a path with a line break or another control character")
    return text
