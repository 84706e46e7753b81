"""The public names: each is there, is listed, and comes from where type checkers see it."""

import ast
import subprocess
import sys

from support.paths import PACKAGE

import bluenoise_assets


def test_exports():
    code = (
        "import sys, bluenoise_assets as bn\n"
        "assert not {'dataclasses', 'yaml', 'typing', 'pathlib'} & set(sys.modules), sorted(sys.modules)\n"
        "assert set(bn.__all__) <= set(dir(bn))\n"
        "for name in bn.__all__: assert getattr(bn, name).__class__ and name in vars(bn), name\n"
        "assert not hasattr(bn, 'nonsense')\n"
        "from bluenoise_assets import *\n"
        "assert TextureSpec is bn.spec.TextureSpec and callable(measure)\n"
    )
    subprocess.run([sys.executable, "-I", "-S", "-c", f"import sys; sys.path[:0] = {sys.path!r}\n{code}"], check=True)
    tree = ast.parse((PACKAGE / "__init__.py").read_text(encoding="utf-8"))
    seen = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module.startswith("bluenoise_assets."):
            seen |= {alias.name: node.module.partition(".")[2] for alias in node.names}
    homes = {name: home for home, names in bluenoise_assets._HOMES.items() for name in names}
    assert seen == {name: homes.get(name, "spec") for name in bluenoise_assets.__all__}
