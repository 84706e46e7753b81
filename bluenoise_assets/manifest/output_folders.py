"""The key `output`: the folder for what is built, or several, for engines and formats that have one of their own."""

import os
from pathlib import Path
from typing import Any, get_args

from yaml.nodes import MappingNode, Node

from bluenoise_assets.formats.layout import FormatName
from bluenoise_assets.manifest.decode import Decoder, pairs
from bluenoise_assets.spec import SHADERS, EngineName
from bluenoise_assets.spec.annotations import Scalar
from bluenoise_assets.spec.interpreter import BAD

KEY = "output"
DEFAULT_FOLDER = "bluenoise"
DEFAULT = "default"
GROUPS = tuple(dict.fromkeys([SHADERS, *get_args(EngineName), *get_args(FormatName)]))
"""What may have a folder of its own."""


def read_folders(decoder: Decoder, node: Node | None, beside: Path) -> tuple[Path, dict[str, Path]]:
    """The output folder, and those of `GROUPS` that have one of their own; paths are relative to `beside`.

    `node` is the key's value, None where it is left out. Problems go to the decoder.
    """
    if not isinstance(node, MappingNode):
        return _folder(decoder, node, [KEY], beside), {}
    found = pairs(node)
    for text, (key, _) in found.items():
        if text not in {DEFAULT, *GROUPS}:
            decoder.unknown_key(key, text, [KEY], (DEFAULT, *GROUPS))
    default = found.get(DEFAULT, (None, None))[1]
    return _folder(decoder, default, [KEY, DEFAULT], beside), {
        text: _folder(decoder, value, [KEY, text], beside) for text, (_, value) in found.items() if text in GROUPS
    }


def _folder(decoder: Decoder, node: Node | None, where: list[str], beside: Path) -> Path:
    text: Any = DEFAULT_FOLDER
    if node is not None:
        text = decoder.value(node, Scalar(str), where)
        if text is not BAD and (not text.strip() or not text.isprintable()):
            text = decoder.problem(node, where, f"'{text}' is not a folder's name")
    return Path(os.path.realpath(beside / (DEFAULT_FOLDER if text is BAD else text)))
