"""How a shader sees a texture: what it is bound as, and what its channels are stored as."""

from typing import Literal, NamedTuple

from bluenoise_assets.formats.layout import Storage as TexelStorage
from bluenoise_assets.spec import TextureSpec

Layout = Literal["strip", "array", "volume"]
"""A 2D texture with the slices from top to bottom, a 2D array texture, a 3D texture."""

Storage = Literal["uint8", "uint16", "float"]
"""Unsigned normalised integers, or floating point numbers that are the values as they are."""


class Binding(NamedTuple):
    """How a shader sees a texture: the type it is bound as, and what its channels are stored as."""

    layout: Layout
    storage: Storage


def binding_of(spec: TextureSpec) -> Binding:
    """How a texture's own files, those of its `formats`, are bound: as a strip, unless all are arrays or volumes."""
    layered = spec.formats and set(spec.formats) <= {"dds", "ktx2"}
    return Binding(own_layout(spec) if layered else "strip", storage_of(spec.storage))


def own_layout(spec: TextureSpec) -> Layout:
    """How a texture is bound where arrays and volumes are textures of their own kind."""
    return "strip" if spec.kind == "2d" else spec.kind


def storage_of(held: TexelStorage) -> Storage:
    """What shaders are told of the type of a texel's channels."""
    return held if held in ("uint8", "uint16") else "float"


def extent(spec: TextureSpec) -> str:
    """For people: `8 layers of 64 x 64 texels, 1 channel`."""
    layers = f"{spec.layers} layers of " if spec.layers else f"{spec.frames} frames of " if spec.frames else ""
    channels = "1 channel" if spec.channels == 1 else f"{spec.channels} channels"
    return f"{layers}{' x '.join(map(str, spec.size))} texels, {channels}"


def law(spec: TextureSpec) -> str:
    """For people: what the values are, `uniform`, or `cosine_hemisphere samples`."""
    return f"{spec.sample_space} samples" if spec.is_vector else spec.distribution.tag()
