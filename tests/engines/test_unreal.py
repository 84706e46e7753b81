"""The editor script against a fake `unreal` module, which records calls and knows only the names it is given here."""

import ast
import dataclasses
import hashlib
import json
import re
import runpy
import shutil
import sys
from enum import Enum
from types import MappingProxyType, SimpleNamespace

import numpy as np
import pytest
from support import shader_reference as reference
from support.gpu import FULL_SCREEN, Llvmpipe, hlsl_to_spirv, spirv_to, write_common
from support.paths import ROOT

from bluenoise_assets.builder.lock import LOCK_NAME, Entry, lock_text
from bluenoise_assets.engines import Asset, shaders
from bluenoise_assets.engines.shaders import Binding
from bluenoise_assets.engines.unreal import ENGINE
from bluenoise_assets.formats.layout import StorageLayout
from bluenoise_assets.spec import GaussianDistribution, TextureSpec, UniformDistribution

SCRIPT = ROOT / "bluenoise_assets" / "integrations" / "unreal" / "import_bluenoise.py"


# ---- what is held ----


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        ({}, StorageLayout("png", "uint8", 1, "2d")),
        ({"channels": 3, "layers": 2}, StorageLayout("png", "uint8", 3, "2d")),
        ({"channels": 4}, StorageLayout("exr", "float32", 4, "2d")),  # a PNG's colour is rewritten where alpha is 0
        ({"bits": 16}, StorageLayout("png", "uint16", 1, "2d")),
        ({"bits": 16, "channels": 2}, StorageLayout("exr", "float32", 2, "2d")),
        ({"encoding": "float", "bits": 16}, StorageLayout("exr", "float16", 1, "2d")),
        ({"encoding": "float", "bits": 32, "size": (8, 8, 8)}, StorageLayout("exr", "float32", 1, "2d")),
    ],
)
def test_holding(keys, expected):
    spec = TextureSpec("x", **{"size": (8, 8)} | keys)
    assert ENGINE.storage_layout(spec) == expected
    assert ENGINE.layout(spec) == "strip"
    assert ENGINE.sidecar is None


# ---- the snippet ----


def asset_of(spec):
    storage_layout = ENGINE.storage_layout(spec)
    return Asset(spec, storage_layout, f"unreal/{spec.name}.{storage_layout.format}")


PLAIN = TextureSpec("ui/dither", (10, 12))
VOLUME = TextureSpec("fog", (8, 8, 4), channels=4)
GRAIN = TextureSpec("film grain", (16, 16), distribution=GaussianDistribution(0.2))


def custom_node(text):
    """The include path and the code of a snippet."""
    path, code = (block.split("```")[0] for block in text.split("   ```\n", 1)[1].split("\n   ```hlsl\n"))
    return path.strip(), "\n".join(line.strip() for line in code.splitlines())


LOOP = TextureSpec("loop", (8, 8), frames=4)
DOME = TextureSpec("dome", (8, 8), frames=4, sample_space="hemisphere", bits=16)
SQUARE = TextureSpec("square", (8, 8), sample_space="vec2")
TESSERACT = TextureSpec("tesseract", (8, 8), sample_space="vec4")
SHOWN = [PLAIN, VOLUME, GRAIN, LOOP, DOME, SQUARE, TESSERACT]


def pixel_shader(spec, code, color="float3", folder=None):
    """The node's code as Unreal calls it, with what it includes, in SPIR-V."""
    storage = asset_of(spec).storage_layout.storage
    binding = Binding(ENGINE.layout(spec), storage if storage.startswith("uint") else "float")
    source = f"""{shaders.render("ush", spec, binding)}
Texture2D Noise;
Texture2D colors;
struct Pixels {{ float4 SvPosition; }};
struct Views {{ uint FrameNumber; }};
static Views View;
float3 custom(Pixels Parameters, {color} Color)
{{
{code}
}}
float4 main(float4 position : SV_Position) : SV_Target
{{
    Pixels pixels;
    pixels.SvPosition = position;
    {color} seen = ({color}) colors.Load(int3(int2(position.xy), 0));
    return float4(custom(pixels, seen), 1.0);
}}
"""
    return hlsl_to_spirv(source, folder)


@pytest.mark.parametrize("spec", SHOWN, ids=lambda spec: spec.name)
def test_the_snippets_custom_node_compiles(spec, tmp_path):
    asset = asset_of(spec)
    path, code = custom_node(ENGINE.snippet(asset))
    assert path == f"/Project/unreal/{spec.name}.ush"
    folder = folder_for(spec, tmp_path)
    pixel_shader(spec, code, "float3", folder)
    if "Color" in code:
        pixel_shader(spec, code, "float4", folder)  # a SceneTexture node's


def folder_for(spec, output):
    """A folder as deep as the texture's name, so that its shader file finds the common one."""
    folder = (output / asset_of(spec).file).parent
    folder.mkdir(parents=True)
    write_common("ush", output / "unreal")
    return folder


def test_a_node_in_the_tonemappers_place_leaves_levels_of_an_8_bit_screen(tmp_path):
    *_, srgb = re.findall(r" *```hlsl\n(.*?)```", ENGINE.snippet(asset_of(PLAIN)), re.DOTALL)
    _, code = custom_node(ENGINE.snippet(asset_of(PLAIN)))
    binary = pixel_shader(PLAIN, srgb + code, "float4", folder_for(PLAIN, tmp_path))
    random = np.random.default_rng(1)
    texels = random.integers(0, 256, (1, 12, 10, 1), np.uint8)
    colors = random.uniform(0, 1.1, (1, 64, 80, 4)).astype(np.float32)
    llvmpipe = Llvmpipe()
    values = {"Noise": llvmpipe.texture(texels, "strip"), "colors": llvmpipe.texture(colors, "strip")}
    drawn = llvmpipe.triangle(FULL_SCREEN, spirv_to(binary, "--version", "330"), (80, 64), values)[..., :3]
    llvmpipe.close()
    linear = np.minimum(colors[0, ..., :3].astype(np.float64), 1)
    stored = np.where(linear < 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)
    value = reference.covering(reference.decoded(texels), (80, 64))
    expected = reference.dither(stored.astype(np.float32), 256, value, UniformDistribution())
    levels = np.rint(drawn * 255)
    np.testing.assert_allclose(drawn * 255, levels, atol=1e-4)
    assert np.abs(levels - expected).max() <= 1
    assert (levels != expected).mean() < 1e-3  # a power's last bits, on a threshold


# ---- a fake unreal ----

ENUMS = {  # the names in Unreal's Python documentation, 5.1
    "TextureFilter": ["TF_NEAREST", "TF_BILINEAR", "TF_TRILINEAR", "TF_DEFAULT"],
    "TextureMipGenSettings": ["TMGS_FROM_TEXTURE_GROUP", "TMGS_NO_MIPMAPS"],
    "TextureCompressionSettings": [
        "TC_DEFAULT", "TC_GRAYSCALE", "TC_DISPLACEMENTMAP", "TC_VECTOR_DISPLACEMENTMAP", "TC_HDR", "TC_HALF_FLOAT",
        "TC_SINGLE_FLOAT", "TC_HDR_F32",
    ],
    "TextureAddress": ["TA_WRAP", "TA_CLAMP", "TA_MIRROR"],
    "TextureGroup": ["TEXTUREGROUP_WORLD", "TEXTUREGROUP_PIXELS2D"],
    "TexturePowerOfTwoSetting": ["NONE", "PAD_TO_POWER_OF_TWO"],
    "PropertyAccessChangeNotifyMode": ["DEFAULT", "NEVER", "ALWAYS"],
}  # fmt: skip

TASK = {
    "filename", "destination_path", "destination_name", "automated", "replace_existing", "replace_existing_settings",
    "save", "factory", "imported_object_paths",
}  # fmt: skip


class FakeUnreal:
    """A content browser. `calls` has what changes something, as (what, asset's path or file, more)."""

    def __init__(self):
        self.calls, self.messages, self.assets = [], [], {}
        self.read_only, self.refused = set(), set()
        fake = self
        for name, members in ENUMS.items():
            setattr(self, name, Enum(name, members))
        self.texture_properties = {
            "srgb": True,
            "filter": self.TextureFilter.TF_DEFAULT,
            "mip_gen_settings": self.TextureMipGenSettings.TMGS_FROM_TEXTURE_GROUP,
            "compression_settings": self.TextureCompressionSettings.TC_DEFAULT,
            "never_stream": False,
            "virtual_texture_streaming": False,
            "lod_group": self.TextureGroup.TEXTUREGROUP_WORLD,
            "power_of_two_mode": self.TexturePowerOfTwoSetting.NONE,
            "address_x": self.TextureAddress.TA_CLAMP,
            "address_y": self.TextureAddress.TA_WRAP,
            "lod_bias": 0,
        }

        class Object:
            properties = MappingProxyType({})

            def __init__(self, path=""):
                self.path, self.values, self.tags = path, dict(self.properties), {}

            def get_editor_property(self, name):
                if name not in self.values:
                    raise Exception(f"{type(self).__name__}: Failed to find property '{name}'")  # noqa: TRY002
                return self.values[name]

            def set_editor_property(self, name, value, notify_mode=None):
                before = self.get_editor_property(name)
                assert type(before) is type(value) or before is None
                self.values[name] = value
                notify = [notify_mode.name] if notify_mode else []
                fake.calls.append(("set", self.path, name, getattr(value, "name", value), *notify))

        class Texture2D(Object):
            properties = self.texture_properties

        class VolumeTexture(Object):
            properties = {key: value for key, value in self.texture_properties.items() if "address" not in key} | {
                "source2d_texture": None,
                "source2d_tile_size_x": 0,
                "source2d_tile_size_y": 0,
            }

            def set_editor_property(self, name, value, notify_mode=None):
                super().set_editor_property(name, value, notify_mode)
                if name == "source2d_texture":  # as Unreal does
                    self.values["source2d_tile_size_x"] = self.values["source2d_tile_size_y"] = 102

        class StaticMesh(Object):
            pass

        class Factory:
            pass

        class AssetImportTask(Object):
            def __init__(self):
                super().__init__()
                self.values = dict.fromkeys(TASK) | {"imported_object_paths": []}

            def set_editor_property(self, name, value, notify_mode=None):
                assert name in TASK - {"imported_object_paths"}
                self.values[name] = value

        self.Texture2D, self.VolumeTexture, self.StaticMesh = Texture2D, VolumeTexture, StaticMesh
        self.AssetImportTask = AssetImportTask
        self.TextureFactory = type("TextureFactory", (Factory,), {})
        self.VolumeTextureFactory = type("VolumeTextureFactory", (Factory,), {})
        self.EditorAssetSubsystem = SimpleNamespace(
            does_asset_exist=lambda path: path in self.assets,
            load_asset=lambda path: self.assets[path],
            get_metadata_tag=lambda asset, tag: asset.tags.get(tag, ""),
            set_metadata_tag=self._tag,
            save_loaded_asset=self._save,
        )
        tools = SimpleNamespace(import_asset_tasks=self._import, create_asset=self._create)
        self.AssetToolsHelpers = SimpleNamespace(get_asset_tools=lambda: tools)
        self.get_editor_subsystem = lambda subsystem: subsystem
        self.log = lambda text: self.messages.append(("log", text))
        self.log_warning = lambda text: self.messages.append(("warning", text))
        self.log_error = lambda text: self.messages.append(("error", text))

    def _tag(self, asset, tag, value):
        asset.tags[tag] = value

    def _save(self, asset, only_if_is_dirty):
        assert only_if_is_dirty is False
        if asset.path in self.read_only:
            return False
        self.calls.append(("save", asset.path))
        return True

    def _import(self, tasks):
        (task,) = tasks
        values = task.values
        assert values["automated"] is True
        assert values["replace_existing"] is True
        assert values["save"] is False
        assert isinstance(values["factory"], self.TextureFactory)
        path = f"{values['destination_path']}/{values['destination_name']}"
        self.calls.append(("import", path, values["filename"]))
        if path not in self.refused:
            self.assets.setdefault(path, self.Texture2D(path))  # the same object: references stay
            values["imported_object_paths"] = [f"{path}.{values['destination_name']}"]

    def _create(self, name, folder, kind, factory):
        assert isinstance(factory, self.VolumeTextureFactory)
        path = f"{folder}/{name}"
        assert path not in self.assets
        self.calls.append(("create", path, kind.__name__))
        self.assets[path] = kind(path)
        return self.assets[path]

    def errors(self):
        return [text for level, text in self.messages if level == "error"]


@pytest.fixture
def unreal(monkeypatch):
    fake = FakeUnreal()
    monkeypatch.setitem(sys.modules, "unreal", fake)
    return fake


class Project:
    """An output folder of bluenoise-assets, with files that are no textures: nobody decodes them here."""

    def __init__(self, folder):
        self.folder, self.entries = folder, {}

    def add(self, spec, data=b"texels", kind="texture"):
        file = asset_of(spec).file
        path = self.folder / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        self.entries[file] = Entry("../noise.yaml", spec.name, kind, spec.key(), spec.content(),
                                   hashlib.sha256(data).hexdigest())  # fmt: skip
        self.save()
        return path

    def save(self):
        (self.folder / LOCK_NAME).write_text(lock_text(self.entries))

    def run(self, *arguments):
        """Run the script as Unreal does; what `main` counts."""
        script = runpy.run_path(str(SCRIPT), run_name="script")
        return script["main"]([str(self.folder), *arguments])


@pytest.fixture
def project(tmp_path):
    return Project(tmp_path)


# ---- the script ----


def test_the_script_is_python_3_9_and_needs_unreal_alone():
    tree = ast.parse(SCRIPT.read_text(), feature_version=(3, 9))
    imported = {
        name.partition(".")[0]
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in ([alias.name for alias in node.names] if isinstance(node, ast.Import) else [node.module])
    }
    assert imported - {"unreal"} <= sys.stdlib_module_names
    assert not any(isinstance(node, ast.Match) for node in ast.walk(tree))
    annotations = [node for node in ast.walk(tree) if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr)]
    assert not annotations  # X | Y is not evaluated by 3.9
    assert SCRIPT.read_text().startswith("# SPDX-License-Identifier: MIT\n")


def test_a_texture_is_imported_with_what_is_listed_in_this_order(unreal, project):
    file = project.add(PLAIN)
    assert project.run() == {"imported": 1, "updated": 0, "unchanged": 0, "failed": 0}
    path = "/Game/Bluenoise/ui/dither"
    assert unreal.calls == [
        ("import", path, str(file)),
        ("set", path, "srgb", False),
        ("set", path, "filter", "TF_NEAREST"),
        ("set", path, "mip_gen_settings", "TMGS_NO_MIPMAPS"),
        ("set", path, "compression_settings", "TC_GRAYSCALE"),
        ("set", path, "never_stream", True),
        ("set", path, "lod_group", "TEXTUREGROUP_PIXELS2D"),
        ("set", path, "address_x", "TA_WRAP"),
        ("save", path),
    ]
    assert unreal.messages == [("log", "bluenoise-assets: 1 imported, 0 updated, 0 unchanged, 0 failed")]


@pytest.mark.parametrize(
    ("keys", "compression"),
    [
        ({}, "TC_GRAYSCALE"),
        ({"channels": 2}, "TC_VECTOR_DISPLACEMENTMAP"),
        ({"channels": 3}, "TC_VECTOR_DISPLACEMENTMAP"),
        ({"channels": 4}, "TC_HDR"),  # (stored + 1/2) / 256 is a 16-bit float
        ({"bits": 16}, "TC_DISPLACEMENTMAP"),
        ({"bits": 16, "channels": 2}, "TC_HDR_F32"),
        ({"encoding": "float", "bits": 16}, "TC_HALF_FLOAT"),
        ({"encoding": "float", "bits": 16, "channels": 3}, "TC_HDR"),
        ({"encoding": "float", "bits": 32}, "TC_SINGLE_FLOAT"),
        ({"encoding": "float", "bits": 32, "channels": 4}, "TC_HDR_F32"),
    ],
)
def test_compression_settings(keys, compression, unreal, project):
    project.add(TextureSpec("x", (8, 8), **keys))
    project.run()
    assert unreal.assets["/Game/Bluenoise/x"].values["compression_settings"].name == compression


def test_an_8_bit_level_is_a_16_bit_float():
    values = (np.arange(256) + 0.5) / 256
    assert (values.astype(np.float16) == values).all()


def test_a_volume_is_cut_from_its_strip_source_first(unreal, project):
    project.add(VOLUME)
    assert project.run("--destination", "/Game/Noise/")["imported"] == 1
    path = "/Game/Noise/fog_Volume"
    start = unreal.calls.index(("create", path, "VolumeTexture"))
    strip = unreal.assets["/Game/Noise/fog"]
    assert unreal.calls[start + 1 : start + 4] == [
        ("set", path, "source2d_texture", strip, "ALWAYS"),
        ("set", path, "source2d_tile_size_x", 8, "ALWAYS"),
        ("set", path, "source2d_tile_size_y", 8, "ALWAYS"),
    ]
    volume = unreal.assets[path].values
    assert (volume["source2d_tile_size_x"], volume["source2d_tile_size_y"]) == (8, 8)
    assert volume["compression_settings"].name == "TC_HDR"
    assert volume["srgb"] is False
    assert unreal.calls[-1] == ("save", path)


def test_an_array_is_one_strip(unreal, project):
    project.add(TextureSpec("taa", (8, 8), layers=4))
    project.run()
    assert list(unreal.assets) == ["/Game/Bluenoise/taa"]


def test_a_second_run_only_looks(unreal, project):
    for spec in (PLAIN, VOLUME):
        project.add(spec)
    project.run()
    unreal.calls.clear()
    assert project.run() == {"imported": 0, "updated": 0, "unchanged": 2, "failed": 0}
    assert unreal.calls == []


def test_a_changed_file_is_imported_into_the_same_asset(unreal, project):
    project.add(PLAIN)
    project.add(VOLUME)
    project.run()
    before = dict(unreal.assets)
    unreal.calls.clear()
    file = project.add(VOLUME, b"other texels")
    assert project.run() == {"imported": 1, "updated": 0, "unchanged": 1, "failed": 0}
    assert unreal.assets == before
    strip, volume = "/Game/Bluenoise/fog", "/Game/Bluenoise/fog_Volume"
    assert unreal.calls == [
        ("import", strip, str(file)),
        ("save", strip),
        ("set", volume, "source2d_texture", before[strip], "ALWAYS"),
        ("set", volume, "source2d_tile_size_x", 8, "ALWAYS"),
        ("set", volume, "source2d_tile_size_y", 8, "ALWAYS"),
        ("save", volume),
    ]


def test_only_what_differs_is_set_and_the_rest_is_the_users(unreal, project):
    project.add(PLAIN)
    project.run()
    unreal.calls.clear()
    path = "/Game/Bluenoise/ui/dither"
    unreal.assets[path].values |= {"srgb": True, "lod_bias": 1}
    assert project.run() == {"imported": 0, "updated": 1, "unchanged": 0, "failed": 0}
    assert unreal.calls == [("set", path, "srgb", False), ("save", path)]
    assert unreal.assets[path].values["lod_bias"] == 1


def test_a_volume_that_was_deleted_is_made_again(unreal, project):
    project.add(VOLUME)
    project.run()
    del unreal.assets["/Game/Bluenoise/fog_Volume"]
    assert project.run()["updated"] == 1
    assert "/Game/Bluenoise/fog_Volume" in unreal.assets


def test_older_versions_lack_what_is_optional(unreal, project):
    for key in ("never_stream", "virtual_texture_streaming", "power_of_two_mode", "address_x"):
        del unreal.Texture2D.properties[key]
    del unreal.TextureGroup
    project.add(PLAIN)
    assert project.run()["imported"] == 1
    assert unreal.errors() == []


def test_a_version_that_is_too_old(unreal, project):
    known = unreal.TextureCompressionSettings
    unreal.TextureCompressionSettings = SimpleNamespace(TC_GRAYSCALE=known.TC_GRAYSCALE, TC_DEFAULT=known.TC_DEFAULT)
    project.add(TextureSpec("x", (8, 8), encoding="float", bits=32))
    project.add(PLAIN)
    assert project.run() == {"imported": 1, "updated": 0, "unchanged": 0, "failed": 1}
    (error,) = unreal.errors()
    assert "unreal/x.exr: this version of Unreal has no compression_settings = " in error
    assert "TC_SINGLE_FLOAT" in error


def test_names_that_assets_cannot_have(unreal, project):
    project.add(TextureSpec("my noise/grün #1", (8, 8)))
    project.run()
    assert list(unreal.assets) == ["/Game/Bluenoise/my_noise/grün__1"]
    project.add(TextureSpec("my noise/Grün__1", (8, 8)))
    assert project.run()["failed"] == 1
    (error,) = unreal.errors()
    assert error.endswith("rename one of the two")
    assert len(error.splitlines()) == 1


# ---- errors: one line, and on with the next ----


def with_one_more(project, spec=VOLUME):
    project.add(spec)
    return {"imported": 1, "updated": 0, "unchanged": 0, "failed": 1}


SPEC = '{"size": [8, 8], "channels": 1, "bits": 8}'


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (None, "there is no "),
        ("{", "is damaged; run bluenoise-assets build"),
        ("[]", "is damaged"),
        ('{"files": {"unreal/x.png": {}}}', "is damaged"),
        ('{"files": {"unreal/x.png": {"kind": "texture", "sha256": "0", "spec": {"size": [8]}}}}', "is damaged"),
        ('{"files": {"unreal/../x.png": {"kind": "texture", "sha256": "", "spec": ' + SPEC + "}}}", "is damaged"),
        ("<<<<<<< HEAD\n{}", "is damaged"),
    ],
)  # fmt: skip
def test_a_broken_lock(text, why, unreal, project):
    if text is not None:
        (project.folder / LOCK_NAME).write_text(text)
    assert project.run()["failed"] == 1
    (error,) = unreal.errors()
    assert why in error
    assert "\n" not in error
    assert unreal.calls == []


def test_a_lock_that_is_not_utf_8(unreal, project):
    (project.folder / LOCK_NAME).write_bytes(b"\xff\xfe{")
    assert project.run()["failed"] == 1
    assert "is damaged" in unreal.errors()[0]


def test_nothing_for_unreal(unreal, project):
    (project.folder / LOCK_NAME).write_text('{"lock": 1, "files": {"x.png": {"kind": "texture"}}}')
    assert sum(project.run().values()) == 0
    assert [level for level, _ in unreal.messages] == ["warning", "log"]


def test_an_output_folder_of_unreals_own_has_no_folder_of_its_name(unreal, project):
    project.add(PLAIN)
    (entry,) = project.entries.values()
    (project.folder / "unreal").rename(project.folder / "moved")
    project.entries = {
        f"moved/{PLAIN.name}.png": dataclasses.replace(entry, engine="unreal"),
        "a.png": dataclasses.replace(entry, engine="unity"),
    }
    project.save()
    assert project.run() == {"imported": 1, "updated": 0, "unchanged": 0, "failed": 0}
    assert unreal.calls[0][:2] == ("import", f"/Game/Bluenoise/moved/{PLAIN.name}")


def test_shaders_and_snippets_are_not_imported(unreal, project):
    project.add(PLAIN, kind="snippet")
    assert sum(project.run().values()) == 0


def test_a_missing_file(unreal, project):
    project.add(PLAIN).unlink()
    expected = with_one_more(project)
    assert project.run() == expected
    assert unreal.errors()[0] == (
        "bluenoise-assets: unreal/ui/dither.png: the file is missing; run bluenoise-assets build"
    )


def test_a_file_that_was_edited(unreal, project):
    file = project.add(PLAIN)
    expected = with_one_more(project)
    file.write_bytes(b"painted over")
    assert project.run() == expected
    (error,) = unreal.errors()
    assert "the file has changed since it was built" in error


def test_what_cannot_be_saved_is_done_again(unreal, project):
    project.add(PLAIN)
    expected = with_one_more(project)
    path = "/Game/Bluenoise/ui/dither"
    unreal.read_only.add(path)
    assert project.run() == expected
    (error,) = unreal.errors()
    assert f"{path} cannot be saved" in error
    unreal.read_only.clear()
    assert project.run() == {"imported": 1, "updated": 0, "unchanged": 1, "failed": 0}
    assert project.run()["unchanged"] == 2


def test_what_unreal_does_not_import(unreal, project):
    project.add(PLAIN)
    expected = with_one_more(project)
    unreal.refused.add("/Game/Bluenoise/ui/dither")
    assert project.run() == expected
    assert "Unreal did not import it" in unreal.errors()[0]


def test_another_kind_of_asset_is_in_the_way(unreal, project):
    path = "/Game/Bluenoise/ui/dither"
    unreal.assets[path] = mesh = unreal.StaticMesh(path)
    project.add(PLAIN)
    expected = with_one_more(project)
    assert project.run() == expected
    assert f"{path} exists and is no Texture2D" in unreal.errors()[0]
    assert unreal.assets[path] is mesh


@pytest.mark.parametrize("arguments", [[], ["a", "b"], ["a", "--destination", "Game"], ["a", "--frob"]])
def test_wrong_arguments_do_not_end_the_editor(arguments, unreal):
    script = runpy.run_path(str(SCRIPT), run_name="script")
    assert script["main"](arguments)["failed"] == 1
    (error,) = unreal.errors()
    assert "\n" not in error


def test_the_script_runs_with_the_arguments_of_the_command(unreal, project, monkeypatch):
    project.add(PLAIN)
    copy = shutil.copy(SCRIPT, project.folder)
    monkeypatch.setattr(sys, "argv", [str(copy), str(project.folder)])
    runpy.run_path(str(copy), run_name="__main__")
    assert json.dumps(list(unreal.assets)) == '["/Game/Bluenoise/ui/dither"]'
