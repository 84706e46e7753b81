"""The files that a texture gives, by what they are: formats, shaders, and for each engine what belongs to it."""

from collections.abc import Iterator, Sequence
from typing import Literal, NamedTuple, cast, get_args

from bluenoise_assets.engines import Asset, engine_of, shaders
from bluenoise_assets.engines.shaders import Binding
from bluenoise_assets.formats.layout import StorageLayout, Variant
from bluenoise_assets.formats.registry import MAX_SIDE, MAX_VOLUME_SIDE
from bluenoise_assets.spec import TextureSpec

Kind = Literal["texture", "description", "shader", "sidecar", "snippet"]

DESCRIPTION = "json"
"""Beside a raw file, as `dither.raw.json`: how to read it."""


class Output(NamedTuple):
    """One file, relative to the output folder, with slashes.

    A texture, and its description, has its format in `what`; a shader its language. What belongs to an engine has its
    `asset`. A texture of an engine's is held as `storage_layout` says, one of the manifest's own formats as it is made.
    """

    file: str
    kind: Kind
    what: str = ""
    asset: Asset | None = None
    binding: Binding | None = None
    variant: Variant | None = None

    @property
    def is_image(self) -> bool:
        """Whether its bytes come from the texels."""
        return self.kind in {"texture", "description"}

    @property
    def storage_layout(self) -> StorageLayout | None:
        return None if self.asset is None else self.asset.storage_layout

    @property
    def stored_as(self) -> str | None:
        """How the file holds the texels, as the lock records it; None if as they are made."""
        return ", ".join(str(word) for word in (self.storage_layout, self.variant) if word is not None) or None

    @classmethod
    def of_texture(cls, spec: TextureSpec, file: str, held: str | None) -> "Output":
        """A file with a texture's texels, from what the lock says. Raises `ValueError` for what we do not know."""
        form = file.rpartition(".")[2]
        words = (held or "").split(", ")
        variant = cast("Variant", words.pop()) if words[-1] in get_args(Variant) else None
        text = ", ".join(words)
        asset = Asset(spec, StorageLayout.parse(form, text), file) if text else None
        return cls(file, "texture", form, asset, variant=variant)

    @property
    def described(self) -> str:
        """The file that a description is about, without its folder."""
        return self.file.rpartition("/")[2].removesuffix(f".{DESCRIPTION}")


def outputs(spec: TextureSpec, languages: Sequence[str]) -> tuple[Output, ...]:
    """All files of a texture: textures first, then what depends on nothing but the spec."""
    found = [output for name in spec.formats for output in _images(spec, f"{spec.name}.{name}", name, None)]
    binding = shaders.binding_of(spec)
    found += [_shader(spec.name, language, binding, None) for language in languages]
    found += [output for name in spec.engines for output in _engine_outputs(spec, name)]
    return tuple(sorted(found, key=lambda output: not output.is_image))


def output_files(spec: TextureSpec, languages: Sequence[str]) -> tuple[str, ...]:
    """Their names."""
    return tuple(output.file for output in outputs(spec, languages))


def languages_of(specs: Sequence[TextureSpec], languages: Sequence[str]) -> set[str]:
    """The shader languages that these textures are written in, for the manifest's own `shaders` and for engines."""
    engines = {name for spec in specs for name in spec.engines}
    return {*languages, *(language for name in engines for language in engine_of(name).shaders)}


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


def _engine_outputs(spec: TextureSpec, name: str) -> Iterator[Output]:
    engine = engine_of(name)
    storage_layout = engine.storage_layout(spec)
    stem = f"{name}/{spec.name}"
    asset = Asset(spec, storage_layout, f"{stem}.{storage_layout.format}")
    yield from _images(spec, asset.file, storage_layout.format, asset)
    if engine.sidecar is not None:
        yield Output(f"{asset.file}{engine.sidecar.suffix}", "sidecar", name, asset)
    binding = Binding(engine.layout(spec), shaders.storage_of(storage_layout.storage))
    for language in engine.shaders:
        yield _shader(stem, language, binding, asset)
    yield Output(f"{stem}{engine.snippet_suffix}", "snippet", name, asset)


def _images(spec: TextureSpec, file: str, form: str, asset: Asset | None) -> Iterator[Output]:
    yield Output(file, "texture", form, asset, variant=_variant(spec, form))
    if form == "raw":
        yield Output(f"{file}.{DESCRIPTION}", "description", form, asset)


def _variant(spec: TextureSpec, form: str) -> Variant | None:
    return "legacy" if form == "dds" and spec.dds_header == "legacy" else None


def _shader(stem: str, language: str, binding: Binding, asset: Asset | None) -> Output:
    return Output(f"{stem}.{shaders.SUFFIXES[language]}", "shader", language, asset, binding)
