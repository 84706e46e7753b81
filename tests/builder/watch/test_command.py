"""`--exec`: the words, the lengths, and real commands after real builds."""

import json
import os
import shlex
import signal
import sys
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.projects import QUICK, project, run_cli, run_cli_process
from support.saves import start, until, write

from bluenoise_assets.builder.watch import split_command
from bluenoise_assets.builder.watch.command import LONGEST_COMMAND, batches, run_command

__all__ = ["start"]  # a fixture

SCRIPT = """\
import json, pathlib, sys, time
folder = pathlib.Path(__file__).parent
with (folder / "calls").open("a") as calls:
    calls.write(json.dumps(sys.argv[1:]) + "\\n")
print("from the command", flush=True)
while (folder / "wait").exists():
    time.sleep(0.02)
sys.exit((folder / "fail").exists())
"""


def quoted(*words):
    """A command line for the shell of this system."""
    return " ".join(f'"{word}"' for word in words) if sys.platform == "win32" else shlex.join(map(str, words))


@pytest.fixture
def command(tmp_path):
    """A command line whose program tells what it was given; `calls()` is that."""
    script = tmp_path / "the script.py"
    script.write_text(SCRIPT)
    return quoted(sys.executable, script, "-q")


def calls(tmp_path):
    log = tmp_path / "calls"
    return [json.loads(line) for line in log.read_text().splitlines()] if log.exists() else []


def text_of(**seeds):
    entries = ", ".join(f"{name}: {{seed: {seed}}}" for name, seed in seeds.items())
    return f"schema: 1\noutput: out\ndefaults: {{size: 4, {QUICK}}}\ntextures: {{{entries}}}\nshaders: [glsl]\n"


def test_it_is_given_the_files_whose_bytes_changed(start, tmp_path, command):
    out = tmp_path / "out"
    game = project(tmp_path, text_of(a=1, b=1))
    watching = start(tmp_path, ".", "--exec", command)
    event = watching.wait_for("exec")
    files = [str(out / name) for name in ("a.glsl", "a.png", "b.glsl", "b.png", "bluenoise_common.glsl")]
    assert event["code"] == 0
    assert event["command"] == [sys.executable, str(tmp_path / "the script.py"), "-q", *calls(tmp_path)[0][1:]]
    assert calls(tmp_path)[0][0] == "-q"
    assert sorted(calls(tmp_path)[0][1:]) == files
    write(game, text_of(a=1, b=2))
    watching.wait_for("exec", code=0)
    assert calls(tmp_path)[1:] == [["-q", str(out / "b.png")]]
    write(game, text_of(a=1, b=2) + "\n")
    watching.wait_for("done", built=0)
    game.rename(tmp_path / "renamed.yaml")
    watching.wait_for("done", built=2)  # the lock's part only
    assert watching.silent()
    assert len(calls(tmp_path)) == 2
    code, err, _ = watching.end()
    assert code == 130
    assert err == "from the command\n" * 2  # its stdout: ours is a stream of events


def test_a_command_that_fails_is_given_its_files_again(start, tmp_path, command):
    out = tmp_path / "out"
    game = project(tmp_path, text_of(a=1))
    watching = start(tmp_path, "game.yaml", "--exec", command)
    watching.wait_for("exec", code=0)
    (tmp_path / "fail").touch()
    write(game, text_of(a=2))
    assert watching.wait_for("exec")["text"] == "exit code 1"
    (tmp_path / "fail").unlink()
    write(game, text_of(a=2, b=2))
    watching.wait_for("exec", code=0)
    assert sorted(calls(tmp_path)[2][1:]) == [str(out / name) for name in ("a.png", "b.glsl", "b.png")]
    write(game, text_of(a=2, b=3))
    watching.wait_for("exec", code=0)
    assert calls(tmp_path)[3][1:] == [str(out / "b.png")]


def test_after_a_build_in_which_something_failed_it_does_not_run(start, tmp_path, command):
    out = tmp_path / "out"
    game = project(tmp_path, text_of(a=1, **{"sub/b": 1}))
    out.mkdir()
    (out / "sub").write_text("a file where the folder should be")
    watching = start(tmp_path, "game.yaml", "--exec", command)
    assert watching.wait_for("done")["failed"] == 1
    assert watching.silent()
    (out / "sub").unlink()
    game.touch()
    watching.wait_for("exec", code=0)
    files = [str(out / name) for name in ("a.glsl", "a.png", "bluenoise_common.glsl", "sub/b.glsl", "sub/b.png")]
    assert [sorted(call[1:]) for call in calls(tmp_path)] == [files]


def test_a_change_while_it_runs_waits(start, tmp_path, command):
    (tmp_path / "wait").touch()
    game = project(tmp_path, text_of(a=1))
    watching = start(tmp_path, "game.yaml", "--exec", command)
    watching.wait_for("done")
    until(lambda: len(calls(tmp_path)) == 1)
    write(game, text_of(a=2))
    assert watching.silent()
    (tmp_path / "wait").unlink()
    watching.wait_for("exec", code=0)
    watching.wait_for("done", built=1)
    watching.wait_for("exec", code=0)
    assert len(calls(tmp_path)) == 2


@pytest.mark.skipif(os.name != "posix", reason="signals and process groups are POSIX's")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_ends_it_with_all_that_it_started(start, tmp_path, number):
    script = tmp_path / "script.sh"
    script.write_text(f"echo $$ > {tmp_path}/one\nsleep 1000 &\necho $! > {tmp_path}/two\nwait\n")
    project(tmp_path, text_of(a=1))
    watching = start(tmp_path, "game.yaml", "--exec", quoted("/bin/sh", script))
    until(lambda: (tmp_path / "two").exists() and (tmp_path / "two").read_text().strip())
    code, err, seconds = watching.end(number)
    assert (code, err) == (128 + number, "")
    assert seconds < 60  # promised: one second; here only against hanging
    for name in ("one", "two"):
        until(lambda name=name: not _lives(int((tmp_path / name).read_text())))


def _lives(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    stat = Path(f"/proc/{pid}/stat")
    return not (stat.exists() and stat.read_text().rsplit(")", 1)[1].split()[0] == "Z")


def test_once_with_a_command(tmp_path, command):
    """Its output goes through; if it fails, the exit code is 1."""
    project(tmp_path, text_of(a=1))
    arguments = ("watch", "--once", "--cache", "off", "game.yaml", "--exec")
    done = run_cli_process(*arguments, command, cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert "from the command\n" in done.stdout
    assert done.stdout.splitlines()[-1] == f"ran {sys.executable}, given 3 files"
    assert len(calls(tmp_path)) == 1
    assert run_cli_process(*arguments, command, cwd=tmp_path).returncode == 0  # nothing has changed
    assert len(calls(tmp_path)) == 1

    for text, name, why in (
        (text_of(a=2), quoted(sys.executable, "-c", "raise SystemExit(7)"), f"{sys.executable}: exit code 7"),
        (text_of(a=3), "bluenoise-no-such-program -x", "bluenoise-no-such-program: No such file or directory"),
    ):
        project(tmp_path, text)
        done = run_cli_process(*arguments, name, cwd=tmp_path)
        assert done.returncode == 1
        assert done.stderr == f"bluenoise-assets: error: --exec: {why}\n"


@pytest.mark.parametrize(
    ("option", "text"),
    [
        ("--exec=", "argument --exec: the command is empty"),
        ("--exec=a 'b", """argument --exec: "a 'b" cannot be split into words: no closing quotation"""),
        (
            "--exec=make && ls",
            "argument --exec: && is for a shell, and none runs the command; "
            + ('write cmd /c "... && ..."' if sys.platform == "win32" else "write sh -c '... && ...' sh")
            + ("" if sys.platform == "win32" else ' (its "$@" are the files)')
            + ", or a script",
        ),
        ("--poll=soon", "argument --poll: 'soon' is not a number of seconds from 0.01 to 3600, or 0 for no polling"),
        ("--poll=nan", "argument --poll: 'nan' is not a number of seconds from 0.01 to 3600, or 0 for no polling"),
        ("--serve=http", "argument --serve: 'http' is not a port, from 1 to 65535, or 0 for any that is free"),
        ("--serve=65536", "argument --serve: '65536' is not a port, from 1 to 65535, or 0 for any that is free"),
    ],
)
def test_a_wrong_option_is_one_line_under_the_usage(tmp_path, option, text):
    done = run_cli("watch", option, cwd=tmp_path)
    assert done.returncode == 2
    assert done.stderr.splitlines()[-1] == f"bluenoise-assets watch: error: {text}"
    assert "Traceback" not in done.stderr


def test_a_wrong_environment_variable_is_one_line(tmp_path):
    done = run_cli("watch", cwd=tmp_path, BLUENOISE_POLL="often")
    assert done.returncode == 2
    why = "'often' is not a number of seconds from 0.01 to 3600, or 0 for no polling"
    assert done.stderr == f"bluenoise-assets: error: BLUENOISE_POLL: {why}\n"


@pytest.mark.skipif(os.name != "posix", reason="the rules of a POSIX shell")
@given(st.lists(st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"])), min_size=1))
def test_words_as_a_shell_splits_them(words):
    if words[0]:
        assert split_command(shlex.join(words)) == words
    else:
        with pytest.raises(ValueError, match="empty"):
            split_command(shlex.join(words))


@pytest.mark.parametrize(
    ("text", "operator"),
    [
        ("make && ls", "&&"),
        ("make || ls", "||"),
        ("make | tee log", "|"),
        ("make; ls", ";"),
        ("make ;ls", ";ls"),
        ("make > log", ">"),
        ("make 2>&1", "2>&1"),
        ("make >>log", ">>log"),
        ("make < in", "<"),
        ("make &", "&"),
    ],
)
def test_what_needs_a_shell_is_refused_with_the_way_to_write_it(text, operator):
    how = f'cmd /c "... {operator} ..."' if sys.platform == "win32" else f"sh -c '... {operator} ...' sh"
    with pytest.raises(ValueError, match="is for a shell") as raised:
        split_command(text)
    assert str(raised.value).startswith(f"{operator} is for a shell, and none runs the command; write {how}")


@pytest.mark.skipif(os.name != "posix", reason="the rules of a POSIX shell")
@pytest.mark.parametrize(
    "text",
    [
        "sh -c 'make && ls > log' sh",
        "grep '|' x",
        'x "a;"',
        r"find . -exec touch {} \;",
        "x --run='a && b' --or=\"c | d\"",
        "curl http://localhost/?a=1&b=2",
        "x a->b",
    ],
)
def test_what_is_quoted_or_inside_a_word_needs_none(text):
    assert split_command(text) == shlex.split(text)


@pytest.mark.skipif(os.name != "posix", reason="the shell of POSIX")
def test_the_way_to_write_it_works(tmp_path, monkeypatch):
    """As the message has it: the files are the script's arguments."""
    monkeypatch.chdir(tmp_path)
    words = split_command("""sh -c 'printf "%s\\n" "$@" > told && echo end >> told' sh""")
    assert run_command([*words, "a b", "c"]) == (0, "")
    assert (tmp_path / "told").read_text() == "a b\nc\nend\n"


@pytest.mark.skipif(sys.platform != "win32", reason="the rules of Windows")
def test_words_as_windows_splits_them():
    line = r'"C:\Program Files\a b.exe" C:\x\y "quoted \" word" \\server\share'
    assert split_command(line) == [r"C:\Program Files\a b.exe", r"C:\x\y", 'quoted " word', r"\\server\share"]


@given(st.lists(st.text(min_size=1, max_size=40), max_size=60), st.integers(60, 500))
def test_batches_hold_every_file_once_and_in_order(files, longest):
    found = list(batches(["tool", "-q"], files, longest))
    assert [file for batch in found for file in batch] == files
    for batch in found:
        assert batch
        assert len(batch) == 1 or len(" ".join(batch)) + len("tool -q ") <= longest


def test_many_files_make_several_real_commands(tmp_path):
    files = [str(tmp_path / f"{index:0200}") for index in range(1000)]
    script = tmp_path / "the script.py"
    script.write_text(SCRIPT)
    words = [sys.executable, str(script)]
    found = list(batches(words, files))
    assert len(found) >= 1000 * 200 // LONGEST_COMMAND
    for batch in found:
        assert sum(map(len, batch)) < LONGEST_COMMAND
        assert run_command([*words, *batch], stdout=2) == (0, "")
    assert [file for call in calls(tmp_path) for file in call] == files


@pytest.mark.skipif(os.name != "posix", reason="signals are POSIX's")
def test_a_command_that_is_killed_or_stopped(tmp_path):
    code, why = run_command(["/bin/sh", "-c", "kill -9 $$"])
    assert (code, why) == (-9, "killed by SIGKILL")
    began = time.monotonic()
    limit = time.monotonic() + 0.3
    assert run_command(["/bin/sh", "-c", "trap '' TERM; sleep 1000"], stop=lambda: time.monotonic() > limit)[0] is None
    assert time.monotonic() - began < 300


def test_a_program_that_cannot_run(tmp_path):
    assert run_command([str(tmp_path)])[0] is None
    (tmp_path / "empty").write_text("")
    assert run_command([str(tmp_path / "empty")])[0] is None
    assert run_command(["a\0b"])[0] is None
