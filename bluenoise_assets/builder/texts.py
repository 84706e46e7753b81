"""The files of a texture that are not made of texels: shaders, import settings, snippets."""

from collections.abc import Iterator
from typing import Any

from bluenoise_assets.builder.atomic_files import sha256_of
from bluenoise_assets.engines import engine_of, shaders
from bluenoise_assets.engines.outputs import Output
from bluenoise_assets.spec import TextureSpec


def text_content(output: Output, spec: TextureSpec) -> dict[str, Any]:
    """What a file that is not made of texels depends on, as the lock records it."""
    if output.kind == "shader":
        return shaders.content(output.what, spec, output.binding)
    text = text_of(output, spec, None)
    return {"engine": output.what, "text": sha256_of(text.encode("utf-8"))}


def text_of(output: Output, spec: TextureSpec, old: str | None) -> str:
    """The text of a shader, a snippet, or import settings; `old` are those that are there.

    Raises `ValueError` for old settings that cannot be read, `BuildError` if a shader's source is missing.
    """
    if output.kind == "shader":
        return shaders.render(output.what, spec, output.binding)
    engine = engine_of(output.what)
    assert output.asset is not None
    if output.kind == "snippet":
        return engine.snippet(output.asset)
    assert engine.sidecar is not None
    return engine.sidecar.patch(output.asset, old)


def settings_differences(output: Output, text: str) -> Iterator[str]:
    """The import settings that are not as they should be, in words. Raises `ValueError` for what are no settings."""
    sidecar = engine_of(output.what).sidecar
    assert sidecar is not None
    assert output.asset is not None
    yield from sidecar.differences(output.asset, text)
