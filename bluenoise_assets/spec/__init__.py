"""What a texture is: frozen dataclasses, the one reading of their annotations, canonical form, names, keys.

Imports `errors` and `formats`.
"""

from bluenoise_assets.spec.annotations import Choice, Key
from bluenoise_assets.spec.canonical import ALGORITHM, canonical_form, digest, key_of
from bluenoise_assets.spec.distribution import (
    Distribution,
    GaussianDistribution,
    TableDistribution,
    TriangularDistribution,
    UniformDistribution,
)
from bluenoise_assets.spec.filter import (
    PRESETS,
    AnyFilter,
    BinomialFilter,
    BoxFilter,
    Filter,
    GaussianFilter,
    TableFilter,
    WeightedFilter,
)
from bluenoise_assets.spec.objective import DEFAULT_OBJECTIVE, LEARNING_RATES, Optimizer, Spectrum, Sum, Threshold
from bluenoise_assets.spec.texture import (
    FORMAT_CHANNELS,
    FORMAT_ENCODINGS,
    MAX_LAYERS,
    MAX_SIDE,
    MAX_SOURCE_VALUES,
    MAX_VOLUME_SIDE,
    STORAGES,
    EngineName,
    Format,
    Kind,
    Storage,
    TextureSpec,
    formats_problem,
    key_problems,
    misplaced_keys,
)

__all__ = [
    "ALGORITHM",
    "DEFAULT_OBJECTIVE",
    "FORMAT_CHANNELS",
    "FORMAT_ENCODINGS",
    "LEARNING_RATES",
    "MAX_LAYERS",
    "MAX_SIDE",
    "MAX_SOURCE_VALUES",
    "MAX_VOLUME_SIDE",
    "PRESETS",
    "STORAGES",
    "AnyFilter",
    "BinomialFilter",
    "BoxFilter",
    "Choice",
    "Distribution",
    "EngineName",
    "Filter",
    "Format",
    "GaussianDistribution",
    "GaussianFilter",
    "Key",
    "Kind",
    "Optimizer",
    "Spectrum",
    "Storage",
    "Sum",
    "TableDistribution",
    "TableFilter",
    "TextureSpec",
    "Threshold",
    "TriangularDistribution",
    "UniformDistribution",
    "WeightedFilter",
    "canonical_form",
    "digest",
    "formats_problem",
    "key_of",
    "key_problems",
    "misplaced_keys",
]
