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
    EngineName,
    TextureSpec,
    key_problems,
    misplaced_keys,
)

__all__ = [
    "ALGORITHM",
    "DEFAULT_OBJECTIVE",
    "LEARNING_RATES",
    "PRESETS",
    "AnyFilter",
    "BinomialFilter",
    "BoxFilter",
    "Choice",
    "Distribution",
    "EngineName",
    "Filter",
    "GaussianDistribution",
    "GaussianFilter",
    "Key",
    "Optimizer",
    "Spectrum",
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
    "key_of",
    "key_problems",
    "misplaced_keys",
]
