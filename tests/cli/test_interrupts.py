"""Being told to end in the middle of a build: soon, with one line, whole files and nothing left over."""

import os
import signal
import subprocess
import sys
import time

import pytest
from support.paths import ROOT
from support.processes import shown
from support.projects import MANIFEST, build, contents, project
from support.saves import TIMEOUT

from bluenoise_assets.cli.interrupts import Interrupted, exit_code, signals_as_interrupts

pytestmark = pytest.mark.skipif(os.name != "posix", reason="the signals are POSIX's")
LONG = MANIFEST.replace("steps: 8", "steps: 10000000")


BUILD = [sys.executable, "-m", "bluenoise_assets", "build", "game.yaml", "--cache", "off"]


def start(folder, *before, **options):
    command = [*before, *BUILD, "--json"]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    options = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE} | options
    return subprocess.Popen(command, cwd=folder, env=environment, text=True, **options)


def wait_for_progress(process):
    for line in process.stdout:
        if '"progress"' in line:
            return
    raise AssertionError(process.stderr.read())


def end(process):
    """Wait until it has ended; its stdout and stderr."""
    out, err = process.communicate(timeout=TIMEOUT)
    shown("build", process.returncode, out, err)
    return out, err


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)], ids=str
)
def test_a_signal_ends_a_long_build(number, code, tmp_path):
    project(tmp_path)
    build(tmp_path / "game.yaml")
    before = contents(tmp_path / "out")
    project(tmp_path, LONG)
    process = start(tmp_path)
    wait_for_progress(process)
    process.send_signal(number)
    out, err = end(process)
    assert process.returncode == code
    assert err == ""
    assert '{"event": "error", "text": "interrupted"}' in out
    assert contents(tmp_path / "out").keys() - {".bluenoise.build"} == before.keys()
    project(tmp_path)
    assert build(tmp_path / "game.yaml").fresh == 3  # the old files are there still
    assert contents(tmp_path / "out").keys() - {".bluenoise.build"} == before.keys()


def test_a_terminal_that_is_closed_ends_the_build(tmp_path):
    import pty

    project(tmp_path, LONG)
    ours, theirs = pty.openpty()
    # A session of its own whose terminal is ours to close; not preexec_fn, since this process has threads.
    code = "import fcntl, os, sys, termios; fcntl.ioctl(0, termios.TIOCSCTTY, 0); os.execv(sys.argv[1], sys.argv[1:])"
    process = start(
        tmp_path, sys.executable, "-c", code, stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True
    )
    os.close(theirs)
    shown = b""
    while b'"progress"' not in shown:
        shown += os.read(ours, 4096)
    os.close(ours)
    assert process.wait(TIMEOUT) == 129
    assert not [name for name in contents(tmp_path) if "tmp" in name]


def test_nohup_keeps_a_build_alive(tmp_path):
    project(tmp_path, LONG)
    process = start(tmp_path, "nohup")
    wait_for_progress(process)
    process.send_signal(signal.SIGHUP)
    time.sleep(0.5)
    assert process.poll() is None
    process.terminate()
    end(process)
    assert process.returncode == 143


def test_the_reader_of_our_output_may_go(tmp_path):
    project(tmp_path, LONG)
    process = start(tmp_path)
    wait_for_progress(process)
    process.stdout.close()
    assert process.wait(TIMEOUT) == 1
    assert "Traceback" not in process.stderr.read()
    process.stderr.close()


def test_handlers_are_put_back():
    before = signal.getsignal(signal.SIGTERM)
    with pytest.raises(Interrupted) as raised, signals_as_interrupts():
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(5)
    assert exit_code(raised.value) == 143
    assert exit_code(KeyboardInterrupt()) == 130
    assert signal.getsignal(signal.SIGTERM) == before
