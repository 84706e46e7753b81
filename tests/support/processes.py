"""Processes that tests start: what they said is shown when the test fails."""

import re
import subprocess
import sys

PROGRESS_LINE = re.compile(r"^\d+/\d+ textures?, \d+%, [\d:]+ (?:left|so far)(?:  .*)?\n", re.MULTILINE)
"""What a build on a busy machine says on stderr every five seconds."""


def shown(command, code, out, err):
    """Say how a process ended; pytest shows it under a test that fails, whatever that asserts."""
    print(f"$ {command}\nexit code {code}\n{out}{err}", file=sys.__stderr__, flush=True)


def run_to_end(command, **options) -> subprocess.CompletedProcess[str]:
    """Run a program to its end; its output as text, and shown if the test fails."""
    options = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "encoding": "utf-8"} | options
    done = subprocess.run([str(word) for word in command], check=False, **options)
    shown(" ".join(map(str, command)), done.returncode, done.stdout, done.stderr or "")
    return done
