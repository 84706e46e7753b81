"""The files of a texture that are not made of texels: shaders, import settings, snippets, what these share."""

from collections.abc import Iterator
from typing import Any

from bluenoise_assets.builder.atomic_files import sha256_of
from bluenoise_assets.engines import engine_of, shaders
from bluenoise_assets.engines.outputs import Output
from bluenoise_assets.engines.template import read
from bluenoise_assets.spec import TextureSpec


def text_content(output: Output, spec: TextureSpec) -> dict[str, Any]:
    """What a file that is not made of texels depends on, as the lock records it."""
    if output.kind == "shader":
        content = shaders.content(output.what, spec, output.binding)
    elif output.kind == "library" and output.what in shaders.LANGUAGES:
        content = {"language": output.what, "source": shaders.common_digest(output.what)}
    else:
        content = {"engine": output.what, "text": sha256_of(text_of(output, spec, None).encode("utf-8"))}
    return content if output.library is None else content | {"library": output.library}


def text_of(output: Output, spec: TextureSpec, old: str | None) -> str:
    """The text of a shader, a snippet, a library, or import settings; `old` are those that are there.

    Raises `ValueError` for old settings that cannot be read, `BuildError` if a shader's source is missing.
    """
    if output.kind == "shader":
        return shaders.render(output.what, spec, output.binding)
    if output.kind == "library" and output.what in shaders.LANGUAGES:
        return shaders.common_text(output.what)
    engine = engine_of(output.what)
    if output.kind == "library":
        assert engine.common is not None
        return read(engine.common)
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
