"""The base install builds without what a remote cache and dask need, and says in one line how to get it."""

import json
import os
import subprocess
import sys
import tomllib

import pytest
from support.environments import environment
from support.paths import ROOT
from support.projects import contents, lock_of, project

pytestmark = pytest.mark.skipif(os.name == "nt", reason="a link to a folder needs a privilege there")

OPTIONAL = ["fsspec", "s3fs", "dask", "distributed", "cryptography"]
BASE = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["dependencies"]
REMOTE, DASK = (f'python -m pip install "bluenoise-assets[{extra}]"' for extra in ("remote", "dask"))
MASK = "schema: 1\noutput: out\ntextures: {a: {size: 8, effort: fast}}\n"

RUN = """\
import contextlib, importlib.util, io, json, os, sys
from bluenoise_assets.cli import main
for arguments, variables in json.loads(sys.argv[1]):
    os.environ.update(variables)
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = main(arguments)
    for name in variables:
        del os.environ[name]
    print(json.dumps([code, out.getvalue(), err.getvalue()]))
print(json.dumps(sorted({name.partition(".")[0] for name in sys.modules})))
"""


@pytest.fixture(scope="module")
def cache(tmp_path_factory):
    """A user's cache folder, so that programs are compiled once."""
    return tmp_path_factory.mktemp("cache")


def run(python, folder, *commands, cache=None):
    """Run commands, each with its environment variables; of each code, stdout and stderr, and the modules loaded."""
    cache = cache or folder / "cache"
    kept = {name: value for name, value in os.environ.items() if not name.startswith("BLUENOISE_")}
    done = subprocess.run(
        [python, "-c", RUN, json.dumps(commands)],
        check=False,
        cwd=folder,
        env=kept | {"PYTHONPATH": str(ROOT), "PYTHONWARNINGS": "ignore", "XDG_CACHE_HOME": str(cache)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    *results, modules = map(json.loads, done.stdout.splitlines())
    return results, set(modules)


@pytest.fixture(scope="module")
def base(tmp_path_factory):
    """The Python of an environment with what `pip install bluenoise-assets` brings."""
    python = environment(tmp_path_factory.mktemp("base") / "venv", *BASE)
    for name in OPTIONAL:
        missing = subprocess.run([python, "-c", f"import {name}"], capture_output=True, text=True, check=False)
        assert "ModuleNotFoundError" in missing.stderr
    return python


def test_the_base_install_asks_for_six_packages():
    names = {line.partition(">")[0] for line in BASE}
    assert names == {"jax", "jaxlib", "numpy", "imageio", "pyyaml", "watchdog"}


ABSENT = [
    (["build", "--remote-cache", "s3://studio/cache"], {}, f"{REMOTE} s3fs"),
    (["build", "--remote-cache", "gs://studio/cache", "--remote-write"], {}, f"{REMOTE} gcsfs"),
    (["watch", "--once", "--remote-cache", "shared"], {}, REMOTE),
    (["build"], {"BLUENOISE_REMOTE_CACHE": "https://cache.example.com/noise"}, f"{REMOTE} aiohttp"),
    (["build", "--executor", "dask"], {}, DASK),
    (["build", "--scheduler", "tcp://127.0.0.1:8786"], {}, DASK),
    (["watch", "--once"], {"BLUENOISE_EXECUTOR": "dask"}, DASK),
    (["build"], {"BLUENOISE_SCHEDULER": "tcp://127.0.0.1:8786"}, DASK),
]


def test_what_is_not_installed_is_one_line_with_the_command_that_mends_it(base, cache, tmp_path):
    """Before anything is built: nobody shall wait for an hour to learn it. What asks for none of it just builds."""
    project(tmp_path, MASK, "manifests.yaml")
    commands = [[[arguments[0], "manifests.yaml", *arguments[1:]], variables] for arguments, variables, _ in ABSENT]
    results, modules = run(base, tmp_path, *commands, cache=cache)
    for (arguments, _, install), (code, out, err) in zip(ABSENT, results, strict=True):
        assert (code, out, err.count("\n")) == (2, "", 1), (arguments, out, err)
        assert err.startswith("bluenoise-assets: error: "), err
        assert err.endswith(f": {install}\n"), err
    assert "jax" not in modules
    assert contents(tmp_path).keys() == {"manifests.yaml"}
    build = ["build", "manifests.yaml"]
    check = ["check", "manifests.yaml", "--rebuild"]
    results, modules = run(base, tmp_path, [build, {}], [check, {}], [build, {}], cache=cache)
    assert [code for code, _, _ in results] == [0, 0, 0], results
    assert not modules & {*OPTIONAL}
    assert lock_of(tmp_path / "out").keys() == {"a.png"}


def test_an_environment_that_has_it_all_loads_none_of_it_for_a_build_that_does_not_ask(cache, tmp_path):
    project(tmp_path, MASK, "manifests.yaml")
    results, modules = run(sys.executable, tmp_path, [["build", "manifests.yaml", "--force"], {}], cache=cache)
    assert results[0][0] == 0
    assert "jax" in modules
    assert not modules & {*OPTIONAL}


def test_a_store_without_its_own_package_says_which(tmp_path):
    """fsspec is there, and s3fs is not."""
    python = environment(tmp_path / "venv", "pyyaml", "fsspec")
    if subprocess.run([python, "-c", "import fsspec"], capture_output=True, check=False).returncode:
        pytest.skip('fsspec is missing; install it with: pip install "bluenoise-assets[remote]"')
    project(tmp_path, MASK, "manifests.yaml")
    command = ["build", "manifests.yaml", "--remote-cache", "s3://studio/cache"]
    ((code, _, err),), _ = run(python, tmp_path, [command, {}])
    assert (code, err.count("\n")) == (2, 1)
    assert err.endswith(f"the remote cache needs s3fs, which is not installed: {REMOTE} s3fs\n")


def test_check_needs_yaml_alone_and_rebuild_says_what_it_needs(base, cache, tmp_path):
    """As in CI, where `pip install --no-deps` is enough to check."""
    python = environment(tmp_path / "venv", "pyyaml")
    project(tmp_path, MASK, "manifests.yaml")
    check = ["check", "manifests.yaml"]
    results, _ = run(python, tmp_path, [check, {}], [[*check, "--rebuild", "5%"], {}])
    assert [code for code, _, _ in results] == [3, 3]  # what is not built is not made again
    assert run(base, tmp_path, [["build", "manifests.yaml"], {}], cache=cache)[0][0][0] == 0
    results, _ = run(python, tmp_path, [check, {}], [[*check, "--rebuild", "5%"], {}])
    assert results[0] == [0, "all fresh\n", ""]
    code, _, err = results[1]
    assert (code, err.count("\n")) == (1, 1)
    assert "is not installed, which this needs; install bluenoise-assets with its dependencies" in err
