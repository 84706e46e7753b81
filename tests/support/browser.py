"""three.js in headless Chromium: a page of ours, and the files that it finds."""

import json
import shutil
import subprocess
from pathlib import Path

from support.paths import ROOT
from support.tools import missing, require

THREE, PUPPETEER = "three@0.187.0", "puppeteer-core@24.8.2"
PAGES = ROOT / "tests" / "engines" / "browser"


def installed(work: Path) -> Path:
    """A folder with three.js and what drives the browser; the test is skipped without them."""
    npm = require("npm", "apt-get install npm")
    (work / "package.json").write_text('{"private": true}', encoding="utf-8")
    packages = [THREE, PUPPETEER]  # puppeteer-core fetches no browser
    command = [npm, "install", "--prefer-offline", "--ignore-scripts", "--no-audit", "--no-fund", *packages]
    done = subprocess.run(command, cwd=work, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        missing(" and ".join(packages), f"npm install {' '.join(packages)} (it said: {done.stderr.strip()[-300:]})")
    return work


def shown(work: Path, files: Path, *pages: str) -> list[dict]:
    """What each page finds, `found`, with the folder of files as its own, and the browser's `complaints`."""
    chromium = require("chromium", "apt-get install chromium")
    node = require("node", "apt-get install nodejs")
    installed(work)
    for name in ("drive.mjs", *pages):
        shutil.copy(PAGES / name, work)
    command = [node, "drive.mjs", chromium, str(files), str(work / "profile"), *pages]
    done = subprocess.run(command, cwd=work, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, done.stderr
    answers = json.loads(done.stdout)
    return [answers[page] for page in pages]
