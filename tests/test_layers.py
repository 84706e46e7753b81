"""The layout promises: imports point one way, heavy libraries are loaded where they are needed, starting up is cheap."""

import ast
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from support.paths import PACKAGE, ROOT
from support.projects import project, run_cli

PAGE = (ROOT / ".github" / "CONTRIBUTING.md").read_text(encoding="utf-8")
ROWS = re.findall(
    r"(?m)^\| (`\w+`(?:, `\w+`)*) \| .* \| ([\w,; ]*)\|$",
    PAGE.partition("## Where things are")[2].partition("## A value")[0],
)
LAYERS = [re.findall(r"\w+", names) for names, _ in ROWS]
LEVEL = {module: level for level, modules in enumerate(LAYERS) for module in modules}
LIBRARIES = {
    module: set(re.findall(r"\w+", loads)) for (_, loads), row in zip(ROWS, LAYERS, strict=True) for module in row
}
HEAVY = {"jax", "jaxlib", "numpy", "imageio", "PIL", "watchdog", "scipy", "fsspec", "dask", "distributed"}

MOST_LINES = 400
MOST_ENTRIES = 12


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


def layer_of(name: str) -> str | None:
    """The layer of a full name; None for what belongs to none, as the package itself."""
    parts = name.split(".")
    return parts[1] if parts[0] == "bluenoise_assets" and len(parts) > 1 and parts[1] in LEVEL else None


FILES = [
    PACKAGE / "errors.py",
    *sorted(
        file
        for file in PACKAGE.rglob("*.py")
        if "integrations" not in file.parts
        and file.parent != PACKAGE  # scripts that run inside engines; the two ways in
    ),
]


def test_the_top_of_the_package_is_the_table():
    entries = {path.name.removesuffix(".py") for path in PACKAGE.iterdir() if path.name != "__pycache__"}
    assert entries == {*LEVEL, "__init__", "__main__", "integrations"}
    assert len(entries - {"__init__"}) <= MOST_ENTRIES
    assert len(ROWS) <= 10
    assert len(PAGE.splitlines()) <= 120


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.relative_to(PACKAGE).as_posix())
def test_imports_point_one_way(file):
    own = file.relative_to(PACKAGE).parts[0].removesuffix(".py")
    for name in imports_of(file):
        other = layer_of(name)
        assert other in {None, own} or LEVEL[other] < LEVEL[own], f"{file.name} imports {name}, which is not below it"
        library = name.partition(".")[0]
        assert library not in HEAVY | {"yaml"} or library in {
            *LIBRARIES[own],
            *[one + "lib" for one in LIBRARIES[own]],
        }, name


@pytest.mark.parametrize("file", sorted((PACKAGE / "manifest").glob("*.py")), ids=lambda file: file.name)
def test_parsing_yaml_imports_no_engine(file):
    if file.name not in {"check.py", "manifest.py"}:  # which ask for a texture's outputs
        assert "engines" not in map(layer_of, imports_of(file))


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.relative_to(PACKAGE).as_posix())
def test_one_idea_a_file(file):
    assert len(file.read_text(encoding="utf-8").splitlines()) <= MOST_LINES


def test_each_folder_says_what_is_inside():
    for folder in {file.parent for file in FILES} - {PACKAGE}:
        assert ast.get_docstring(ast.parse((folder / "__init__.py").read_text(encoding="utf-8"))), folder


def test_starting_up_is_cheap(tmp_path):
    """A build step that has nothing to do must not pay for jax, numpy, Pillow or watchdog, nor ask a remote cache."""
    game = project(tmp_path, "schema: 1\noutput: out\ntextures: {a: {size: 4, effort: fast, engines: [unity]}}\n")
    assert run_cli("build", game, cwd=tmp_path).returncode == 0
    verbs = ["build", "check", "plan", "clean --dry-run", "build --list-outputs", "schema", "integration"]
    environment = os.environ | {"BLUENOISE_REMOTE_CACHE": "s3://studio/noise", "BLUENOISE_CACHE_WRITE": "1"}
    for verb in verbs:
        code = (
            f"import sys; from bluenoise_assets.cli import main; main({arguments(verb, game)!r}); print(*sys.modules)"
        )
        done = subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=tmp_path, env=environment
        )
        loaded = {name.partition(".")[0] for name in done.stdout.splitlines()[-1].split()}
        assert not loaded & HEAVY, verb
        assert "bluenoise_assets" in loaded


def arguments(verb: str, game: Path) -> list[str]:
    first, *options = verb.split()
    return [first, *options] if first in {"schema", "integration"} else [first, str(game), *options]
