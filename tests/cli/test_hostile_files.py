"""What files hold never reaches a terminal, an annotation or a step's summary as a command."""

import contextlib
import io
import json
import os
import re
import sys

import pytest
from support.projects import MANIFEST, build, project, run_cli_process

from bluenoise_assets.cli import main
from bluenoise_assets.cli.github import disarmed
from bluenoise_assets.cli.terminal import write_line
from bluenoise_assets.errors import printable

pytestmark = pytest.mark.skipif(os.name != "posix", reason="other systems have no such names")

ATTACKS = {
    "escape": "\x1b]0;owned\x07\x1b[2J",
    "c1": "\x9b31mred",
    "lines": "x\n::stop-commands::token\r\n##[error]forged",
    "group": "##[group]forged",
    "bidi": "\u202egnp.eldoon\u200b\u2066",
    "del": "\x7f\x08\x08",
}
GITHUB_COMMAND = re.compile(r"^\s*::(?!error (file=|title=bluenoise-assets))", re.MULTILINE)


def environment(folder):
    return {"GITHUB_ACTIONS": "true", "GITHUB_WORKSPACE": str(folder), "GITHUB_STEP_SUMMARY": str(folder / "summary")}


def assert_harmless(text):
    """Only printable lines, and no command for GitHub's runner but our own annotations."""
    for line in text.split("\n"):
        assert line.isprintable(), ascii(line)
        assert "##[" not in line, line
    assert not GITHUB_COMMAND.search(text), text


def run_here(*arguments, folder):
    """The command line in this process, which has loaded all it needs: its exit code, stdout and stderr."""
    with pytest.MonkeyPatch.context() as patch, io.StringIO() as out, io.StringIO() as err:
        patch.chdir(folder)
        for name, value in environment(folder).items():
            patch.setenv(name, value)
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            code = main(arguments)
        return code, out.getvalue(), err.getvalue()


def run_all(folder, *, codes, commands=None):
    """Run every command that reads the project, as a step of GitHub Actions and as JSON; hold what they say harmless."""
    commands = commands or (("check",), ("plan",), ("clean", "--dry-run"), ("watch", "--once"), ("build",), ("clean",))
    for command in commands:
        options = ("--cache", "off") if command[0] in {"build", "watch"} else ()
        for as_json in (True, False):
            code, stdout, stderr = run_here(*command, *options, *["--json"] * as_json, ".", folder=folder)
            assert code in codes, stderr
            assert "Traceback" not in stderr
            assert_harmless(stdout + stderr)
            for line in stdout.splitlines() if as_json else []:
                assert line.isascii()
                json.loads(line)
    if (folder / "summary").exists():
        assert all(line.isprintable() for line in (folder / "summary").read_text().split("\n"))


@pytest.mark.parametrize("attack", ATTACKS.values(), ids=ATTACKS)
def test_a_committed_lock(tmp_path, attack):
    """Its keys, manifests, textures and specs are anybody's text."""
    game = project(tmp_path)
    build(game)
    path = tmp_path / "out" / "bluenoise.lock.json"
    lock = json.loads(path.read_text())
    entry = lock["files"]["a.png"]
    lock["files"]["b.png"]["spec"] = {attack: attack, "shape": [attack]}
    lock["files"]["b.png"]["key"] = attack
    lock["files"]["a.glsl"]["manifest"] = attack
    lock["files"]["a.png"]["texture"] = attack
    lock["files"][f"{attack}.png"] = entry | {"manifest": f"../{attack}.yaml", "texture": attack}
    lock["files"][f"::warning::{attack}.png"] = entry | {"manifest": "../gone.yaml"}
    path.write_text(json.dumps(lock))
    run_all(tmp_path, codes={0, 1, 2, 3})


@pytest.mark.parametrize("attack", ATTACKS.values(), ids=ATTACKS)
def test_a_manifest(tmp_path, attack):
    """Keys, names, values, includes and the folder's name."""
    for key in ("textures", "top", "name", "include", "output", "value"):
        quoted = json.dumps(attack)
        text = {
            "top": f"schema: 1\n{quoted}: 1\ntextures: {{a: {{size: 8}}}}\n",
            "textures": f"schema: 1\ntextures: {{{quoted}: {{size: 8}}}}\n",
            "name": f"schema: 1\ntextures: {{a: {{size: 8, {quoted}: 1}}}}\n",
            "value": f"schema: 1\ntextures: {{a: {{size: 8, distribution: {quoted}}}}}\n",
            "include": f"schema: 1\ninclude: [{quoted}]\ntextures: {{a: {{size: 8}}}}\n",
            "output": f"schema: 1\noutput: {quoted}\ntextures: {{a: {{size: 8}}}}\n",
        }[key]
        project(tmp_path, text)
        run_all(tmp_path, codes={0, 2, 3}, commands=[("check",), ("plan",)])


def test_names_of_files(tmp_path):
    """A manifest whose own name is an attack; also under `--list-inputs`, whose lines a build system reads."""
    for attack in ("\x1b[2J.yaml", "::stop-commands::x.yaml", "##[group]x.yaml", "a\n::x::.yaml", "\x9b.yaml"):
        file = project(tmp_path, MANIFEST.replace("size: 6", "sise: 6"), attack)
        run_all(tmp_path, codes={2}, commands=[("check",), ("build",), ("watch", "--once")])
        file.write_text(MANIFEST)
        run_all(tmp_path, codes={0, 3}, commands=[("check",), ("plan",)])
        done = run_cli_process("build", "--list-inputs", ".", cwd=tmp_path, **environment(tmp_path))
        assert done.returncode in {0, 1}, done.stderr
        assert_harmless(done.stdout + done.stderr)
        file.unlink()
    attack = "--no-\x1b[2J\n::x::"  # as a shell expands `*`
    done = run_cli_process("check", attack, cwd=tmp_path, **environment(tmp_path))
    assert done.returncode == 2
    assert_harmless(done.stderr)


def test_a_bug_tells_a_file_s_text_harmlessly(tmp_path):
    """Also the traceback of exit code 4 holds what a file said."""
    code = (
        "import sys; from bluenoise_assets.cli import main, planning\n"
        "def make_plan(*_): raise RuntimeError(sys.argv[1])\n"
        "planning.make_plan = make_plan; sys.exit(main(['plan', '.']))"
    )
    project(tmp_path)
    import subprocess

    env = os.environ | environment(tmp_path)
    for attack in ATTACKS.values():
        done = subprocess.run(
            [sys.executable, "-c", code, attack], cwd=tmp_path, env=env, capture_output=True, text=True, check=False
        )
        assert done.returncode == 4, done.stderr
        assert "this is a bug" in done.stderr
        assert_harmless(done.stdout + done.stderr)


def test_printable_leaves_letters_alone():
    assert printable("Grün 日本語 🎲.png") == "Grün 日本語 🎲.png"
    assert printable("a\x1b[0m\n\x9b\u202e\ud800") == r"a\x1b[0m\n\x9b\u202e\ud800"


def test_only_github_s_runner_is_shown_disarmed_lines(capsys, monkeypatch):
    write_line("::error::x ##[group]", sys.stdout)
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    write_line("  ::error::x ##[group]", sys.stdout)
    assert capsys.readouterr().out == "::error::x ##[group]\n\\  ::error::x ##\\[group]\n"
    assert disarmed("a::b") == "a::b"
