"""What game engines want. May import formats, spec and errors.

A folder an engine, called as in manifests: how its file holds a texture, import settings, the snippet's template.
`outputs` says which files a texture gives, `shaders` renders them in each language, `template` fills in templates.
"""

from functools import cache
from importlib import import_module

from bluenoise_assets.engines.engine import Asset, Engine, Sidecar


@cache
def engine_of(name: str) -> Engine:
    """An engine by its name in manifests (`spec.EngineName`); its folder is imported when it is first asked for."""
    engine = import_module(f"{__name__}.{name}").ENGINE
    assert isinstance(engine, Engine)
    return engine


__all__ = ["Asset", "Engine", "Sidecar", "engine_of"]
