"""Small git repositories, which nobody's own settings reach."""

import os
import subprocess
from pathlib import Path

from support.processes import run_to_end
from support.tools import require


class Repository:
    """A folder under git, on the branch `main`."""

    def __init__(self, folder: Path) -> None:
        self.git_program = require("git", "apt-get install git")
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self.git("init", "--quiet", "--initial-branch=main")
        self.git("config", "core.autocrlf", "false")

    def try_git(self, *words: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
        person = {f"GIT_{who}_{what}": "a@b.example" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
        alone = {"HOME": str(self.folder), "GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": os.devnull}
        env = os.environ | person | alone | environment
        return run_to_end([self.git_program, *map(str, words)], cwd=self.folder, env=env)

    def git(self, *words: str | Path, **environment: str) -> str:
        done = self.try_git(*words, **environment)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def commit(self) -> None:
        """Everything there is."""
        self.git("add", "--all")
        self.git("commit", "--quiet", "--message", "x")
