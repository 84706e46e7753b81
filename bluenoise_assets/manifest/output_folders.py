"""The key `output`: the folder for what is built, or several, for engines and formats that have one of their own."""

import os
from pathlib import Path
from typing import get_args

from yaml.nodes import MappingNode, Node, ScalarNode

from bluenoise_assets.formats.layout import FormatName
from bluenoise_assets.manifest.decode import Decoder, pairs
from bluenoise_assets.manifest.template import Member, path_text
from bluenoise_assets.spec import SHADERS, EngineName
from bluenoise_assets.spec.annotations import Scalar
from bluenoise_assets.spec.interpreter import BAD

KEY = "output"
DEFAULT_FOLDER = "bluenoise"
DEFAULT = "default"
GROUPS = tuple(dict.fromkeys([SHADERS, *get_args(EngineName), *get_args(FormatName)]))
"""What may have a folder of its own."""


def read_folders(decoder: Decoder, node: Node | None, beside: Path, variables: Member) -> tuple[Path, dict[str, Path]]:
    """The output folder, and those of `GROUPS` that have one of their own; paths are relative to `beside`.

    `node` is the key's value, None where it is left out. Problems go to the decoder.
    """

    def folder(node: Node | None, where: list[str]) -> Path:
        text: str | None = None
        if node is not None and decoder.value(node, Scalar(str), where) is not BAD:
            assert isinstance(node, ScalarNode)
            text = path_text(decoder, node, variables, where, "folder")
        return Path(os.path.realpath(beside / (text or DEFAULT_FOLDER)))

    if not isinstance(node, MappingNode) or decoder.hint(node):  # `output: {platform}`
        return folder(node, [KEY]), {}
    found = pairs(node)
    for text, (key, _) in found.items():
        if text not in {DEFAULT, *GROUPS}:
            decoder.unknown_key(key, text, [KEY], (DEFAULT, *GROUPS))
    default = found.get(DEFAULT, (None, None))[1]
    own = {text: folder(value, [KEY, text]) for text, (_, value) in found.items() if text in GROUPS}
    return folder(default, [KEY, DEFAULT]), own
