"""The events of a watch, held against the page that describes them."""

import dataclasses
import errno
import json
import re
import sys
from collections.abc import Mapping
from pathlib import Path
from types import NoneType, UnionType
from typing import get_args, get_type_hints

from filelock import FileLock
from support.projects import QUICK, project, run_cli
from support.saves import TIMEOUT, start, write

import bluenoise_assets
from bluenoise_assets.builder.events import STREAM_VERSION, Built, Event, ProblemFound, Progress, Ran, Waiting
from bluenoise_assets.builder.locks import BUILD_LOCK_NAME
from bluenoise_assets.builder.watch import folders, watch
from bluenoise_assets.errors import Problem
from bluenoise_assets.quality.figures import Figures

__all__ = ["start"]  # a fixture

PAGE = (Path(bluenoise_assets.__file__).parent / "builder" / "events.md").read_text(encoding="utf-8")

TYPES = {
    "string": lambda value: isinstance(value, str),
    "integer": lambda value: isinstance(value, int) and not isinstance(value, bool),
    "number": lambda value: isinstance(value, int | float) and not isinstance(value, bool),
    "boolean": lambda value: isinstance(value, bool),
    "object": lambda value: isinstance(value, dict),
    "list of strings": lambda value: isinstance(value, list) and all(isinstance(item, str) for item in value),
    "list of objects": lambda value: isinstance(value, list) and all(isinstance(item, dict) for item in value),
    "null": lambda value: value is None,
}


def table():
    """Event -> field -> the type's words, from the page."""
    found = {}
    rows = re.findall(r"^\| (`\w+`)? ?\| (`\w+`)? ?\| ([a-z ]*?) ?\| (.*?) ?\|$", PAGE, re.MULTILINE)
    event = ""
    for name, field, kind, _ in rows:
        if name:
            event = name.strip("`")
            found[event] = {}
        if field:
            assert event
            assert field.strip("`") not in found[event], f"{field} of {event} is there twice"
            found[event][field.strip("`")] = kind.split(" or ")
    return found


TABLE = table()


WORDS = {str: "string", int: "integer", float: "number", bool: "boolean", tuple[str, ...]: "list of strings"}
WORDS |= {tuple[Figures, ...]: "list of objects", Mapping[str, tuple[str, ...]]: "object"}


def words(kind, default):
    """A field's type in the page's words; None is absent where it is the default, else a null."""
    options = get_args(kind) if isinstance(kind, UnionType) else (kind,)
    nothing = "absent" if default is None else "null"
    return [nothing if option is NoneType else WORDS[option] for option in options]


def fields_of(event):
    """The fields of an event's class, a problem's in place of the problem itself."""
    hints = get_type_hints(event)
    found = {}
    for field in dataclasses.fields(event):
        if hints[field.name] is Problem:
            found |= fields_of(Problem)
        else:
            found[field.name] = words(hints[field.name], field.default)
    return found


def test_the_classes_are_what_the_page_says():
    """Neither can be forgotten: the same events, fields, types, and what is absent or null."""
    classes = {event.event: event for event in Event.__subclasses__()}
    assert {name: fields_of(event) for name, event in classes.items()} == TABLE
    assert all(event.__dataclass_params__.frozen for event in classes.values())
    assert f"now {STREAM_VERSION} |" in PAGE


def test_json_leaves_out_what_is_absent_and_keeps_a_null():
    assert Waiting(output="o").as_json() == {"event": "waiting", "output": "o"}
    assert Waiting(output="o", texture="t").as_json() == {"event": "waiting", "texture": "t", "output": "o"}
    assert Progress("t", "o", 0.0).as_json() == {"event": "progress", "texture": "t", "output": "o", "share": 0.0}
    assert Ran(("a",), None, "").as_json() == {"event": "exec", "command": ["a"], "code": None, "text": ""}
    built = Built("t", "o", ("a.png",), (), (Figures(error_db=-1.5),), "disk")
    assert built.as_json() == {
        "event": "built",
        "texture": "t",
        "output": "o",
        "files": ["a.png"],
        "changed": [],
        "quality": [{"error_db": -1.5}],
        "reused": "disk",
    }
    problem = Problem("f.yaml", 1, 2, "a", "b")
    assert ProblemFound(problem).as_json() == {"event": "problem"} | problem.as_json()


def check(event):
    fields = TABLE[event["event"]]
    assert event.keys() - {"event"} <= fields.keys(), event
    for field, kinds in fields.items():
        if field in event:
            assert any(TYPES[kind](event[field]) for kind in kinds if kind != "absent"), (field, event)
        else:
            assert "absent" in kinds, (field, event)


ORDER = re.compile(
    r"""(serving\ )? ( (warning\ |watching\ )* (problem\ )* (orphan\ )*
          (begun\ |waiting\ |started\ |progress\ |built\ |failed\ |warning\ )*
          (problem\ |error\ )*
          (done\ (exec\ )* | cancelled\ )
        )* (error\ )?""",
    re.VERBOSE,
)


def check_order(events):
    assert ORDER.fullmatch("".join(event["event"] + " " for event in events)), [event["event"] for event in events]


def test_the_table_is_read_whole():
    rows = [line for line in PAGE.splitlines() if line.startswith("|")]
    fields = sum(len(fields) or 1 for fields in TABLE.values())
    assert len(rows) == fields + 2
    assert {kind for fields in TABLE.values() for kinds in fields.values() for kind in kinds} == {*TYPES, "absent"}


def test_the_example_on_the_page():
    (example,) = re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL)
    events = [json.loads(line) for line in example.splitlines()]
    for event in events:
        check(event)
    check_order(events)


def test_every_event_is_as_the_page_says(start, tmp_path, monkeypatch):
    """One session with all that can happen, and a warning from another one."""
    out = tmp_path / "out"
    text = f"schema: 1\noutput: out\ndefaults: {{{QUICK}}}\ntextures: {{a: {{size: 4}}, sub/b: {{size: 5}}}}\n"
    game = project(tmp_path, text)
    gone = project(tmp_path, "schema: 1\noutput: gone\ntextures: {x: {size: 4, effort: fast}}\n", "gone.yaml")
    out.mkdir()
    (out / "sub").write_text("a file where the folder should be")
    watching = start(tmp_path, ".", "--serve", "0", "--exec", f'"{sys.executable}" -c ""')
    watching.wait_for("failed")
    watching.wait_for("done", ok=False)
    (out / "sub").unlink()
    with FileLock(out / BUILD_LOCK_NAME):
        game.touch()
        watching.wait_for("waiting")
        write(game, text + "\n")
        watching.wait_for("cancelled")
        watching.wait_for("waiting")
    watching.wait_for("exec", code=0)
    write(game, text.replace("{a:", "{renamed:"))
    watching.wait_for("built", reused="disk")
    watching.wait_for("done", ok=True)
    write(game, "schema: 2\n")
    watching.wait_for("problem")
    watching.wait_for("done", ok=False)
    gone.unlink()
    watching.wait_for("orphan")
    watching.wait_for("done", ok=False)
    (tmp_path / "blocked").write_text("a file where the folder should be")
    write(game, text.replace("output: out", "output: blocked"))
    watching.wait_for("error")
    watching.wait_for("done", ok=False)
    watching.end()
    check_order(watching.events)
    assert watching.events[-1] == {"event": "error", "text": "interrupted"}
    for line in watching.lines:
        assert line.isascii()

    def exhausted(*_arguments, **_options):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(folders.Observer, "schedule", exhausted)
    told = []
    write(game, text)
    listener = lambda event: told.append(json.loads(json.dumps(event.as_json())))  # noqa: E731
    watch([game], tmp_path / "new", listener=listener, stop=lambda: told and told[-1]["event"] == "done")
    check_order(told)
    made_again = run_cli("check", game, "--output", "new", "--rebuild", "1", "--json", cwd=tmp_path)
    rebuilt = [event for event in map(json.loads, made_again.stdout.splitlines()) if event["event"] == "rebuilt"]
    seen = [*watching.events, *told, *rebuilt]
    for event in seen:
        check(event)
    assert {event["event"] for event in seen} == TABLE.keys()


def test_once_tells_one_round(start, tmp_path):
    project(tmp_path, f"schema: 1\ntextures: {{a: {{size: 4, {QUICK}}}}}\n")
    watching = start(tmp_path, ".", "--once")
    assert watching.process.wait(TIMEOUT) == 0
    watching.wait_for("done", ok=True)
    check_order(watching.events)
    assert [event["event"] for event in watching.events if event["event"] != "progress"] == [
        "begun",
        "started",
        "built",
        "done",
    ]
