"""Blue-noise textures and dither shaders from a YAML manifest.

    import bluenoise_assets as bn

    manifest = bn.load_manifest("manifests/game.yaml")
    bn.build_manifests(manifest)
    texels = bn.generate(bn.TextureSpec(size=64, filter="smooth"))
    bn.measure(texels)

Importing the package costs nothing: each name loads what it needs when it is first used.
"""

TYPE_CHECKING = False  # what type checkers take for typing's, without the milliseconds of importing that
if TYPE_CHECKING:
    from bluenoise_assets.builder import Summary, build_manifests
    from bluenoise_assets.builder.generation import generate, generate_ranks
    from bluenoise_assets.builder.plan import Plan, TexturePlan, make_plan
    from bluenoise_assets.errors import BluenoiseError, BuildError, Cancelled, ManifestError, Problem
    from bluenoise_assets.manifest import Manifest, find_manifests, load_manifest
    from bluenoise_assets.manifest.schema import json_schema
    from bluenoise_assets.quality.measure import measure
    from bluenoise_assets.spec import (
        ALGORITHM,
        PRESETS,
        AxesFilter,
        BinomialFilter,
        BoxFilter,
        EmaFilter,
        EyeFilter,
        GaussianDistribution,
        GaussianFilter,
        Importance,
        Optimizer,
        SpaceTimeFilter,
        Spectrum,
        Sum,
        TableDistribution,
        TableFilter,
        TextureSpec,
        Threshold,
        TriangularDistribution,
        UniformDistribution,
        WeightedFilter,
        WeightedTimeFilter,
    )

__version__ = "0.1.0"

__all__ = [
    "ALGORITHM",
    "PRESETS",
    "AxesFilter",
    "BinomialFilter",
    "BluenoiseError",
    "BoxFilter",
    "BuildError",
    "Cancelled",
    "EmaFilter",
    "EyeFilter",
    "GaussianDistribution",
    "GaussianFilter",
    "Importance",
    "Manifest",
    "ManifestError",
    "Optimizer",
    "Plan",
    "Problem",
    "SpaceTimeFilter",
    "Spectrum",
    "Sum",
    "Summary",
    "TableDistribution",
    "TableFilter",
    "TexturePlan",
    "TextureSpec",
    "Threshold",
    "TriangularDistribution",
    "UniformDistribution",
    "WeightedFilter",
    "WeightedTimeFilter",
    "build_manifests",
    "find_manifests",
    "generate",
    "generate_ranks",
    "json_schema",
    "load_manifest",
    "make_plan",
    "measure",
]

_HOMES = {
    "builder": ("Summary", "build_manifests"),
    "builder.generation": ("generate", "generate_ranks"),
    "builder.plan": ("Plan", "TexturePlan", "make_plan"),
    "errors": ("BluenoiseError", "BuildError", "Cancelled", "ManifestError", "Problem"),
    "manifest": ("Manifest", "find_manifests", "load_manifest"),
    "manifest.schema": ("json_schema",),
    "quality.measure": ("measure",),
}
"""Where the names of `__all__` come from; `spec` has all others."""


if not TYPE_CHECKING:  # type checkers shall report names that do not exist

    def __getattr__(name: str) -> object:
        if name not in __all__:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        from importlib import import_module

        home = next((module for module, names in _HOMES.items() if name in names), "spec")
        value = getattr(import_module(f"{__name__}.{home}"), name)
        globals()[name] = value
        return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
