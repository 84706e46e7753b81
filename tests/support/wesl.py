"""The two linkers of WESL: the one in Rust, which Bevy has, where Python is new enough for it, and the one in JavaScript."""

import json
import shutil
import subprocess
import sys
from dataclasses import asdict, dataclass
from pathlib import Path

import pytest
from support.tools import missing, require, require_module

PACKAGE = "wesl@0.7.31"


@dataclass(frozen=True)
class Job:
    """What to link: texts by their paths, `package::shaders::dithered`, and `render/io.wesl` in packages."""

    root: str
    modules: dict[str, str]
    packages: dict[str, dict[str, str]]
    constants: dict[str, int]


def linked_in_rust(jobs: dict[str, Job], _work: Path) -> dict[str, str]:
    """Each job's WGSL."""
    if sys.version_info < (3, 12):
        pytest.skip("wesl-py is for Python 3.12 or later")
    wesl = require_module("wesl", "pip install wesl-py")
    found = {}
    for name, job in jobs.items():
        modules = {
            f"{package}::{file.removesuffix('.wesl').replace('/', '::')}": text
            for package, files in job.packages.items()
            for file, text in files.items()
        }
        found[name] = wesl.compile(job.modules | modules, root=job.root, constants=job.constants).wgsl
    return found


def linked_in_javascript(jobs: dict[str, Job], work: Path) -> dict[str, str]:
    """Each job's WGSL."""
    npm = require("npm", "apt-get install npm")
    node = require("node", "apt-get install nodejs")
    (work / "package.json").write_text('{"private": true}', encoding="utf-8")
    command = [npm, "install", "--prefer-offline", "--ignore-scripts", "--no-audit", "--no-fund", PACKAGE]
    done = subprocess.run(command, cwd=work, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        missing(PACKAGE, f"npm install {PACKAGE} (it said: {done.stderr.strip()[-300:]})")
    shutil.copy(Path(__file__).with_name("link_wesl.mjs"), work)
    text = json.dumps({name: asdict(job) for name, job in jobs.items()})
    done = subprocess.run(
        [node, "link_wesl.mjs"], input=text, cwd=work, capture_output=True, encoding="utf-8", check=False, timeout=100
    )
    assert done.returncode == 0, done.stderr
    answers = json.loads(done.stdout)
    assert not {name: answer["error"] for name, answer in answers.items() if "error" in answer}
    return {name: answer["wgsl"] for name, answer in answers.items()}


LINKERS = {"Rust": linked_in_rust, "JavaScript": linked_in_javascript}
