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
    AxesFilter,
    BinomialFilter,
    BoxFilter,
    EmaFilter,
    EyeFilter,
    Filter,
    GaussianFilter,
    TableFilter,
    WeightedFilter,
)
from bluenoise_assets.spec.importance import Importance
from bluenoise_assets.spec.objective import (
    DEFAULT_OBJECTIVE,
    LEARNING_RATES,
    LUMINANCE,
    Optimizer,
    Spectrum,
    Sum,
    Threshold,
)
from bluenoise_assets.spec.sample_space import COMPONENTS, DIRECTIONS, SampleSpace
from bluenoise_assets.spec.space_time import (
    AnySpaceTime,
    AnyTimeFilter,
    SpaceTimeFilter,
    TimeFilter,
    WeightedTimeFilter,
    space_of,
)
from bluenoise_assets.spec.texture import (
    SHADERS,
    EngineName,
    Language,
    TextureSpec,
    key_problems,
    misplaced_keys,
)

__all__ = [
    "ALGORITHM",
    "COMPONENTS",
    "DEFAULT_OBJECTIVE",
    "DIRECTIONS",
    "LEARNING_RATES",
    "LUMINANCE",
    "PRESETS",
    "SHADERS",
    "AnyFilter",
    "AnySpaceTime",
    "AnyTimeFilter",
    "AxesFilter",
    "BinomialFilter",
    "BoxFilter",
    "Choice",
    "Distribution",
    "EmaFilter",
    "EngineName",
    "EyeFilter",
    "Filter",
    "GaussianDistribution",
    "GaussianFilter",
    "Importance",
    "Key",
    "Language",
    "Optimizer",
    "SampleSpace",
    "SpaceTimeFilter",
    "Spectrum",
    "Sum",
    "TableDistribution",
    "TableFilter",
    "TextureSpec",
    "Threshold",
    "TimeFilter",
    "TriangularDistribution",
    "UniformDistribution",
    "WeightedFilter",
    "WeightedTimeFilter",
    "canonical_form",
    "digest",
    "key_of",
    "key_problems",
    "misplaced_keys",
    "space_of",
]
