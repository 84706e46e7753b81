"""Headless Chromium: pages of ours with three.js and the files that they find; or page by page, told what to do."""

import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

from support.paths import ROOT
from support.tools import missing, require

THREE, PUPPETEER, AXE = "three@0.187.0", "puppeteer-core@24.8.2", "axe-core@4.14.1"
PAGES = ROOT / "tests" / "engines" / "browser"


def installed(work: Path, library: str = THREE) -> Path:
    """A folder with a library for the page and what drives the browser; the test is skipped without them."""
    npm = require("npm", "apt-get install npm")
    if (work / "node_modules").is_dir():
        return work
    (work / "package.json").write_text('{"private": true}', encoding="utf-8")
    packages = [library, PUPPETEER]  # puppeteer-core fetches no browser
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


class Browser:
    """Chromium in a process of its own, with one page at a time; `remote_browser.mjs` has the methods."""

    def __init__(self, work: Path, *options: str) -> None:
        chromium = require("chromium", "apt-get install chromium")
        node = require("node", "apt-get install nodejs")
        self.work = installed(work, AXE)
        shutil.copy(Path(__file__).parent / "remote_browser.mjs", work)
        self.process = subprocess.Popen(
            [node, "remote_browser.mjs", chromium, str(work / f"profile{len(list(work.glob('profile*')))}"), *options],
            cwd=work,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            encoding="utf-8",
        )

    def __getattr__(self, method: str) -> Callable[..., Any]:
        def call(*arguments: Any) -> Any:
            assert self.process.stdin is not None
            assert self.process.stdout is not None
            self.process.stdin.write(json.dumps([method, *arguments]) + "\n")
            self.process.stdin.flush()
            line = self.process.stdout.readline()
            assert line, "the browser has ended"
            answer = json.loads(line)
            assert "error" not in answer, f"{method} {arguments}: {answer['error']}"
            return answer["value"]

        return call

    def end(self) -> None:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.close()
        self.process.stdout.read()
        self.process.wait(60)
        self.process.stdout.close()
