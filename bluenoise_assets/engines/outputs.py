"""The files that a texture gives, by what they are: formats, shaders, and for each engine what belongs to it."""

from collections.abc import Collection, Iterator, Sequence
from typing import Literal, NamedTuple, cast, get_args

from bluenoise_assets.engines import Asset, engine_of, shaders
from bluenoise_assets.engines.shaders import Binding
from bluenoise_assets.formats.layout import FormatName, StorageLayout, Variant
from bluenoise_assets.formats.registry import MAX_SIDE, MAX_VOLUME_SIDE, filled_channels
from bluenoise_assets.spec import SHADERS, TextureSpec

Kind = Literal["texture", "description", "shader", "sidecar", "snippet", "library"]

DESCRIPTION = "json"
"""Beside a raw file, as `dither.raw.json`: how to read it."""


class Output(NamedTuple):
    """One file, relative to its output folder, with slashes.

    A texture, and its description, has its format in `what`; a shader its language; the rest its engine. A library, the
    file that the textures of a folder have in common, has either. What belongs to an engine has its `asset`. A texture
    is held as `storage_layout` says, or, where there is none, as it is made. `group` is what may have a folder of its
    own: an engine, a format or `SHADERS`. `library` is the library that a file asks for.
    """

    file: str
    kind: Kind
    what: str = ""
    asset: Asset | None = None
    binding: Binding | None = None
    variant: Variant | None = None
    storage_layout: StorageLayout | None = None
    group: str = ""
    library: str | None = None

    @property
    def is_image(self) -> bool:
        """Whether its bytes come from the texels."""
        return self.kind in {"texture", "description"}

    @property
    def engine_apart(self) -> str | None:
        """The engine whose texture this is, where its files lie in no folder of its name."""
        is_apart = self.asset is not None and not self.file.startswith(f"{self.group}/")
        return self.group if is_apart else None

    @property
    def stored_as(self) -> str | None:
        """How the file holds the texels, as the lock records it; None if as they are made."""
        return ", ".join(str(word) for word in (self.storage_layout, self.variant) if word is not None) or None

    @classmethod
    def of_texture(cls, file: str, held: str | None) -> "Output":
        """A file with texels, from what the lock says. Raises `ValueError` for what we do not know."""
        form = file.rpartition(".")[2]
        words = (held or "").split(", ")
        variant = cast("Variant", words.pop()) if words[-1] in get_args(Variant) else None
        text = ", ".join(words)
        return cls(file, "texture", form, None, None, variant, StorageLayout.parse(form, text) if text else None)

    @property
    def described(self) -> str:
        """The file that a description is about, without its folder."""
        return self.file.rpartition("/")[2].removesuffix(f".{DESCRIPTION}")


def outputs(spec: TextureSpec, apart: Collection[str] = ()) -> tuple[Output, ...]:
    """All files of a texture: textures first, then what depends on nothing but the spec.

    An engine's lie in a folder of its name, but not those of one that is kept `apart`, in an output folder of its own.
    """
    found = [output for name in spec.formats for output in _own_outputs(spec, name)]
    binding = shaders.binding_of(spec)
    for language in sorted(spec.shaders):
        found += _shader(spec, "", language, binding, None, SHADERS)
    for name in spec.engines:
        found += _engine_outputs(spec, name, "" if name in apart else f"{name}/")
    return tuple(sorted(found, key=lambda output: not output.is_image))


def output_files(spec: TextureSpec) -> tuple[str, ...]:
    """Their names."""
    return tuple(output.file for output in outputs(spec))


def languages_of(specs: Sequence[TextureSpec]) -> set[str]:
    """The shader languages that these textures are written in, also for engines."""
    engines = {name for spec in specs for name in spec.engines}
    own = {language for spec in specs for language in spec.shaders}
    return {*own, *(language for name in engines for language in engine_of(name).shaders)}


def problems(spec: TextureSpec) -> Iterator[tuple[str, str, str]]:
    """What a texture's engines cannot be given: the key, what is wrong with it, and a hint.

    Asked of a texture whose bits and encoding fit each other; its other keys need not.
    """
    height = spec.slices * spec.size[1]
    for name in spec.engines if height > MAX_SIDE else ():
        if engine_of(name).storage_layout(spec).kind == "2d":
            text = f"{name} gets slices stacked in one picture, and this one would be {height} high"
            yield "engines", text, f"at most {MAX_SIDE} can be: make it smaller, or split it"
            break
    if spec.engines and spec.kind == "volume" and max(spec.size) > MAX_VOLUME_SIDE:
        text = f"a volume has at most {MAX_VOLUME_SIDE} texels on a side, not {max(spec.size)}"
        yield "engines", text, "make it smaller"


def _own_outputs(spec: TextureSpec, name: FormatName) -> Iterator[Output]:
    """As the texture is made; vectors, which cannot have another channel, filled up to what the format holds."""
    channels = filled_channels(name, spec.channels) if spec.is_vector else spec.channels
    filled = StorageLayout(name, spec.storage, channels, spec.kind) if channels > spec.channels else None
    yield from _images(spec, f"{spec.name}.{name}", name, None, filled, name)


def _engine_outputs(spec: TextureSpec, name: str, folder: str) -> Iterator[Output]:
    engine = engine_of(name)
    storage_layout = engine.storage_layout(spec)
    stem = f"{folder}{spec.name}"
    asset = Asset(spec, storage_layout, f"{stem}.{storage_layout.format}")
    yield from _images(spec, asset.file, storage_layout.format, asset, storage_layout, name)
    if engine.sidecar is not None:
        yield Output(f"{asset.file}{engine.sidecar.suffix}", "sidecar", name, asset, group=name)
    binding = Binding(engine.layout(spec), shaders.storage_of(storage_layout.storage))
    for language in engine.shaders:
        yield from _shader(spec, folder, language, binding, asset, name)
    library = None
    if engine.common is not None:
        library = f"{folder}{engine.common.name}"
        yield Output(library, "library", name, group=name)
    yield Output(f"{stem}{engine.snippet_suffix}", "snippet", name, asset, group=name, library=library)


def _images(
    spec: TextureSpec, file: str, form: str, asset: Asset | None, storage_layout: StorageLayout | None, group: str
) -> Iterator[Output]:
    yield Output(file, "texture", form, asset, None, _variant(spec, form), storage_layout, group)
    if form == "raw":
        yield Output(f"{file}.{DESCRIPTION}", "description", form, asset, storage_layout=storage_layout, group=group)


def _variant(spec: TextureSpec, form: str) -> Variant | None:
    return "legacy" if form == "dds" and spec.dds_header == "legacy" else None


def _shader(
    spec: TextureSpec, folder: str, language: str, binding: Binding, asset: Asset | None, group: str
) -> Iterator[Output]:
    """A texture's shader file, and the one with what all have in common."""
    common = shaders.common_name(language) if spec.shader_files == "shared" else None
    library = None if common is None else f"{folder}{common}"
    if library is not None:
        yield Output(library, "library", language, group=group)
    file = f"{folder}{spec.name}.{shaders.SUFFIXES[language]}"
    yield Output(file, "shader", language, asset, binding, group=group, library=library)
