"""The layout promises: imports point one way, only noise/ knows jax, starting up is cheap."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest
from support.paths import PACKAGE

LAYERS = [
    {"errors"},
    {"formats"},
    {"spec"},
    {"quality", "engines"},
    {"noise", "manifest"},
    {"builder"},
    {"cli"},
    {"__main__"},
]
LEVEL = {module: level for level, modules in enumerate(LAYERS) for module in modules}


def imports_of(file: Path) -> set[str]:
    """Full names of what a file imports, also inside functions."""
    names = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            assert node.level == 0, f"{file}: imports are absolute"
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    return names


def module_of(file: Path) -> str:
    return file.relative_to(PACKAGE).parts[0].removesuffix(".py")


FILES = sorted(
    file
    for file in PACKAGE.rglob("*.py")
    if file != PACKAGE / "__init__.py" and "integrations" not in file.parts  # scripts that run inside engines
)


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(PACKAGE)))
def test_imports_point_one_way(file):
    own = module_of(file)
    for name in imports_of(file):
        parts = name.split(".")
        if parts[0] != "bluenoise_assets" or len(parts) < 2 or parts[1] == own or parts[1] not in LEVEL:
            continue
        assert LEVEL[parts[1]] < LEVEL[own], f"{file.name} imports {name}, which is not below it"


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(PACKAGE)))
def test_only_noise_imports_jax(file):
    if module_of(file) != "noise":
        assert not {name.split(".")[0] for name in imports_of(file)} & {"jax", "jaxlib"}


def test_of_the_manifest_only_the_checks_know_engines():
    """Reading YAML needs none: they are asked which files a texture gives, so that no two write one."""
    files = [file for file in FILES if module_of(file) == "manifest"]
    assert [file.name for file in files if any("engines" in name for name in imports_of(file))] == ["check.py"]


def test_every_module_has_a_layer():
    assert {module_of(file) for file in FILES} == set(LEVEL)


def test_importing_the_package_is_cheap():
    """A build step that has nothing to do must not pay for jax, numpy, Pillow or watchdog."""
    verbs = ", ".join(f"bluenoise_assets.cli.{name}" for name in ("build", "check", "plan", "clean", "cache", "init"))
    code = f"import sys, {verbs}; print(*sorted({{name.split('.')[0] for name in sys.modules}}))"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert not set(loaded) & {"jax", "jaxlib", "numpy", "imageio", "PIL", "watchdog", "filelock", "scipy"}
    assert "yaml" in loaded
