"""Shipped files are found, and a build works, from a clone, an editable install and a wheel.

Installs go without dependencies, which are served from the running environment; .ci/run installs a wheel with
everything into an empty environment.
"""

import os
import shutil
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

import pytest
from support.paths import ROOT
from support.tools import require_module

SHIPPED = {path.name: path for path in sorted((ROOT / "shaders").iterdir())}
SCHEMA = ROOT / "manifests" / "bluenoise.schema.json"

PROBE = """
import sys, pathlib, bluenoise_assets
from bluenoise_assets.engines.shaders import sources
from bluenoise_assets.cli import main
print(pathlib.Path(bluenoise_assets.__file__).parent)
for name in sys.argv[1:]:
    pathlib.Path(name).write_bytes(sources.text(name).encode())
assert main(["init", "manifests/a.yaml"]) == 0
text = pathlib.Path("manifests/a.yaml").read_text()
pathlib.Path("manifests/a.yaml").write_text(text.replace("size: 64", "size: 8\\n    effort: fast"))
assert main(["build", "manifests", "--cache", "off", "--quiet"]) == 0
assert main(["check", "manifests"]) == 0
assert main(["report", "manifests", "--quiet"]) == 0
"""


@pytest.fixture(scope="module")
def clone(tmp_path_factory):
    """A copy of what git tracks, or would."""
    target = tmp_path_factory.mktemp("clone")
    for name in ("bluenoise_assets", "manifests", "shaders"):
        shutil.copytree(ROOT / name, target / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, target / name)
    (target / "tests").mkdir()
    return target


@pytest.fixture(scope="module")
def wheel(clone, tmp_path_factory):
    require_module("build", "pip install build")
    target = tmp_path_factory.mktemp("wheel")
    run([sys.executable, "-m", "build", "--outdir", str(target), str(clone)], target)
    (found,) = target.glob("*.whl")
    return found


def run(command, cwd, **environment):
    done = subprocess.run(command, cwd=cwd, env=os.environ | environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def check_installation(python, cwd, path, package):
    """Run the probe in an empty folder; the package must be the one that was installed."""
    assert Path(run([python, "-c", PROBE, *SHIPPED], cwd, PYTHONPATH=os.pathsep.join(path)).split("\n")[0]) == package
    for name, original in SHIPPED.items():
        assert (cwd / name).read_bytes() == original.read_bytes()
    assert (cwd / "manifests" / SCHEMA.name).read_bytes() == SCHEMA.read_bytes()
    assert {file.name for file in (cwd / "build" / "bluenoise").glob("dither*")} == {
        "dither_64.png",
        "dither_64.glsl",
        "dither_64.hlsl",
    }


def test_clone(clone, tmp_path):
    check_installation(sys.executable, tmp_path, [str(clone)], clone / "bluenoise_assets")


def test_wheel(wheel, tmp_path):
    site = tmp_path / "site"
    run([sys.executable, "-m", "pip", "install", "-q", "--no-deps", "--target", str(site), str(wheel)], tmp_path)
    (tmp_path / "work").mkdir()
    check_installation(sys.executable, tmp_path / "work", [str(site)], site / "bluenoise_assets")


def test_editable_install(clone, tmp_path):
    venv.create(tmp_path / "venv", with_pip=False, symlinks=os.name != "nt")
    folder = "Scripts" if os.name == "nt" else "bin"
    python = str(tmp_path / "venv" / folder / "python")
    install = [sys.executable, "-m", "pip", "--python", python, "install", "-q", "--no-deps", "-e", str(clone)]
    run(install, tmp_path)
    (tmp_path / "work").mkdir()
    dependencies = [sysconfig.get_path("purelib"), sysconfig.get_path("platlib")]
    check_installation(python, tmp_path / "work", dependencies, clone / "bluenoise_assets")


def test_wheel_holds_the_package_and_nothing_else(wheel):
    import zipfile

    names = zipfile.ZipFile(wheel).namelist()
    tops = {name.split("/")[0] for name in names}
    assert tops == {"bluenoise_assets", f"bluenoise_assets-{wheel.name.split('-')[1]}.dist-info"}
    assert "bluenoise_assets/engines/shaders/_sources/bluenoise_common.glsl" in names
    shipped = {path for path in (ROOT / "bluenoise_assets" / "engines").rglob("*") if path.is_file()}
    templates = {path.relative_to(ROOT).as_posix() for path in shipped if "__pycache__" not in path.parts}
    assert templates <= set(names)
    integrations = ROOT / "bluenoise_assets" / "integrations"  # plugins for engines are not Python alone
    shipped = {path for path in integrations.rglob("*") if path.is_file() and "__pycache__" not in path.parts}
    assert {path.relative_to(ROOT).as_posix() for path in shipped} <= set(names)
    assert not [name for name in names if "__pycache__" in name]
