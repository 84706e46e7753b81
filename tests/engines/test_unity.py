"""`.meta` files parsed as YAML, by PyYAML; the editor package compiled by mcs and run by mono."""

import hashlib
import json
import os
import re
import shlex
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support import shader_reference as reference
from support.gpu import FULL_SCREEN, Llvmpipe, closing, hlsl_to_spirv, spirv_to, write_common
from support.paths import ROOT
from support.tools import require

from bluenoise_assets.builder.lock import LOCK_NAME, Entry, lock_text
from bluenoise_assets.engines import Asset, shaders
from bluenoise_assets.engines.shaders import Binding
from bluenoise_assets.engines.unity import ENGINE
from bluenoise_assets.formats.layout import StorageLayout
from bluenoise_assets.spec import GaussianDistribution, TextureSpec, TriangularDistribution
from bluenoise_assets.spec.names import identifier

META = ENGINE.sidecar


def asset_of(name="ui/dither", size=(64, 64), **keys):
    spec = TextureSpec(name, size, engines=("unity",), **keys)
    storage_layout = ENGINE.storage_layout(spec)
    return Asset(spec, storage_layout, f"unity/{name}.{storage_layout.format}")


PLAIN = asset_of()
ARRAY = asset_of("taa", (32, 48), layers=8, channels=2, bits=16)
VOLUME = asset_of("fog", (32, 16, 12), encoding="float", bits=16, channels=4)
LOOP = asset_of("loop", (32, 48), frames=8)
DOME = asset_of("dome", (16, 16), frames=4, sample_space="cosine_hemisphere", bits=16)
DISCS = asset_of("discs", (16, 16), sample_space="circle", encoding="float", bits=16)
ALL = [PLAIN, ARRAY, VOLUME, asset_of("rgb", (100, 37), channels=3), LOOP, DOME, DISCS]


class Loader(yaml.SafeLoader):
    """Reads everything as text, as `guid: 1234...` and `5e10...` would be numbers else."""


Loader.yaml_implicit_resolvers = {}


def read(text):
    return yaml.load(text, Loader)


def platform(meta, name="DefaultTexturePlatform"):
    (found,) = [item for item in meta["TextureImporter"]["platformSettings"] if item["buildTarget"] == name]
    return found


# What shared/engines.md lists, "Sidecar keys", Unity.
LISTED = {
    "mipmaps": {"enableMipMap": "0", "sRGBTexture": "0"},
    "textureSettings": {"filterMode": "0", "wrapU": "0", "wrapV": "0", "wrapW": "0"},
    "alphaIsTransparency": "0",
    "nPOTScale": "0",
}


def holds(part, whole):
    return all(
        holds(value, whole[key]) if isinstance(value, dict) else whole[key] == value for key, value in part.items()
    )


# ---- what is held ----


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        ({}, StorageLayout("png", "uint8", 1, "2d")),
        ({"channels": 2, "bits": 16, "layers": 4}, StorageLayout("png", "uint16", 2, "2d")),
        ({"channels": 3, "encoding": "float", "bits": 16}, StorageLayout("exr", "float16", 3, "2d")),
        ({"channels": 4, "encoding": "float", "bits": 32, "size": (8, 8, 8)}, StorageLayout("exr", "float32", 4, "2d")),
    ],
)
def test_holding(keys, expected):
    assert ENGINE.storage_layout(TextureSpec("x", **{"size": (8, 8)} | keys)) == expected


def test_layout():
    assert [ENGINE.layout(asset.spec) for asset in ALL[:6]] == ["strip", "array", "volume", "strip", "array", "array"]


# ---- a new .meta ----


@pytest.mark.parametrize("asset", ALL, ids=lambda asset: asset.spec.name)
def test_a_new_meta_has_what_is_listed(asset):
    text = META.patch(asset, None)
    meta = read(text)
    importer = meta["TextureImporter"]
    assert list(meta) == ["fileFormatVersion", "guid", "TextureImporter"]
    assert meta["fileFormatVersion"] == "2"
    assert re.fullmatch("[0-9a-f]{32}", meta["guid"])
    assert holds(LISTED, importer)
    default = platform(meta)
    assert (default["textureCompression"], default["overridden"]) == ("0", "1")
    strip = asset.spec.size[1] * asset.spec.slices
    assert int(default["maxTextureSize"]) >= max(strip, asset.spec.size[0])
    assert int(default["maxTextureSize"]).bit_count() == 1
    assert META.differences(asset, text) == []
    assert META.patch(asset, text) == text
    assert text.endswith("\n")
    assert "\r" not in text


def test_shapes():
    def shape(asset):
        importer = read(META.patch(asset, None))["TextureImporter"]
        return [importer[key] for key in ("textureShape", "flipbookRows", "flipbookColumns")]

    assert shape(PLAIN) == ["1", "1", "1"]
    assert shape(ARRAY) == ["4", "8", "1"]
    assert shape(VOLUME) == ["8", "12", "1"]


def test_one_channel_comes_out_as_red():
    importer = read(META.patch(PLAIN, None))["TextureImporter"]
    assert (importer["textureType"], importer["singleChannelComponent"]) == ("10", "1")
    importer = read(META.patch(ARRAY, None))["TextureImporter"]
    assert importer["textureType"] == "0"


def test_the_number_of_rows_may_be_the_largest():
    asset = asset_of(size=(8, 16384))
    assert platform(read(META.patch(asset, None)))["maxTextureSize"] == "16384"
    asset = asset_of(size=(1, 1))
    assert platform(read(META.patch(asset, None)))["maxTextureSize"] == "32"


# UnityEditor.TextureImporterFormat, by its names in Unity's documentation.
FORMATS = {
    ("unorm", 8): {1: 63, 2: 62, 3: 4, 4: 4},  # R8, RG16, RGBA32
    ("unorm", 16): {1: 9, 2: 72, 3: 74, 4: 74},  # R16, RG32, RGBA64
    ("float", 16): {1: 15, 2: 16, 3: 17, 4: 17},  # RHalf, RGHalf, RGBAHalf
    ("float", 32): {1: 18, 2: 19, 3: 20, 4: 20},  # RFloat, RGFloat, RGBAFloat
}


@pytest.mark.parametrize(("encoding", "bits"), FORMATS)
def test_formats(encoding, bits):
    for channels, number in FORMATS[encoding, bits].items():
        meta = read(META.patch(asset_of(encoding=encoding, bits=bits, channels=channels), None))
        assert platform(meta)["textureFormat"] == str(number)


def test_guids_are_stable_and_differ_by_file():
    guids = [read(META.patch(asset, None))["guid"] for asset in ALL]
    assert len(set(guids)) == len(guids)
    assert guids[0] == "e46bd430f952290d2374f250ac4323b2"  # references in scenes hold it: it must never change
    other = Asset(TextureSpec("ui/dither", (32, 32), seed=7), PLAIN.storage_layout, PLAIN.file)
    assert read(META.patch(other, None))["guid"] == guids[0]


# ---- a .meta that Unity or a user wrote ----

# As Unity 6 writes one for a new texture; settings of a user: a label, Read/Write, an override for Android.
USERS = """\
fileFormatVersion: 2
guid: 0123456789abcdef0123456789abcdef
labels:
- noise
TextureImporter:
  internalIDToNameTable: []
  externalObjects: {}
  serializedVersion: 13
  mipmaps:
    mipMapMode: 0
    enableMipMap: 1
    sRGBTexture: 1
    linearTexture: 0
    fadeOut: 0
    borderMipMap: 0
    mipMapsPreserveCoverage: 0
    alphaTestReferenceValue: 0.5
    mipMapFadeDistanceStart: 1
    mipMapFadeDistanceEnd: 3
  bumpmap:
    convertToNormalMap: 0
    externalNormalMap: 0
    heightScale: 0.25
    normalMapFilter: 0
    flipGreenChannel: 0
  isReadable: 1
  streamingMipmaps: 0
  streamingMipmapsPriority: 0
  vTOnly: 0
  ignoreMipmapLimit: 0
  grayScaleToAlpha: 0
  generateCubemap: 6
  cubemapConvolution: 0
  seamlessCubemap: 0
  textureFormat: 1
  maxTextureSize: 2048
  textureSettings:
    serializedVersion: 2
    filterMode: 1
    aniso: 1
    mipBias: 0
    wrapU: 0
    wrapV: 0
    wrapW: 1
  nPOTScale: 1
  lightmap: 0
  compressionQuality: 50
  spriteMode: 0
  spriteExtrude: 1
  spriteMeshType: 1
  alignment: 0
  spritePivot: {x: 0.5, y: 0.5}
  spritePixelsToUnits: 100
  spriteBorder: {x: 0, y: 0, z: 0, w: 0}
  spriteGenerateFallbackPhysicsShape: 1
  alphaUsage: 1
  alphaIsTransparency: 0
  spriteTessellationDetail: -1
  textureType: 0
  textureShape: 1
  singleChannelComponent: 0
  flipbookRows: 1
  flipbookColumns: 1
  maxTextureSizeSet: 0
  compressionQualitySet: 0
  textureFormatSet: 0
  ignorePngGamma: 0
  applyGammaDecoding: 0
  swizzle: 50462976
  cookieLightType: 0
  platformSettings:
  - serializedVersion: 4
    buildTarget: DefaultTexturePlatform
    maxTextureSize: 2048
    resizeAlgorithm: 0
    textureFormat: -1
    textureCompression: 1
    compressionQuality: 50
    crunchedCompression: 0
    allowsAlphaSplitting: 0
    overridden: 0
    ignorePlatformSupport: 0
    androidETC2FallbackOverride: 0
    forceMaximumCompressionQuality_BC6H_BC7: 0
  - serializedVersion: 4
    buildTarget: Standalone
    maxTextureSize: 16
    resizeAlgorithm: 0
    textureFormat: -1
    textureCompression: 1
    compressionQuality: 50
    crunchedCompression: 0
    allowsAlphaSplitting: 0
    overridden: 0
  - serializedVersion: 4
    buildTarget: Android
    maxTextureSize: 32
    resizeAlgorithm: 0
    textureFormat: 50
    textureCompression: 1
    compressionQuality: 50
    crunchedCompression: 1
    allowsAlphaSplitting: 0
    overridden: 1
  spriteSheet:
    serializedVersion: 2
    sprites: []
    nameFileIdTable: {}
  mipmapLimitGroupName: 
  pSDRemoveMatte: 0
  userData: "ours: mine #1
    textureType: 7"
  assetBundleName: noise
  assetBundleVariant: 
"""  # noqa: W291 - Unity writes a space after the colon of an empty value

USERS_DIFFERENCES = [
    "enableMipMap: 1, not 0",
    "sRGBTexture: 1, not 0",
    "filterMode: 1, not 0",
    "wrapW: 1, not 0",
    "nPOTScale: 1, not 0",
    "textureType: 0, not 10",
    "singleChannelComponent: 0, not 1",
    "DefaultTexturePlatform textureFormat: -1, not 63",
    "DefaultTexturePlatform textureCompression: 1, not 0",
    "DefaultTexturePlatform overridden: 0, not 1",
    "Android maxTextureSize: 32, not 64",
    "Android textureFormat: 50, not 63",
    "Android textureCompression: 1, not 0",
    "Android crunchedCompression: 1, not 0",
]


def test_differences_name_each_wrong_setting():
    assert META.differences(PLAIN, USERS) == USERS_DIFFERENCES


def test_what_is_not_ours_is_kept_to_the_byte():
    mended = META.patch(PLAIN, USERS)
    changed = [
        (old.strip(), new.strip())
        for old, new in zip(USERS.splitlines(), mended.splitlines(), strict=True)
        if old != new
    ]
    assert [f"{old}, not {new.partition(': ')[2]}" for old, new in changed] == [
        text.removeprefix("DefaultTexturePlatform ").removeprefix("Android ") for text in USERS_DIFFERENCES
    ]
    assert META.differences(PLAIN, mended) == []
    meta = read(mended)
    assert meta["guid"] == "0123456789abcdef0123456789abcdef"
    assert meta["labels"] == ["noise"]
    assert meta["TextureImporter"]["isReadable"] == "1"
    assert platform(meta, "Standalone") == platform(read(USERS), "Standalone")  # it overrides nothing


def test_an_override_may_choose_another_uncompressed_format():
    text = META.patch(PLAIN, USERS)
    for number, is_kept in ((4, True), (15, True), (12, False), (-1, False)):
        chosen = text.replace(
            "buildTarget: Android\n    maxTextureSize: 64\n    resizeAlgorithm: 0\n    textureFormat: 63",
            f"buildTarget: Android\n    maxTextureSize: 4096\n    resizeAlgorithm: 0\n    textureFormat: {number}",
        )
        assert chosen != text
        assert META.differences(PLAIN, chosen) == ([] if is_kept else [f"Android textureFormat: {number}, not 63"])
    of_two = META.patch(ARRAY, USERS)
    chosen = re.sub("(Android.*?textureFormat): 72", r"\1: 15", of_two, flags=re.DOTALL)
    assert META.differences(ARRAY, chosen) == ["Android textureFormat: 15, not 72"]


def test_a_swizzle_is_undone_but_not_added():
    assert META.differences(PLAIN, META.patch(PLAIN, None).replace("  swizzle: 50462976\n", "")) == []
    swizzled = META.patch(PLAIN, None).replace("swizzle: 50462976", "swizzle: 50462979")
    assert META.differences(PLAIN, swizzled) == ["swizzle: 50462979, not 50462976"]


@pytest.mark.parametrize("asset", ALL, ids=lambda asset: asset.spec.name)
def test_windows_line_ends_stay(asset):
    mended = META.patch(asset, USERS.replace("\n", "\r\n"))
    assert mended == META.patch(asset, USERS).replace("\n", "\r\n")


def in_one_line(text):
    return text.replace(' "ours: mine #1\n    textureType: 7"', " mine")


def reformatted(text):
    """As a formatter might: four columns, dashes set in, comments, quotes, blank lines."""
    lines = ["# formatted", "---", ""]
    in_list = False
    for line in in_one_line(text).splitlines():
        indent = len(line) - len(line.lstrip())
        in_list = in_list and (indent > 2 or line.startswith("  - "))
        column = {2: 8, 4: 10}[indent] if in_list else 2 * indent
        is_wrap = line.strip().startswith("wrapW")
        lines.append(" " * column + ('"wrapW": "1"   # clamp: with a comment' if is_wrap else line.strip()))
        in_list = in_list or line == "  platformSettings:"
        if line.startswith("  nPOTScale"):
            lines += ["", "  # sprites"]
    return "\n".join(lines) + "\n\n"


def test_a_reformatted_file():
    text = reformatted(USERS)
    assert read(text)["TextureImporter"]["textureSettings"]["wrapW"] == "1"
    assert META.differences(PLAIN, text) == USERS_DIFFERENCES
    mended = META.patch(PLAIN, text)
    assert '"wrapW": 0   # clamp: with a comment' in mended
    assert "nPOTScale: 0\n\n  # sprites\n" in mended
    assert holds(LISTED, read(mended)["TextureImporter"])
    assert META.differences(PLAIN, mended) == []


def without(text, *keys):
    """The text without these settings and what belongs to them."""
    lines, skip = [], -1
    for line in text.splitlines(keepends=True):
        indent = len(line) - len(line.lstrip())
        if skip >= 0 and (indent > skip or (indent == skip and line.lstrip().startswith("- "))):
            continue
        skip = indent if line.strip().partition(":")[0] in keys else -1
        if skip < 0:
            lines.append(line)
    return "".join(lines)


OURS = [
    "mipmaps", "enableMipMap", "sRGBTexture", "textureSettings", "filterMode", "wrapU", "wrapV", "wrapW", "nPOTScale",
    "alphaUsage", "alphaIsTransparency", "textureType", "textureShape", "singleChannelComponent", "flipbookRows",
    "flipbookColumns", "platformSettings", "textureFormat", "textureCompression", "crunchedCompression",
]  # fmt: skip


@pytest.mark.parametrize("key", OURS)
def test_a_missing_setting_is_put_where_unity_has_it(key):
    fresh = META.patch(ARRAY, None)
    text = without(fresh, key)
    assert text != fresh
    differences = META.differences(ARRAY, text)
    assert differences
    assert all(text.endswith(f"{key} is missing") for text in differences)
    mended = META.patch(ARRAY, text)
    if key not in {"mipmaps", "textureSettings", "textureFormat"}:  # of these only our own settings come back
        assert mended == fresh
    assert META.differences(ARRAY, mended) == []
    assert holds(LISTED, read(mended)["TextureImporter"])


@pytest.mark.parametrize("empty", [" []", ""])
def test_no_platforms_at_all(empty):
    fresh = META.patch(ARRAY, None)
    text = without(fresh, "platformSettings").replace("  spriteSheet:", f"  platformSettings:{empty}\n  spriteSheet:")
    assert META.differences(ARRAY, text) == ["platformSettings is missing"]
    assert META.patch(ARRAY, text) == fresh


def test_the_default_platform_alone_is_missing():
    text = USERS.replace("DefaultTexturePlatform", "WebGL")
    assert "DefaultTexturePlatform is missing" in META.differences(ARRAY, text)
    mended = read(META.patch(ARRAY, text))
    assert platform(mended)["textureFormat"] == "72"
    assert platform(mended, "WebGL") == platform(read(text), "WebGL")
    mended = read(META.patch(ARRAY, reformatted(text)))
    assert platform(mended)["textureFormat"] == "72"


def test_the_smallest_file():
    text = "guid: 0123456789abcdef0123456789abcdef\nTextureImporter:\n  userData: x"
    mended = META.patch(VOLUME, text)
    assert META.differences(VOLUME, mended) == []
    meta = read(mended)
    assert meta["TextureImporter"]["userData"] == "x"
    assert holds(LISTED, meta["TextureImporter"])
    assert platform(meta)["textureFormat"] == "17"
    windows = META.patch(VOLUME, text.replace("\n", "\r\n"))
    assert read(windows) == meta
    assert windows.count("\n") == windows.count("\r\n")


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "cut off"),
        ("fileFormatVersion: 2\n", "no guid"),
        ("guid: 12\nTextureImporter:\n  a: 1\n", "no guid"),
        (USERS.replace("TextureImporter", "DefaultImporter"), "it is for DefaultImporter, not TextureImporter"),
        (USERS.replace("TextureImporter", "IHVImageFormatImporter"), "it is for IHVImageFormatImporter"),
        (USERS[:60], "no TextureImporter"),
        (USERS.partition("  internalID")[0], "TextureImporter has no settings"),
        (USERS.replace("  isReadable: 1", "<<<<<<< HEAD\n  isReadable: 1\n=======\n  isReadable: 0\n>>>>>>> x"),
         "line 26 is a merge conflict's marker"),
        (USERS.replace("  isReadable: 1", "  isReadable"), "line 26 is no setting"),
        (USERS.replace("  isReadable: 1", "\tisReadable: 1"), "line 26 is no setting"),
        (USERS.replace("  isReadable: 1", "  isReadable: 1\n  isReadable: 0"), "line 27: isReadable is there twice"),
        (re.sub("(?s)  mipmaps:.*  bumpmap", "  mipmaps: {enableMipMap: 0}\n  bumpmap", USERS), "mipmaps is written in one"),
        ("\x89PNG\r\n\x1a\n", "line 1 is no setting|cut off"),
    ],
)  # fmt: skip
def test_what_is_no_meta_of_a_texture(text, why):
    for function in (META.patch, META.differences):
        with pytest.raises(ValueError, match=why) as caught:
            function(PLAIN, text)
        assert len(str(caught.value)) < 80


@pytest.mark.parametrize("text", [USERS, META.patch(ARRAY, None)])
def test_a_file_that_was_cut_off_anywhere_is_refused_or_mended(text):
    mended_count = 0
    for end in range(0, len(text), 5):
        try:
            mended = META.patch(ARRAY, text[:end])
        except ValueError:
            continue
        mended_count += 1
        meta = read(mended)
        assert holds(LISTED, meta["TextureImporter"])
        assert META.differences(ARRAY, mended) == []
    assert 0 < mended_count < len(text) / 10


def test_a_long_file_takes_time_by_its_length():
    def seconds(count):
        added = "".join(f"  key{i}: 1\n" for i in range(count))
        text = USERS.replace("  mipmaps:\n", f"{added}  mipmaps:\n").replace("  nPOTScale: 1\n", "")
        began = time.process_time()
        mended = META.patch(PLAIN, text)
        assert mended.count("\n") == text.count("\n") + 1
        return time.process_time() - began

    # 16 times as long; with a search through all keys for each key it was 200 times the time
    assert seconds(16000) < 130 * min(seconds(1000) for _ in range(3))


# ---- any changes ----

numbers = st.integers(-2, 100).map(str)
edits = st.one_of(
    st.tuples(st.just("set"), st.sampled_from([*OURS, "overridden", "swizzle", "aniso", "isReadable"]), numbers),
    st.tuples(st.just("drop"), st.sampled_from([*OURS, "isReadable", "swizzle"]), st.just("")),
    st.tuples(st.just("add"), st.sampled_from(["newSetting", "x y", "'a: b'"]), numbers),
)


def edited(text, changes):
    for what, key, value in changes:
        if what == "set":
            text = re.sub(rf"(?m)^(\s*(?:- )?{key}): [-\d]+", rf"\1: {value}", text)
        elif what == "drop":
            text = without(text, key)
        elif f" {key}:" not in text:
            text = re.sub("TextureImporter:\n( +)", rf"TextureImporter:\n\1{key}: {value}\n\1", text)
    return text


def foreign(meta):
    """Everything that is not ours, as paths and values."""
    found = {}

    def walk(value, path):
        if isinstance(value, dict):
            for key, inner in value.items():
                walk(inner, (*path, key))
        elif isinstance(value, list):
            for inner in value:
                walk(inner, (*path, inner.get("buildTarget") if isinstance(inner, dict) else inner))
        elif not {*path} & {*OURS, "maxTextureSize", "overridden", "swizzle"} - {"platformSettings", "mipmaps"}:
            found[path] = value

    walk(meta, ())
    return found


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    text=st.sampled_from([in_one_line(USERS), META.patch(ARRAY, None), reformatted(USERS)]),
    changes=st.lists(edits, max_size=8),
    asset=st.sampled_from(ALL),
    windows=st.booleans(),
)
def test_any_changes(text, changes, asset, windows):
    text = edited(text, changes)
    text = text.replace("\n", "\r\n") if windows else text
    differences = META.differences(asset, text)
    mended = META.patch(asset, text)
    assert (differences == []) == (mended == text)
    assert META.patch(asset, mended) == mended
    assert META.differences(asset, mended) == []
    before, after = read(text), read(mended)
    assert foreign(before).items() <= foreign(after).items()
    importer = after["TextureImporter"]
    assert holds(LISTED, importer)
    assert platform(after)["textureFormat"] == platform(read(META.patch(asset, None)))["textureFormat"]
    fresh = read(META.patch(asset, None))["TextureImporter"]
    for key in ("textureType", "textureShape", "flipbookRows", "flipbookColumns", "singleChannelComponent"):
        assert importer[key] == fresh[key]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_any_damage_is_refused_or_mended(data):
    lines = data.draw(st.sampled_from([USERS, reformatted(USERS)])).splitlines(keepends=True)
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(lines) - 1))
        junk = st.sampled_from(["", " ", "-", "- a: 1\n", "\t\n", "x\n", ": 1\n", "'\n", "\r", "   wrapU: 1\n"])
        lines[at] = data.draw(st.one_of(junk, st.text(max_size=9), st.sampled_from(lines)))
    text = "".join(lines)
    try:
        mended = META.patch(ARRAY, text)
    except ValueError as error:
        assert "\n" not in str(error)
        with pytest.raises(ValueError, match=r"."):
            META.differences(ARRAY, text)
        return
    assert META.patch(ARRAY, mended) == mended
    assert META.differences(ARRAY, mended) == []
    assert (META.differences(ARRAY, text) == []) == (mended == text)


# ---- the snippet ----


def code_of(asset, language):
    (code,) = re.findall(rf"^```{language}\n(.*?)^```$", ENGINE.snippet(asset), re.DOTALL | re.MULTILINE)
    return code


GRAIN = asset_of("film grain", (16, 16), distribution=GaussianDistribution(0.2))


def folder_of(asset, output):
    """The folder of the texture's file, with the shader files that a build writes."""
    storage = asset.storage_layout.storage
    binding = Binding(ENGINE.layout(asset.spec), storage if storage.startswith("uint") else "float")
    folder = (output / asset.file).parent
    folder.mkdir(parents=True, exist_ok=True)
    write_common("hlsl", output / "unity")
    text = shaders.render("hlsl", asset.spec, binding)
    (folder / f"{asset.stem}.hlsl").write_text(text, encoding="ascii", newline="\n")
    return folder


@pytest.mark.parametrize("asset", [*ALL, GRAIN], ids=lambda asset: asset.spec.name)
def test_the_snippets_shader_compiles(asset, tmp_path):
    code = code_of(asset, "hlsl")
    assert code.startswith(f'#include "{asset.stem}.hlsl"')
    hlsl_to_spirv(code, folder_of(asset, tmp_path), entry="frag")


@pytest.mark.parametrize("asset", [ARRAY, VOLUME, LOOP, DOME], ids=lambda asset: asset.spec.name)
def test_slices_follow_a_counter_that_the_script_sets(asset):
    """A clock shows some twice and leaves others out: what is blended over time needs each once."""
    counter = f"_{asset.spec.name}_frame"
    assert f'Shader.SetGlobalInteger("{counter}", Time.frameCount)' in code_of(asset, "csharp")
    hlsl = code_of(asset, "hlsl")
    assert f"int {counter};" in hlsl
    assert "_Time" not in hlsl
    assert f", pixel, {counter})" in hlsl


# ---- the pass ----

URP = """
struct Varyings { float4 positionCS : SV_POSITION; float2 texcoord : TEXCOORD0; };
Texture2D<float4> colors;
float4 FragNearest(Varyings input) : SV_Target { return colors.Load(int3(int2(input.positionCS.xy), 0)); }
float3 SRGBToLinear(float3 c) { return c <= 0.04045 ? c / 12.92 : pow(abs(c + 0.055) / 1.055, 2.4); }
float3 LinearToSRGB(float3 c) { return c <= 0.0031308 ? c * 12.92 : pow(abs(c), 1.0 / 2.4) * 1.055 - 0.055; }
"""
"""What the pass uses of Core.hlsl, Blit.hlsl and Color.hlsl, with their names (URP 14 to 17)."""

TRIANGLE = asset_of("ui/triangle", (9, 7), channels=3, distribution=TriangularDistribution())


@pytest.fixture(scope="module")
def llvmpipe():
    yield from closing(Llvmpipe)


@pytest.mark.parametrize("gamma", [False, True], ids=["linear", "gamma"])
@pytest.mark.parametrize("asset", [PLAIN, LOOP, VOLUME, TRIANGLE], ids=lambda asset: asset.spec.name)
def test_the_pass_leaves_levels_of_an_8_bit_screen(asset, gamma, llvmpipe, tmp_path):
    code = code_of(asset, "shaderlab")
    program = code[code.index("HLSLPROGRAM") : code.index("ENDHLSL")].partition("\n")[2]
    packages = re.findall(r'#include "Packages/(.*)"', program)
    assert [Path(file).name for file in packages] == ["Core.hlsl", "Blit.hlsl"]
    assert "#pragma vertex Vert\n" in program  # Blit.hlsl's
    (entry,) = re.findall(r"#pragma fragment (\w+)", program)
    body = re.sub(r'(?m)^ *#(?:pragma |include "Packages/).*\n', "", program)
    head = "#define UNITY_COLORSPACE_GAMMA\n" if gamma else ""
    binary = hlsl_to_spirv(f"{head}{URP}{body}", folder_of(asset, tmp_path), entry=entry)
    texels = texels_of(asset.spec)
    colors = np.random.default_rng(1).random((1, 64, 80, 4)).astype(np.float32)
    noise = llvmpipe.texture(texels, ENGINE.layout(asset.spec))
    values = {f"_{identifier(asset.spec.name)}_texture": noise, "colors": llvmpipe.texture(colors, "strip"),
              "_Global": np.int32([7, 0, 0, 0]).tobytes()}  # fmt: skip
    drawn = llvmpipe.triangle(FULL_SCREEN, spirv_to(binary, "--version", "330"), (80, 64), values)[..., :3]
    stored = colors[0, ..., :3]
    if not gamma:
        drawn, stored = as_stored(drawn), as_stored(stored)
    levels = np.rint(drawn * 255)
    np.testing.assert_allclose(drawn * 255, levels, atol=2e-3)
    value = reference.covering(reference.decoded(texels), (80, 64), slice_=7)
    law = asset.spec.distribution
    dither = reference.dither_triangular if law == TriangularDistribution() else reference.dither
    expected = dither(stored.astype(np.float32), 256, value, law)
    assert np.abs(levels - expected).max() <= (0 if gamma else 1)
    assert (levels != expected).mean() < 1e-3  # a power's last bits, on a threshold


def as_stored(linear):
    """sRGB, by its definition; float64."""
    linear = linear.astype(np.float64)
    return np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)


def texels_of(spec):
    shape, random = spec.layout.shape, np.random.default_rng(0)
    if spec.encoding == "float":
        return random.random(shape).astype(spec.layout.dtype)
    return random.integers(0, 2**spec.bits, shape).astype(spec.layout.dtype)


# ---- the package ----

PACKAGE = ROOT / "bluenoise_assets" / "integrations" / "unity" / "com.bluenoise.assets"
STUBS = Path(__file__).parent / "stubs"


def test_package_json():
    package = json.loads((PACKAGE / "package.json").read_text())
    assert package["name"] == PACKAGE.name
    assert re.fullmatch(r"\d+\.\d+\.\d+", package["version"])
    assert package["unity"] == "2022.3"
    assert package["license"] == "MIT"


def test_the_assembly_is_the_editors_alone():
    (path,) = PACKAGE.rglob("*.asmdef")
    assembly = json.loads(path.read_text())
    assert path.stem == assembly["name"] == assembly["rootNamespace"]
    assert assembly["includePlatforms"] == ["Editor"]
    for source in PACKAGE.rglob("*.cs"):
        assert source.read_text().startswith("// SPDX-License-Identifier: MIT\n")
        assert f"namespace {assembly['name']}\n" in source.read_text()


def test_every_file_of_the_package_has_a_meta():
    files = [path for path in PACKAGE.rglob("*") if path.suffix != ".meta"]
    metas = set(PACKAGE.rglob("*.meta"))
    assert metas == {Path(f"{path}.meta") for path in files}
    guids = [read(path.read_text())["guid"] for path in metas]
    assert len(set(guids)) == len(guids)
    assert all(re.fullmatch("[0-9a-f]{32}", guid) for guid in guids)


@pytest.fixture(scope="module")
def harness(tmp_path_factory):
    """The package with a stand-in for Unity, and the scripts of the snippets, as one program."""
    mcs = require("mcs", "apt-get install mono-mcs")
    require("mono", "apt-get install mono-runtime")
    folder = tmp_path_factory.mktemp("package")
    for number, asset in enumerate(ALL):
        pragma = "#pragma warning disable 0649\n"  # Unity assigns fields with [SerializeField]
        (folder / f"Snippet{number}.cs").write_text(pragma + code_of(asset, "csharp"))
    common = [mcs, "-langversion:7", "-warn:4", "-warnaserror", "-nologo"]
    for options in (
        ["-target:library", "-out:Stubs.dll", STUBS / "Unity.cs"],
        ["-r:Stubs.dll", "-out:Harness.exe", STUBS / "Harness.cs",
         *sorted(PACKAGE.rglob("*.cs")), *sorted(folder.glob("*.cs"))],
    ):  # fmt: skip
        ran = subprocess.run([*common, *options], cwd=folder, capture_output=True, text=True, check=False)
        assert ran.returncode == 0, ran.stdout + ran.stderr
    return folder / "Harness.exe"


@pytest.fixture
def unity(harness, tmp_path):
    """Does something in a project; what Unity was told, as (what, text)."""
    (tmp_path / "Assets").mkdir()

    def run(*arguments, timeout=300, **environment):
        env = os.environ | {"STUB_ASSETS": str(tmp_path / "Assets"), "PYTHONPATH": str(ROOT)}
        ran = subprocess.run(
            ["mono", harness, *arguments],
            cwd=tmp_path,
            env=env | environment,
            capture_output=True,
            encoding="utf-8",
            timeout=timeout,
            check=False,
        )
        assert ran.returncode == 0, ran.stdout + ran.stderr
        return [tuple(line.split("\t", 1)) for line in ran.stdout.splitlines()]

    return run


BUILD, CHECK = "Tools/Bluenoise Assets/Build", "Tools/Bluenoise Assets/Check"

FAKE_TOOL = """\
import json, sys
sys.stdout.reconfigure(encoding="utf-8")
print(json.dumps({"event": "warning", "text": "arguments: " + json.dumps(sys.argv[1:])}))
exec(open("act.py", encoding="utf-8").read())
"""


@pytest.fixture
def tool(unity, tmp_path):
    """The same, with a stand-in for bluenoise-assets that runs Python code."""
    script = tmp_path / "fake tool.py"
    script.write_text(FAKE_TOOL)

    def run(act, *arguments, **environment):
        (tmp_path / "act.py").write_text(act, encoding="utf-8")
        stub = {"STUB_EXECUTABLE": sys.executable, "STUB_ARGUMENTS": f'"{script}"'}
        return unity(*arguments, **stub | environment)

    return run


def tell(*events):
    return "".join(f"print({json.dumps(json.dumps(event))})\n" for event in events)


def arguments_of(told):
    (text,) = [text for what, text in told if text.startswith("bluenoise-assets: arguments: ")]
    return json.loads(text.removeprefix("bluenoise-assets: arguments: "))


def test_errors_are_shown_with_file_and_line(tool):
    problem = {"event": "problem", "file": "Assets/noise.yaml", "line": 7, "column": 5, "where": "dither",
               "text": "unknown key 'sead'", "hint": "did you mean 'seed'?"}  # fmt: skip
    events = [
        {"event": "started", "texture": "a", "output": "/x", "reasons": {"a.png": ["not built yet"]}},
        {"event": "progress", "texture": "a", "output": "/x", "share": 0.5, "error_db": -11.0},
        {"event": "built", "texture": "a", "output": "/x", "files": ["a.png"], "changed": [], "quality": [{}]},
        problem,
        problem | {"file": "/else/where.yaml", "text": 'a "quoted" \u9727 text', "hint": ""},
        {"event": "failed", "texture": "b", "output": "/x", "text": "no space left"},
        {"event": "error", "text": "the folder cannot be written"},
        {"event": "done", "built": 1, "failed": 1, "fresh": 0, "orphans": 0, "cancelled": False},
    ]
    told = tool(tell(*events) + "print('no event'); print('[1]'); print('{}')\nsys.exit(1)", "menu", BUILD)
    say = "bluenoise-assets: "
    assert arguments_of(told) == ["build", "--json"]
    told = [item for item in told if item[0] != "progress"]
    assert told[1:] == [
        ("error with an asset", f"{say}Assets/noise.yaml:7:5: dither: unknown key 'sead'; did you mean 'seed'?"),
        ("error", f'{say}/else/where.yaml:7:5: dither: a "quoted" \u9727 text'),
        ("error", f"{say}b: no space left"),
        ("error", f"{say}the folder cannot be written"),
        ("log", f"{say}1 texture built"),
        ("clear", ""),
        ("refresh", ""),
    ]


def test_progress_is_shown(tool):
    progress = {"event": "progress", "texture": "dither", "output": "/x", "share": 0.25}
    told = tool(tell(progress) + "sys.stdout.flush(); import time; time.sleep(0.4)", "menu", BUILD)
    assert ("progress", "dither 0.25") in told


def test_a_check(tool):
    stale = {"event": "stale", "texture": "a", "file": "/x/a.png", "reason": "seed: 1 -> 2"}
    told = tool(tell(stale, {"event": "checked", "textures": 3, "stale": 1}) + "sys.exit(3)", "menu", CHECK)
    assert arguments_of(told) == ["check", "--json"]
    assert told[1:] == [
        ("warning", "bluenoise-assets: /x/a.png: seed: 1 -> 2"),
        ("log", "bluenoise-assets: 1 of 3 textures are stale"),
        ("clear", ""),
    ]


def test_a_check_that_finds_a_texture_under_its_bar(tool):
    text = "low_frequency_db is -38.2, and require says at most -40"
    missed = {"event": "failed", "texture": "a", "output": "/x", "text": text, "file": "a.yaml", "line": 3, "column": 1}
    end = {"event": "checked", "textures": 3, "stale": 0, "failed": 1}
    assert tool(tell(missed, end) + "sys.exit(1)", "menu", CHECK)[1:] == [
        ("error", f"bluenoise-assets: a: {text}"),
        ("log", "bluenoise-assets: all 3 textures are fresh; under the bar of require: 1"),
        ("clear", ""),
    ]


def test_paths_of_manifests(tool):
    paths = ["Assets/Noise", "my noise/$HOME `x`.yaml", 'gr\u00fcn "a" \\ b.yaml', "it's.yaml"]
    told = tool("", "menu", BUILD, STUB_MANIFESTS="\n".join(f" {path} " for path in [*paths, ""]))
    assert arguments_of(told) == ["build", "--json", *paths]


def test_a_tool_that_is_not_there(unity):
    told = unity("menu", BUILD, STUB_EXECUTABLE="no-such-tool")
    assert told[0][0] == "error"
    assert told[0][1].startswith("bluenoise-assets: cannot start 'no-such-tool': ")
    assert told[0][1].endswith("; see Project Settings > Bluenoise Assets")
    assert told[1:] == [("clear", ""), ("refresh", "")]


def test_an_error_that_is_no_event(tool):
    told = tool("print('No module named x', file=sys.stderr); sys.exit(1)", "menu", BUILD)
    assert ("error", "bluenoise-assets: exit code 1: No module named x") in told


def test_much_output_does_not_block(tool):
    act = "for i in range(20000): print('x' * 50); print('y' * 50, file=sys.stderr)\n"
    told = tool(act + tell({"event": "done", "built": 0}), "menu", BUILD)
    assert ("log", "bluenoise-assets: nothing to build") in told


def test_cancelling(tool):
    told = tool("sys.stdout.flush(); import time; time.sleep(600)", "menu", BUILD, STUB_CANCEL="1")
    assert ("warning", "bluenoise-assets: cancelled") in told


def test_players(tool):
    failure = "bluenoise-assets failed; its errors are in the console"
    assert tool("", "player", "True")[-1] == ("player", "built")
    assert tool("sys.exit(1)", "player", "True")[-1] == ("player", failure)
    assert tool("sys.exit(1)", "player", "False") == [("player", "built")]


def test_the_real_tool(unity, tmp_path):
    (tmp_path / "Assets" / "noise.yaml").write_text("schema: 1\ntextures:\n  dither: {size: 8, sead: 1}\n")
    stub = {"STUB_EXECUTABLE": sys.executable, "STUB_ARGUMENTS": "-m bluenoise_assets", "STUB_MANIFESTS": "Assets"}
    told = unity("player", "True", **stub)
    (error,) = [text for what, text in told if what == "error with an asset"]
    assert error.startswith("bluenoise-assets: Assets/noise.yaml:3:21: dither")
    assert "unknown key 'sead'; did you mean 'seed'?" in error
    assert told[-1][1].startswith("bluenoise-assets failed")


def test_the_settings_page(unity):
    assert unity("settings") == [("settings", "Project/Bluenoise Assets"), ("save", "True")]


def windows_split(line):
    """A command line as the C runtime of Windows splits it."""
    words, word, quoted, at = [], None, False, 0
    while at < len(line):
        slashes = len(line[at:]) - len(line[at:].lstrip("\\"))
        at += slashes
        letter = line[at : at + 1]
        if letter == '"':
            word = (word or "") + "\\" * (slashes // 2) + ('"' if slashes % 2 else "")
            quoted ^= not slashes % 2
        elif letter in {" ", ""} and not quoted:
            if word is not None or slashes:
                words.append((word or "") + "\\" * slashes)
            word = None
        else:
            word = (word or "") + "\\" * slashes + letter
        at += 1
    return words if word is None else [*words, word]


WORDS = [
    "plain",
    "",
    "a b",
    "C:\\a b\\",
    'say "hi"',
    "\\\\server\\x",
    'a\\"b',
    "$x `y`",
    "gr\u00fcn",
    "a'b",
    "tab\tx",
    "\\",
    "a\\\\ b",
]


@pytest.mark.parametrize("system", ["windows", "unix"])
def test_quoting(system, harness):
    ran = subprocess.run(["mono", harness, "quote", system, *WORDS], capture_output=True, encoding="utf-8", check=True)
    split = windows_split if system == "windows" else shlex.split
    assert split(" ".join(ran.stdout.splitlines())) == WORDS


# ---- what the package does when textures are imported ----

SAME = {  # in Unity's API, in a .meta
    "textureType": "textureType",
    "textureShape": "textureShape",
    "singleChannelComponent": "singleChannelComponent",
    "flipbookRows": "flipbookRows",
    "flipbookColumns": "flipbookColumns",
    "sRGBTexture": "mipmaps/sRGBTexture",
    "mipmapEnabled": "mipmaps/enableMipMap",
    "filterMode": "textureSettings/filterMode",
    "wrapMode": "textureSettings/wrapU",
    "npotScale": "nPOTScale",
    "alphaSource": "alphaUsage",
    "alphaIsTransparency": "alphaIsTransparency",
    "overridden": "platform/overridden",
    "format": "platform/textureFormat",
    "textureCompression": "platform/textureCompression",
    "crunchedCompression": "platform/crunchedCompression",
}

IMPORTED = [*ALL, asset_of("gr\u00fcn \u9727", (4096, 8), encoding="float", bits=32, channels=2)]


def test_imports_get_the_settings_of_a_meta(unity, tmp_path):
    entries = {}
    for asset in IMPORTED:
        spec = asset.spec
        sha256 = hashlib.sha256(b"").hexdigest()
        entries[asset.file] = Entry("noise.yaml", spec.name, "texture", spec.key(), spec.content(), sha256)
        shader = asset.file.rpartition(".")[0] + ".hlsl"
        entries[shader] = Entry("noise.yaml", spec.name, "shader", "0", {"size": [1, 1]}, sha256)
    (tmp_path / "Assets" / "Noise").mkdir()
    (tmp_path / "Assets" / "Noise" / LOCK_NAME).write_text(lock_text(entries))
    told = unity("import", *(f"Assets/Noise/{asset.file}" for asset in IMPORTED))
    for asset in IMPORTED:
        end = told.index(("imported", f"Assets/Noise/{asset.file}"))
        found, told = dict(told[:end]), told[end + 1 :]
        meta = read(META.patch(asset, None))
        importer = meta["TextureImporter"] | {"platform": platform(meta)}
        for name, path in SAME.items():
            value = importer
            for key in path.split("/"):
                value = value[key]
            assert found[name] == value, (asset.file, name)
        assert int(found["maxTextureSize"]) == max(2048, int(importer["platform"]["maxTextureSize"]))
        assert found["readable"] == "1"  # the user's
        wrong = f"Assets/Noise/{asset.file} became R8, not RGBAHalf: its values are not exact"
        assert found.get("warning") == (wrong if asset is VOLUME else None)


@pytest.mark.parametrize("path", ["Assets/Noise/unity/else.png", "Assets/Noise/unity/ui/dither.hlsl", "Assets/x.png"])
def test_other_textures_are_left_alone(path, unity, tmp_path):
    entry = Entry("noise.yaml", "ui/dither", "shader", "0", {"size": [1, 1], "channels": 1, "bits": 8}, "0")
    (tmp_path / "Assets" / "Noise").mkdir()
    (tmp_path / "Assets" / "Noise" / LOCK_NAME).write_text(lock_text({"unity/ui/dither.hlsl": entry}))
    (tmp_path / "Assets" / "Noise" / "unity").mkdir()
    told = dict(unity("import", path))
    assert (told["sRGBTexture"], told["filterMode"], told["format"]) == ("1", "1", "-1")
    assert "warning" not in told


@pytest.mark.parametrize(("engine", "filter_mode"), [("unity", "0"), ("godot", "1")])
def test_an_output_folder_of_unitys_own_has_no_folder_of_its_name(engine, filter_mode, unity, tmp_path):
    spec = TextureSpec("ui/dither", (8, 8))
    entry = Entry("noise.yaml", spec.name, "texture", spec.key(), spec.content(), "0", engine=engine)
    (tmp_path / "Assets" / "Noise").mkdir()
    (tmp_path / "Assets" / "Noise" / LOCK_NAME).write_text(lock_text({"ui/dither.png": entry}))
    told = dict(unity("import", "Assets/Noise/ui/dither.png"))
    assert told["filterMode"] == filter_mode
