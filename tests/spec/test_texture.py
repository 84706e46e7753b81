"""Shapes and files of a texture, and the signatures that type checkers see."""

import ast
import dataclasses

import pytest
from support.paths import PACKAGE

from bluenoise_assets import spec
from bluenoise_assets.engines.outputs import output_files
from bluenoise_assets.spec import TextureSpec

SPEC = TextureSpec("a", (8, 4))


def test_shape_and_files():
    assert (SPEC.shape, SPEC.texel_count) == ((4, 8), 32)
    both = TextureSpec("ui/a", (8, 8), shaders=("glsl", "hlsl"))
    shared = ("ui/a.png", "bluenoise_common.glsl", "ui/a.glsl", "bluenoise_common.hlsl", "ui/a.hlsl")
    assert output_files(both) == shared
    assert output_files(dataclasses.replace(both, shader_files="single")) == ("ui/a.png", "ui/a.glsl", "ui/a.hlsl")


def signatures():
    """The `__init__` that dataclasses of `spec` write out for type checkers: the class, its parameters."""
    for file in sorted((PACKAGE / "spec").glob("*.py")):
        for kind in ast.walk(ast.parse(file.read_text())):
            for block in kind.body if isinstance(kind, ast.ClassDef) else []:
                if isinstance(block, ast.If) and block.test.id == "TYPE_CHECKING":
                    yield kind.name, [argument.arg for argument in block.body[0].args.args[1:]]


@pytest.mark.parametrize(("name", "arguments"), list(signatures()))
def test_type_checkers_see_every_key(name, arguments):
    """Or a new key could not be passed to `TextureSpec` in a program that is checked."""
    assert arguments == [field.name for field in dataclasses.fields(getattr(spec, name))]


def test_the_spec_itself_has_a_signature():
    assert "TextureSpec" in dict(signatures())
