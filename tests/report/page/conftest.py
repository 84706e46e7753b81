"""A manifest with textures of every kind, its files, and the report about them."""

import pytest
from support.noise_files import write_noise

from bluenoise_assets import load_manifest
from bluenoise_assets.report.page import collect

EVERY_KIND = """\
schema: 1
output: {default: out, unity: assets/unity}
defaults: {effort: fast}
textures:
  mask: {size: 64, formats: [png, raw, h]}
  two: {size: [12, 8], channels: 2, bits: 16}
  rgb: {size: 16, channels: 3, formats: [exr, npy], bits: 32, encoding: float}
  rgba: {size: 16, channels: 4, formats: [dds, ktx2]}
  dot: {size: 1}
  row: {size: [33, 1]}
  large: {size: [300, 40]}
  triangular: {size: 32, distribution: triangular}
  grain: {size: 32, distribution: {gaussian: 0.1}, objective: {spectrum: {cutoff: 0.4}}, bits: 16, encoding: float, formats: [exr]}
  layers: {size: 16, layers: 3}
  frames: {size: 16, frames: 8, engines: [unity, godot], shaders: [glsl]}
  volume: {size: [8, 8, 8], formats: [ktx2]}
  vec2: {size: 32, sample_space: vec2}
  vec3: {size: 8, sample_space: vec3}
  vec4: {size: 8, sample_space: vec4, encoding: float, bits: 16}
  circle: {size: 8, sample_space: circle, frames: 4}
  sphere: {size: 32, sample_space: sphere, encoding: float, bits: 32, formats: [exr]}
  hemisphere: {size: 8, sample_space: hemisphere, layers: 2}
  cosine: {size: 8, sample_space: cosine_hemisphere}
  "ui/It's \\u00f6ne & \\u9727 @two@": {size: 8, engines: [threejs]}
"""


@pytest.fixture(scope="package")
def every_kind(tmp_path_factory):
    """The manifest; its files are there."""
    path = tmp_path_factory.mktemp("game") / "game.yaml"
    path.write_text(EVERY_KIND, encoding="utf-8")
    write_noise(path)
    return path


@pytest.fixture(scope="package")
def report(every_kind):
    return collect([load_manifest(every_kind)])
