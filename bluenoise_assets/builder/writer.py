"""A texture's files: encoded, written, read back and recorded; and read again to serve another texture."""

import contextlib
import threading
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from bluenoise_assets.builder.atomic_files import (
    POINTER,
    TEXT_BYTES,
    TEXTURE_BYTES,
    pointer_oid,
    read_regular,
    reason_of,
    sha256_of,
    write_atomic,
)
from bluenoise_assets.builder.cache.entry import Content
from bluenoise_assets.builder.claims import manifest_reference
from bluenoise_assets.builder.lock import Entry
from bluenoise_assets.builder.plan import TexturePlan
from bluenoise_assets.builder.record import Record
from bluenoise_assets.builder.texts import text_content, text_of
from bluenoise_assets.engines.outputs import Output
from bluenoise_assets.errors import BuildError
from bluenoise_assets.quality import figures
from bluenoise_assets.spec import ALGORITHM, TextureSpec, digest

if TYPE_CHECKING:
    from bluenoise_assets.formats.image import TexelImage


class Writer:
    """Writes into one output folder and its record, from any thread. Methods raise `BuildError`.

    Those that write return the files written, and whether their bytes are new.
    """

    def __init__(self, output: Path, record: Record) -> None:
        self.output, self.record = output, record
        self.libraries = threading.Lock()

    def images(self, texture: TexturePlan, made: Content) -> dict[str, bool]:
        """Write the files that are made of a texture's texels."""
        from bluenoise_assets.builder.encoding import encode, image_of
        from bluenoise_assets.formats.image import to_bytes

        spec = texture.spec
        texels, texels_sha256 = image_of(made.texels, spec), sha256_of(to_bytes(made.texels))
        changed = {}
        for image in texture.images:
            path = self.output / image.file
            data = encode(image.output, spec, texels)
            verify = partial(_verify, path, image.output, spec, texels) if image.output.kind == "texture" else None
            changed[image.file] = write_atomic(path, data, verify, inside=self.output)
            self.record[image.file] = Entry(
                manifest=manifest_reference(texture.manifest, self.output),
                texture=spec.name,
                kind=image.output.kind,
                key=spec.key(),
                spec=spec.content(),
                sha256=sha256_of(data),
                algorithm=ALGORITHM,
                texels=texels_sha256,
                quality=tuple(made.quality),
                figures=figures.VERSION,
                held=image.output.stored_as,
                engine=image.output.engine_apart,
            )
        return changed

    def texts(self, texture: TexturePlan) -> dict[str, bool]:
        """Write those of a texture's shaders, import settings and snippets that are stale, and their libraries."""
        changed = {}
        for file in (file for file in texture.texts if file.reasons):
            # of a library another texture's thread may be about to write the same
            with self.libraries if file.output.kind == "library" else contextlib.nullcontext():
                changed[file.file] = self._text(texture, file.output)
        return changed

    def _text(self, texture: TexturePlan, output: Output) -> bool:
        spec, path = texture.spec, self.output / output.file
        old = _bytes_of(path) if output.kind == "sidecar" else None

        def verify(_written: bytes) -> None:
            if output.kind == "sidecar" and _bytes_of(path) != old:  # by its engine, which is running
                raise BuildError(f"{path}: it was changed while its settings were put right; build again")

        try:
            data = text_of(output, spec, None if old is None else old.decode("utf-8")).encode("utf-8")
        except ValueError as error:
            raise BuildError(f"{path}: {error}; mend it, or delete it to get a new one") from error
        changed = write_atomic(path, data, verify, inside=self.output)
        content = text_content(output, spec)
        owner = manifest_reference(texture.manifest, self.output), spec.name
        if output.kind == "library":
            owner = "", ""
        self.record[output.file] = Entry(*owner, output.kind, digest(content), content, sha256_of(data))
        return changed


class IntactFile(NamedTuple):
    """A texture's file that is as its output folder's lock says; `file` is relative to the folder."""

    output: Path
    file: str
    entry: Entry


def content_of(intact: IntactFile, spec: TextureSpec) -> Content | None:
    """The content of a texture from a file that has it, in whatever format; None if that cannot be used."""
    from bluenoise_assets.builder.encoding import decode, texels_of

    output, file, entry = intact
    try:
        data = read_regular(output / file, TEXTURE_BYTES)
        if len(entry.quality or ()) != spec.masks or entry.figures != figures.VERSION:
            return None
        if sha256_of(data) != entry.sha256:
            return None
        found = decode(Output.of_texture(file, entry.held), spec, data)
    except (OSError, ValueError, KeyError):  # also a format that is known no more
        return None
    return Content(texels_of(found), entry.quality or ())


def _bytes_of(path: Path) -> bytes | None:
    """What a text file holds; None if there is none. Raises `BuildError` if it cannot be read, or is elsewhere."""
    try:
        data = read_regular(path, TEXT_BYTES)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise BuildError(f"{path}: cannot be read: {reason_of(error)}") from error
    if pointer_oid(data) is not None:
        raise BuildError(f"{path}: {POINTER}")
    return data


def _verify(path: Path, output: Output, spec: TextureSpec, meant: "TexelImage", data: bytes) -> None:
    """Raise `BuildError` unless a file's bytes hold this image."""
    from bluenoise_assets.builder.encoding import decode

    try:
        read = decode(output, spec, data)
    except ValueError as error:
        raise BuildError(f"{path}: reading the file back failed: {error}") from error
    if not read.equals(meant):
        raise BuildError(f"{path}: reading the file back gave other texels")
