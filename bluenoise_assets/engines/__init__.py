"""What game engines want, one module an engine: file format, import settings, shader language, snippet."""

from functools import cache
from importlib import import_module

from bluenoise_assets.engines.engine import Asset, Engine, Holding, Sidecar


@cache
def engine_of(name: str) -> Engine:
    """An engine by its name in manifests (`spec.EngineName`); imported when it is first asked for."""
    engine = import_module(f"{__name__}.{name}").ENGINE
    assert isinstance(engine, Engine)
    return engine


__all__ = ["Asset", "Engine", "Holding", "Sidecar", "engine_of"]
