"""What does not fit together: keys of a texture, and textures beside each other on disks and in shaders."""

from typing import Any

from yaml.nodes import MappingNode, Node

from bluenoise_assets.engines.outputs import outputs, problems
from bluenoise_assets.formats.registry import FORMATS
from bluenoise_assets.manifest.decode import Decoder, Pairs, pairs
from bluenoise_assets.manifest.manifest import Manifest
from bluenoise_assets.spec import DEFAULT_OBJECTIVE, TextureSpec, key_problems, misplaced_keys
from bluenoise_assets.spec.interpreter import BAD
from bluenoise_assets.spec.names import folded, identifier
from bluenoise_assets.spec.requirement import unmeasured

VARIANTS = {"dds_header": "dds"}
"""Keys that are about one format."""

ALL_SHADERS = "all textures' shaders"
"""Whose a library is."""

OWN_FOLDERS = "give its engines and formats folders of their own in `output`"


def check_keys(decoder: Decoder, values: dict[str, Any], own: Pairs, merged: Pairs, where: list[str]) -> None:
    """Check keys against each other: `BAD` for what does not fit; an inherited one without effect is dropped."""
    for text, problem in misplaced_keys(values.get("objective", DEFAULT_OBJECTIVE)).items():
        if text in own:
            values[text] = decoder.problem(own[text][0], [*where, text], problem, "remove it")
        else:
            values.pop(text, None)
    if any(value is BAD for value in values.values()):
        return
    unchecked = TextureSpec.unchecked(where[-1], values)
    found = list(key_problems(unchecked))
    if not any(text == "bits" for text, _, _ in found):  # else there is no telling what engines would get
        found += problems(unchecked)
    if not found:
        _check_requirement(decoder, unchecked, values, own, where)
    for text, problem, hint in found:
        node = next(merged[name][1] for name in (text, "encoding", "size") if name in merged)
        values[text] = decoder.problem(node, [*where, text], problem, hint)
    if values.get("formats") == () and not values.get("engines"):
        values["formats"] = decoder.problem(merged["formats"][1], [*where, "formats"], "the list is empty")
    about_formats = {text: form for text, form in VARIANTS.items() if text in own}
    if not about_formats or any(value is BAD for value in values.values()):
        return
    written = {output.what for output in outputs(TextureSpec.decoded(where[-1], values))}
    for text, form in about_formats.items():
        if form not in written:
            problem = f"has no effect: no {form} file is written"
            values[text] = decoder.problem(own[text][0], [*where, text], problem, "remove it")


def _check_requirement(
    decoder: Decoder, spec: TextureSpec, values: dict[str, Any], own: Pairs, where: list[str]
) -> None:
    """Bars of figures that the texture never has are wrong where it sets them itself, and dropped if inherited."""
    if spec.require is None or "require" not in own:
        values["require"] = spec.require and spec.require.of_what_has(spec)
        return
    for figure, problem in unmeasured(spec):
        inside = own
        for text in figure.path:
            key, value = inside[text]
            inside = pairs(value) if isinstance(value, MappingNode) else {}
        values["require"] = decoder.problem(key, [*where, *figure.path], problem, "remove it")


def report_clashes(decoder: Decoder, textures: list[tuple[Node, TextureSpec]], manifest: Manifest) -> None:
    """Two textures of a manifest must not write one file, nor one identifier in shaders, on any disk."""
    files: dict[str, str] = {}
    folders: dict[str, str] = {}
    identifiers: dict[str, str] = {}
    names: dict[str, Node] = {}
    for key, spec in textures:
        where = ["textures", spec.name]
        if names.get(spec.name) is key:
            hint = "use each matrix variable in the name, as in dither_{size}"
            decoder.problem(key, where, "two textures of this matrix have the same name", hint)
            continue
        twice = "rename one of them" if spec.name in names else OWN_FOLDERS
        names[spec.name] = key
        for folder, output in manifest.outputs(spec):
            file = (folder / output.file).as_posix() if manifest.folders else output.file
            whose = ALL_SHADERS if output.kind == "library" else f"'{spec.name}'"
            text, hint = _claim(file, whose, twice, files, folders)
            if text:
                decoder.problem(key, where, text, hint)
                break
        if spec.shaders or spec.engines or any(FORMATS[name].is_source for name in spec.formats):
            word = identifier(spec.name)
            other = identifiers.setdefault(word, spec.name)
            if other != spec.name and folded(other) != folded(spec.name):
                text = f"its name in shaders, {word}, is also that of '{other}'"
                decoder.problem(key, where, text, "rename one of them")


def _claim(file: str, whose: str, twice: str, files: dict[str, str], folders: dict[str, str]) -> tuple[str, str]:
    """Note whose a file is, and which folders that needs; what is wrong with it, and a hint.

    `twice` is the hint where one of that name has claimed it before.
    """
    whole = folded(file)
    parts = whole.split("/")
    above = ["/".join(parts[:count]) for count in range(1, len(parts))]
    if whole in files:
        other = files[whole]
        if other == whose == ALL_SHADERS:
            return "", ""
        hint = twice if other == whose else "some disks take these two names for one"
        hint = "rename one of them" if ALL_SHADERS in {other, whose} else hint
        return f"the file {file} is also written by {other}", hint
    if whole in folders:
        return f"the file {file} is also a folder, that of {folders[whole]}", "rename one of them"
    for folder in above:
        if folder in files:
            return f"its folder {folder} is also a file, that of {files[folder]}", "rename one of them"
    files[whole] = whose
    folders.update(dict.fromkeys(above, whose))
    return "", ""
