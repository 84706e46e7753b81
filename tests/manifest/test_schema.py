"""The JSON Schema that editors use is the committed one, and says what the decoder says."""

import json

import jsonschema
import numpy as np
import pytest
import yaml
from support.paths import ROOT

from bluenoise_assets import ManifestError, load_manifest
from bluenoise_assets.formats import png
from bluenoise_assets.formats.image import TexelImage
from bluenoise_assets.manifest.schema import json_schema_text

MANIFESTS = ROOT / "manifests"
COMMITTED = MANIFESTS / "bluenoise.schema.json"


def validate(text):
    jsonschema.Draft202012Validator(json.loads(COMMITTED.read_text())).validate(yaml.safe_load(text))


def test_the_committed_schema_is_fresh():
    hint = "run: python -m bluenoise_assets.manifest.schema > manifests/bluenoise.schema.json"
    assert COMMITTED.read_text() == json_schema_text(), hint


def test_it_is_a_schema():
    jsonschema.Draft202012Validator.check_schema(json.loads(COMMITTED.read_text()))


@pytest.mark.parametrize("path", sorted(MANIFESTS.glob("*.yaml")), ids=lambda path: path.name)
def test_sample_manifests_name_the_schema_fit_it_and_load(path):
    text = path.read_text()
    assert text.splitlines()[0] == "# yaml-language-server: $schema=./bluenoise.schema.json"
    validate(text)
    assert load_manifest(path).textures


GOOD = [
    "schema: 1\ntextures: {a: {size: 8}}",
    "schema: 1\ntextures: {a: }\ndefaults: {size: [8, 4]}",
    'schema: 1\ntextures: {"a_{n}": {matrix: {n: [8, 1], exclude: [{n: 1}]}, size: "{n}", seed: "{n}"}}',
    "schema: 1\ntextures: {a: {size: 8, distribution: gaussian}}",
    "schema: 1\ntextures: {a: {size: 8, distribution: {gaussian: 0.2}}}",
    "schema: 1\ntextures: {a: {size: 8, distribution: {table: [0, 1]}}}",
    "schema: 1\ntextures: {a: {size: 8, objective: {spectrum: {cutoff: 0.2}}, optimizer: {method: momentum}}}",
    "schema: 1\ndefaults: {bits: 16}",
    "schema: 1\ninclude: ./shared.yaml",
    "schema: 1\ninclude: [shared.yaml]\ntextures: {a: {size: 8}}",
    "schema: 1\ntextures: {a: {size: 8, frames: 4, filter: taa}}",
    "schema: 1\ntextures: {a: {size: 8, frames: 4, filter: {gaussian: 1.5}}}",
    "schema: 1\ntextures: {a: {size: 8, frames: 4, filter: {space: sharp, time: {ema: 0.1}, combine: product}}}",
    "schema: 1\ntextures: {a: {size: 8, frames: 4, filter: {time: [{box: 8}, {ema: {alpha: 0.1}, weight: 2}], weight: 0}}}",
    "schema: 1\ntextures: {'a_{n}': {matrix: {n: [2]}, size: 8, frames: '{n}', filter: {time: {box: '{n}'}}}}",
    "schema: 1\ntextures: {a: {size: [8, 8, 8], filter: {axes: [{gaussian: 1}, {box: 2}, {ema: 0.1}], weight: 2}}}",
    "schema: 1\ntextures: {a: {size: 8, frames: 4, sample_space: cosine_hemisphere}}",
    "schema: 1\ntextures: {a: {size: 8, sample_space: vec2, importance: map.png}}",
    "schema: 1\ntextures: {a: {size: 9, require: {low_frequency_db: {max: -1}, threshold_error_db: {eye 70: {min: -99}}}}}",
    "schema: 1\ndefaults: {size: 32, require: {tone_low_frequency_db: {1/64: {min: -9, max: 9}}}}\nvariables: {a: 1}",
    "schema: 1\nvariables: {bar: -1}\ntextures: {a: {size: 8, require: {error_db: {max: '{bar}'}}}}",
    "schema: 1\ntextures: {.a: , .b: {bits: 16}, .c: {extends: .b, seed: '{n}'}}",
]
BAD = [
    "schema: 1\ntextures: {a: {size: 8, frames: 1}}",
    "schema: 1\ntextures: {a: {size: 8, require: {low_frequency_db: -40}}}",
    "schema: 1\ntextures: {a: {size: 8, require: {}}}",
    "schema: 1\ntextures: {a: {size: 8, require: {error_db: {}}}}",
    "schema: 1\ntextures: {a: {size: 8, require: {visible_db: {max: 1}}}}",
    "schema: 1\ntextures: {a: {size: 8, require: {threshold_error_db: {}}}}",
    "schema: 1\ntextures: {a: {size: 8, require: {threshold_error_db: {eye 1: {max: 1}}}}}",
    "schema: 1\ntextures: {a: {size: 8, frames: 4, filter: {space: taa}}}",
    "schema: 1\ntextures: {a: {size: 8, frames: 4, filter: {time: {binomial: 3}}}}",
    "schema: 1\ntextures: {a: {size: 8, frames: 4, filter: {time: {ema: 0.1}, combine: sum}}}",
    "schema: 1\ntextures: {a: {size: 8, sample_space: disk}}",
    "schema: 1\ntextures: {a: {size: 8, sample_space: vec2, importance: [map.png]}}",
    "textures: {a: {size: 8}}",
    "schema: 2\ntextures: {a: {size: 8}}",
    "schema: 1\ntextures: {}",
    "schema: 1\ntextures: {a: {sise: 8}}",
    "schema: 1\ntextures: {a: {size: 0}}",
    "schema: 1\ntextures: {a: {size: [8, 8, 8, 8]}}",
    "schema: 1\ntextures: {a: {size: 8, bits: 9}}",
    "schema: 1\ntextures: {a: {size: 8, channels: 5}}",
    "schema: 1\ntextures: {a: {size: 8, distribution: {gaussian: 0.2, table: [0, 1]}}}",
    "schema: 1\ntextures: {a: {size: 8, distribution: table}}",
    "schema: 1\ntextures: {a: {size: 8, objective: {spectrum: {cutoff: 0.9}}}}",
    "schema: 1\ntextures: {a: {size: 8, optimizer: {method: adm}}}",
    "schema: 1\ntextures: {a: {size: 8}}\nshaders: [metal]",
    "schema: 1\ntextures: {a: {size: 8}}\nfilter: 1",
    "schema: 1",
    "schema: 1\noutput: x",
    "schema: 1\ndefaults: {bits: 16}\ntextures: {}",
    "schema: 1\ninclude: []",
    "schema: 1\ninclude: [a.yaml, a.yaml]",
    "schema: 1\ninclude: {a: 1}",
    "schema: 1\ninclude: ''",
    "schema: 1\ntextures: {.a: {matrix: {n: [1]}}}",
    "schema: 1\ntextures: {.a: {sise: 1}}",
]


@pytest.mark.parametrize("text", GOOD)
def test_what_the_decoder_takes_the_schema_takes(text, tmp_path):
    (tmp_path / "a.yaml").write_text(text)
    (tmp_path / "shared.yaml").write_text("schema: 1\ntextures: {.shared: {bits: 16}}")
    (tmp_path / "map.png").write_bytes(png.encode(TexelImage(np.ones((1, 2, 2, 1), np.uint8))))
    load_manifest(tmp_path / "a.yaml")
    validate(text)


@pytest.mark.parametrize("text", BAD)
def test_what_the_schema_refuses(text, tmp_path):
    with pytest.raises(jsonschema.ValidationError):
        validate(text)
    (tmp_path / "a.yaml").write_text(text)
    with pytest.raises(ManifestError):
        load_manifest(tmp_path / "a.yaml")
