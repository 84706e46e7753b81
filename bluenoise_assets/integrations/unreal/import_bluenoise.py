# SPDX-License-Identifier: MIT
# ruff: noqa: INP001 - a script for another Python, 3.9 in Unreal 5.1; no module of the package
"""Imports the textures that bluenoise-assets built for Unreal, with the settings that noise needs.

In the editor's Python console (Unreal 5.1 or later, plugin Python Editor Script Plugin):

    py "C:/game/Tools/import_bluenoise.py" "C:/game/build/bluenoise"

Run it after every build: a texture whose file has changed is imported again into the same asset, so references to it
stay; settings are only set where they differ, and only what has changed is saved.
"""

import argparse
import hashlib
import json
import math
import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import unreal  # type: ignore[import-not-found]

LOCK_NAME = "bluenoise.lock.json"
FOLDER = "unreal/"
DESTINATION = "/Game/Bluenoise"
VOLUME_SUFFIX = "_Volume"

TAG = "BluenoiseAssets.SHA256"
"""The metadata tag that holds the hash of the file an asset was imported from."""

OPTIONAL = {
    "never_stream": "True",
    "virtual_texture_streaming": "False",
    "lod_group": "TextureGroup.TEXTUREGROUP_PIXELS2D",  # no platform makes it smaller
    "power_of_two_mode": "TexturePowerOfTwoSetting.NONE",
    "address_x": "TextureAddress.TA_WRAP",
    "address_y": "TextureAddress.TA_WRAP",
    "address_mode": "TextureAddress.TA_WRAP",
}
"""Settings that not every version has, nor every kind of texture."""


class Problem(Exception):  # noqa: N818 - its text is shown, nothing else
    """What the user can mend, in one line."""


def main(arguments: Sequence[str]) -> dict[str, int]:
    """Import what the lock lists; return how many assets were imported, updated, unchanged and failed."""
    counts = {"imported": 0, "updated": 0, "unchanged": 0, "failed": 0}
    try:
        folder, destination = parse(arguments)
        textures = read_lock(folder)
    except Problem as problem:
        unreal.log_error(f"bluenoise-assets: {problem}")
        counts["failed"] += 1
        return counts
    taken: dict[str, str] = {}
    for file, entry in textures:
        try:
            counts[import_texture(folder, destination, file, entry, taken)] += 1
        except Problem as problem:
            unreal.log_error(f"bluenoise-assets: {file}: {problem}")
            counts["failed"] += 1
    unreal.log("bluenoise-assets: " + ", ".join(f"{count} {word}" for word, count in counts.items()))
    return counts


class Parser(argparse.ArgumentParser):
    """Never ends the process: that is the editor."""

    def error(self, message: str) -> Any:
        raise Problem(f"{message}; usage: import_bluenoise.py OUTPUT_FOLDER [--destination {DESTINATION}]")


def parse(arguments: Sequence[str]) -> tuple[Path, str]:
    """The output folder of bluenoise-assets, and the content folder to import into."""
    parser = Parser(prog="import_bluenoise.py", add_help=False)
    parser.add_argument("output", type=Path)
    parser.add_argument("--destination", default=DESTINATION)
    options = parser.parse_args(list(arguments))
    destination = options.destination.rstrip("/")
    if not re.fullmatch(r"(/[^/\\]+)+", destination):
        raise Problem(f"the destination {options.destination!r} is no content folder such as {DESTINATION}")
    return options.output, destination


def read_lock(folder: Path) -> list[tuple[str, dict[str, Any]]]:
    """The textures that were built for Unreal: file names below the output folder, and what the lock says of them."""
    path = folder / LOCK_NAME
    try:
        lock = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise Problem(f"there is no {path}; name the output folder of bluenoise-assets") from None
    except OSError as error:
        raise Problem(f"{path} cannot be read: {error.strerror}") from None
    except ValueError:  # neither UTF-8 nor JSON
        raise Problem(f"{path} is damaged; run bluenoise-assets build") from None
    try:
        files = sorted(lock["files"].items())
        textures = [(file, entry) for file, entry in files if entry["kind"] == "texture" and is_ours(file, entry)]
        for file, entry in textures:
            texels = math.prod(entry["spec"]["size"]) * entry["spec"]["channels"] * entry["spec"]["bits"]
            if texels < 1 or ".." in file.split("/") or not isinstance(entry["sha256"], str):
                raise ValueError(file)  # noqa: TRY301 - damaged, as below
    except (KeyError, TypeError, ValueError, AttributeError):
        raise Problem(f"{path} is damaged; run bluenoise-assets build") from None
    if not textures:
        unreal.log_warning(f"bluenoise-assets: {path} lists no texture for Unreal; add `engines: [unreal]`")
    return textures


def is_ours(file: str, entry: dict[str, Any]) -> bool:
    """Whether a texture was built for Unreal, into a folder of its name or an output folder of Unreal's own."""
    return file.startswith(FOLDER) or entry.get("engine") == "unreal"


def import_texture(folder: Path, destination: str, file: str, entry: dict[str, Any], taken: dict[str, str]) -> str:
    """Bring one texture, and its volume if it is one, up to date: imported, updated or unchanged."""
    spec = entry["spec"]
    source = folder / file
    check(source, entry["sha256"])
    paths = asset_paths(destination, file, spec)
    for path in paths:
        # The content browser ignores case, as Windows does.
        if taken.setdefault(path.lower(), file) != file:
            raise Problem(f"{taken[path.lower()]} becomes {path}, too; rename one of the two")
    assets = unreal.get_editor_subsystem(unreal.EditorAssetSubsystem)
    texture = load(assets, paths[0], unreal.Texture2D)
    is_new = texture is None or str(assets.get_metadata_tag(texture, TAG)) != entry["sha256"]
    if is_new:
        texture = run_import(assets, source, paths[0])
    changed = [set_properties(texture, texture_settings(file, spec))]
    if is_new:
        assets.set_metadata_tag(texture, TAG, entry["sha256"])
    save(assets, texture, paths[0], needed=is_new or changed[0])
    if len(paths) > 1:
        changed.append(update_volume(assets, texture, paths[1], file, entry))
    return "imported" if is_new else "updated" if any(changed) else "unchanged"


def check(source: Path, sha256: str) -> None:
    """Import nothing that the lock does not vouch for."""
    try:
        found = hashlib.sha256(source.read_bytes()).hexdigest()
    except FileNotFoundError:
        raise Problem("the file is missing; run bluenoise-assets build") from None
    except OSError as error:
        raise Problem(f"the file cannot be read: {error.strerror}") from None
    if found != sha256:
        raise Problem("the file has changed since it was built; run bluenoise-assets build")


def asset_paths(destination: str, file: str, spec: dict[str, Any]) -> list[str]:
    """Where a texture's assets are: `/Game/Bluenoise/ui/dither`, and for a volume another one beside it."""
    name = file.removeprefix(FOLDER).rpartition(".")[0]
    plain = re.sub(r"[^\w/-]", "_", name)  # what Unreal takes in the names of assets
    path = f"{destination}/{plain}"
    return [path, path + VOLUME_SUFFIX] if len(spec["size"]) == 3 else [path]


def load(assets: Any, path: str, kind: Any) -> Any:
    """The asset, if there is one of that kind; None if there is none."""
    if not assets.does_asset_exist(path):
        return None
    asset = assets.load_asset(path)
    if not isinstance(asset, kind):
        raise Problem(f"{path} exists and is no {kind.__name__}; move it, or name another --destination")
    return asset


def run_import(assets: Any, source: Path, path: str) -> Any:
    """Import the file into the asset, over the one that is there: references to it stay."""
    task = unreal.AssetImportTask()
    package, _, name = path.rpartition("/")
    properties = {
        "filename": str(source.resolve()),
        "destination_path": package,
        "destination_name": name,
        "automated": True,
        "replace_existing": True,
        "replace_existing_settings": False,
        "save": False,
        "factory": unreal.TextureFactory(),  # without one newer versions ignore the destination's name
    }
    for key, value in properties.items():
        task.set_editor_property(key, value)
    unreal.AssetToolsHelpers.get_asset_tools().import_asset_tasks([task])
    if not task.get_editor_property("imported_object_paths"):
        raise Problem(f"Unreal did not import it into {path}; its own message is above")
    texture = load(assets, path, unreal.Texture2D)
    if texture is None:
        raise Problem(f"Unreal imported it, but not into {path}")
    return texture


def texture_settings(file: str, spec: dict[str, Any]) -> dict[str, str]:
    """What noise needs: linear data, no filter, no mipmaps, no compression."""
    lone, bits = spec["channels"] == 1, spec["bits"]
    if file.endswith(".png"):
        grey = "TC_GRAYSCALE" if bits == 8 else "TC_DISPLACEMENTMAP"  # R8, R16
        compression = grey if lone else "TC_VECTOR_DISPLACEMENTMAP"  # RGBA8
    elif bits == 8 or (bits == 16 and spec.get("encoding") == "float"):  # 16-bit floats hold it exactly
        compression = "TC_HALF_FLOAT" if lone else "TC_HDR"
    else:
        compression = "TC_SINGLE_FLOAT" if lone else "TC_HDR_F32"
    return {
        "srgb": "False",
        "filter": "TextureFilter.TF_NEAREST",
        "mip_gen_settings": "TextureMipGenSettings.TMGS_NO_MIPMAPS",
        "compression_settings": f"TextureCompressionSettings.{compression}",
    }


def update_volume(assets: Any, texture: Any, path: str, file: str, entry: dict[str, Any]) -> bool:
    """Make or mend the volume texture that Unreal cuts from the strip; say whether anything changed."""
    volume = load(assets, path, unreal.VolumeTexture)
    made = volume is None
    if made:
        package, _, name = path.rpartition("/")
        tools = unreal.AssetToolsHelpers.get_asset_tools()
        volume = tools.create_asset(name, package, unreal.VolumeTexture, unreal.VolumeTextureFactory())
        if volume is None:
            raise Problem(f"Unreal did not create {path}; its own message is above")
    always = unreal.PropertyAccessChangeNotifyMode.ALWAYS
    width, height = entry["spec"]["size"][:2]
    tiles = {"source2d_texture": texture, "source2d_tile_size_x": width, "source2d_tile_size_y": height}
    stale = made or str(assets.get_metadata_tag(volume, TAG)) != entry["sha256"]
    stale = stale or any(volume.get_editor_property(key) != value for key, value in tiles.items())
    if stale:
        # In this order: a new source resets the tile's size. And always told: the source has new texels.
        for key, value in tiles.items():
            volume.set_editor_property(key, value, always)
    changed = set_properties(volume, texture_settings(file, entry["spec"])) or stale
    if stale:
        assets.set_metadata_tag(volume, TAG, entry["sha256"])
    save(assets, volume, path, needed=changed)
    return changed


def set_properties(asset: Any, settings: dict[str, str]) -> bool:
    """Set what differs; say whether anything did."""
    changed = False
    for key, text in {**settings, **OPTIONAL}.items():
        try:
            value = constant(text)
            before = asset.get_editor_property(key)
        except Exception as error:  # noqa: BLE001 - what Unreal raises for an unknown property differs by version
            if key in OPTIONAL:
                continue
            raise Problem(f"this version of Unreal has no {key} = {text}: {error}") from None
        if before != value:
            asset.set_editor_property(key, value)
            changed = True
    return changed


def constant(text: str) -> Any:
    """`True`, or a member of one of Unreal's enumerations."""
    enumeration, _, member = text.rpartition(".")
    return text == "True" if not enumeration else getattr(getattr(unreal, enumeration), member)


def save(assets: Any, asset: Any, path: str, needed: bool) -> None:
    """Save it if that is needed; what cannot be saved is done again by the next run."""
    if needed and not assets.save_loaded_asset(asset, False):
        assets.set_metadata_tag(asset, TAG, "")
        raise Problem(f"{path} cannot be saved; is its file read-only, or checked out by somebody else?")


if __name__ == "__main__":
    main(sys.argv[1:])
