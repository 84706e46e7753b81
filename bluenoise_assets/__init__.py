"""Blue-noise textures and dither shaders from a YAML manifest.

    import bluenoise_assets as bn

    manifest = bn.load_manifest("manifests/game.yaml")
    bn.build_manifests([manifest])
    texels = bn.generate(bn.TextureSpec("dither", (64, 64)))
    bn.measure(texels)

Importing the package is cheap: numpy and jax are loaded by what needs them.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from bluenoise_assets.errors import BluenoiseError, BuildError, Cancelled, ManifestError, Problem
from bluenoise_assets.manifest import Manifest, find_manifests, json_schema, load_manifest
from bluenoise_assets.plan import Plan, TexturePlan, make_plan
from bluenoise_assets.spec import (
    ALGORITHM,
    PRESETS,
    Binomial,
    Box,
    Gaussian,
    GaussianFilter,
    Optimizer,
    Spectrum,
    Sum,
    Table,
    TableFilter,
    TextureSpec,
    Threshold,
    Triangular,
    Uniform,
    WeightedFilter,
)

if TYPE_CHECKING:
    from bluenoise_assets.build import Summary, build_manifests
    from bluenoise_assets.generation import generate, generate_ranks
    from bluenoise_assets.quality import measure

__version__ = "0.1.0"

_LAZY = {
    "Summary": "bluenoise_assets.build",
    "build_manifests": "bluenoise_assets.build",
    "generate": "bluenoise_assets.generation",
    "generate_ranks": "bluenoise_assets.generation",
    "measure": "bluenoise_assets.quality",
}

__all__ = [
    "ALGORITHM",
    "PRESETS",
    "Binomial",
    "BluenoiseError",
    "Box",
    "BuildError",
    "Cancelled",
    "Gaussian",
    "GaussianFilter",
    "Manifest",
    "ManifestError",
    "Optimizer",
    "Plan",
    "Problem",
    "Spectrum",
    "Sum",
    "Summary",
    "Table",
    "TableFilter",
    "TexturePlan",
    "TextureSpec",
    "Threshold",
    "Triangular",
    "Uniform",
    "WeightedFilter",
    "build_manifests",
    "find_manifests",
    "generate",
    "generate_ranks",
    "json_schema",
    "load_manifest",
    "make_plan",
    "measure",
]


def __getattr__(name: str) -> Any:
    if name in _LAZY:
        return getattr(import_module(_LAZY[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
