"""Pages as a newcomer uses them: the files and the commands to copy, exactly as they are written.

A file is a fenced block after a line that holds its name alone, as `` `CMakeLists.txt`: ``. Commands are blocks fenced
with ```sh.
"""

import re
import subprocess
from pathlib import Path
from textwrap import dedent
from typing import NamedTuple

from support.paths import PACKAGE, ROOT
from support.processes import run_to_end

INTEGRATIONS = ROOT / "bluenoise_assets" / "integrations"

_BLOCK = re.compile(r"^```([a-z]*)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
_FENCE = re.compile(r"^( *)```([^\n`]*)\n(.*?)^\1```$", re.DOTALL | re.MULTILINE)
_FILE = re.compile(r"^`([^`\n]+)`:\n\n```[a-z]*\n(.*?)^```$", re.DOTALL | re.MULTILINE)


class Fence(NamedTuple):
    """A fenced block of a page; `page` is the path in the clone, `line` that of the fence."""

    page: str
    line: int
    language: str
    text: str


def pages() -> list[str]:
    """Every page, by its path in the clone."""
    found = [*ROOT.glob("*.md"), *ROOT.glob(".github/*.md"), *ROOT.glob("manifests/*.md"), *ROOT.glob("shaders/*.md")]
    return sorted(path.relative_to(ROOT).as_posix() for path in [*found, *PACKAGE.rglob("*.md")])


def fences(name: str) -> list[Fence]:
    """All fenced blocks of a page, also those inside of lists."""
    text = (ROOT / name).read_text(encoding="utf-8")
    return [
        Fence(name, text.count("\n", 0, found.start()) + 1, found[2], dedent(found[3]))
        for found in _FENCE.finditer(text)
    ]


def page(name: str) -> str:
    """The text of an integration's page."""
    return (INTEGRATIONS / name / "README.md").read_text(encoding="utf-8")


def files_of(text: str) -> dict[str, str]:
    """Names and contents of the files that a page shows."""
    return dict(_FILE.findall(text))


def blocks_of(text: str, language: str) -> list[str]:
    """The blocks fenced with a language's name."""
    return [body for found, body in _BLOCK.findall(text) if found == language]


def write_files(text: str, folder: Path) -> None:
    """Write the files that a page shows."""
    for name, content in files_of(text).items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")


def run_block(block: str, folder: Path, env: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """Run a block of commands as one script that stops at the first failure."""
    return run_to_end(["bash", "-euo", "pipefail", "-c", block], cwd=folder, env=env)
