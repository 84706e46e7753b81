"""A watch's events to what its page shows: the textures that are drawn anew, the problems, how far a build is."""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from bluenoise_assets.builder import events
from bluenoise_assets.builder.bar import Bar
from bluenoise_assets.builder.events import Event
from bluenoise_assets.builder.plan import Place
from bluenoise_assets.errors import MAX_PROBLEMS, BluenoiseError, Problem, printable
from bluenoise_assets.manifest import Given, Loaded, read_paths
from bluenoise_assets.report.live.server import Answer
from bluenoise_assets.report.live.stream import Stream
from bluenoise_assets.report.page import (
    Report,
    TextureReport,
    collect,
    page_html,
    report_json,
    row_html,
    section_html,
    summary_html,
)
from bluenoise_assets.report.page.collect import MOST_VIEWED
from bluenoise_assets.spec import TextureSpec

PAGE_POLICY = "frame-ancestors 'none'"
"""The rest is in the page itself."""

EARLY_SECONDS = 2.0
"""So often textures are drawn while a build goes on: those that the lock has."""

AT_ONCE = 4
"""So many textures are drawn before any of them is shown."""


@dataclass
class _Round:
    """What a watch tells until it is `done`; `failed` and `built` are by the textures' names."""

    problems: list[Problem] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    failed: dict[str, events.Failed] = field(default_factory=dict)
    built: set[str] = field(default_factory=set)

    @property
    def concerned(self) -> set[str]:
        """The textures that may look otherwise now."""
        return self.built | self.failed.keys()

    def take(self, event: Event) -> None:
        match event:
            case events.ProblemFound(problem):
                self.problems.append(problem)
            case events.Errored(text):
                self.errors.append(text)
            case events.Failed(texture):
                self.failed[texture] = event
            case events.Built(texture):
                self.built.add(texture)

    def after(self, other: "_Round | None") -> "_Round":
        """What is to be drawn after both; what was wrong before is known no more."""
        built = self.built if other is None else self.built | other.concerned
        return _Round([*self.problems], [*self.errors], dict(self.failed), set(built))

    def problems_of(self, loaded: Loaded) -> list[dict[str, str]]:
        """What is wrong, for the page: where and what."""
        failures = [_failure(loaded, event) for event in self.failed.values()]
        errors = [_item("", text) for text in self.errors]
        return [*map(_problem, self.problems), *failures, *errors][:MAX_PROBLEMS]


class LiveReport:
    """The page of a watch. `take` is a listener; it never waits, and may be called from any thread.

    Textures are drawn on a thread of their own, after each round of the watch, and in a long one before its end, too;
    rounds that end meanwhile become one.
    """

    def __init__(self, paths: list[Path], output: Path | None, variables: Given | None, stream: Stream) -> None:
        self._paths, self._output, self._variables, self._stream = paths, output, variables, stream
        self._changed = threading.Condition()
        self._bar = Bar()
        self._round = _Round()
        self._ended: _Round | None = _Round()
        self._stopped = False
        self._early: set[Place] = set()
        self._report = Report(Path(), ())
        self._specs: dict[Place, TextureSpec] = {}
        self._ranks: dict[Place, int] = {}
        self.pages: Mapping[str, Callable[[], Answer]] = {"/": self._page, "/report.json": self._json}

    def start(self) -> None:
        threading.Thread(target=self._draw_on, name="bluenoise-report", daemon=True).start()

    def stop(self) -> None:
        with self._changed:
            self._stopped = True
            self._changed.notify()

    def take(self, event: Event) -> None:
        with self._changed:
            self._round.take(event)
            if isinstance(event, events.GivenUp):
                self._round = _Round(built=self._round.built)
            elif isinstance(event, events.Done | events.Errored):
                self._ended = self._round.after(self._ended)
                self._changed.notify()
            if isinstance(event, events.Done):
                self._round = _Round()
            was_running = self._bar.is_running
            self._bar.take(event)
            if self._bar.is_running:
                self._stream.show("progress", {"whole": self._bar.whole, "text": self._bar.text()})
            elif was_running:
                self._stream.show("progress", {"whole": None, "text": ""})

    def _page(self) -> Answer:
        last = self._stream.last_id  # what is told while the page is made is told to it again
        return Answer("text/html", page_html(self._report, live=last).encode("utf-8"), PAGE_POLICY)

    def _json(self) -> Answer:
        return Answer("application/json", report_json(self._report).encode("utf-8"))

    def _draw_on(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._stopped or self._ended is not None, EARLY_SECONDS)
                ended, self._ended = self._ended, None
                so_far = _Round(built=set(self._round.built))
            if self._stopped:
                return
            try:
                if ended is not None:
                    self._draw(ended, is_over=True)
                elif so_far.built:
                    self._draw(so_far, is_over=False)
            except (BluenoiseError, OSError):
                pass  # the watch says so, too
            except Exception as error:  # noqa: BLE001 - an error of the page ends neither it nor the watch
                text = f"a bug in bluenoise-assets: {type(error).__name__}: {error}"
                self._stream.show("problems", {"problems": [_item("", text)]})

    def _draw(self, what: _Round, *, is_over: bool) -> None:
        """Tell which textures are other than before, and after a round which have gone, and what is wrong."""
        loaded = read_paths(self._paths, self._variables)
        if is_over:
            self._stream.show("problems", {"problems": what.problems_of(loaded)})
        specs = {(one.path, spec.name): spec for one in loaded.manifests for spec in one.textures}
        if is_over and not loaded.problems:  # of a manifest that is wrong nobody knows what has gone
            self._ranks = {at: rank for rank, at in enumerate(specs)}
            self._remove_gone()
        else:
            new = [at for at in specs if at not in self._ranks]
            self._ranks |= {at: rank for rank, at in enumerate(new, len(self._ranks))}
        stale = [at for at in specs if at[1] in what.concerned and at not in self._early]
        if is_over:
            self._early.clear()
            stale += [at for at, spec in specs.items() if self._specs.get(at) != spec and at not in stale]
        for first in range(0, len(stale), AT_ONCE):
            some = stale[first : first + AT_ONCE]
            viewed = MOST_VIEWED if first < MOST_VIEWED or what.concerned else 0
            report = collect(loaded.manifests, self._output, frozenset(some), most_viewed=viewed)
            for texture in report.textures:
                at = texture.manifest, texture.name
                if not is_over:
                    if texture.state != "fresh":  # the lock does not have it yet
                        continue
                    self._early.add(at)
                failed = what.failed.get(texture.name)
                missed = texture.failures or (() if failed is None else (failed.text,))
                self._put(replace(texture, failures=missed), report.folder)
                self._specs[at] = specs[at]
            if self._stopped:
                return
        self._stream.show("summary", {"html": summary_html(self._report)})

    def _put(self, texture: TextureReport, folder: Path) -> None:
        """Show a texture, in the place of the one that it was or where the manifests have it."""
        place = texture.manifest, texture.name
        old = next((one for one in self._report.textures if (one.manifest, one.name) == place), None)
        others = [one for one in self._report.textures if one is not old]
        if old is not None:
            # where the last save changed something else, it is the one before
            texture = replace(texture, before=old.before if old.texels == texture.texels else old.snapshot)
            if old.id != texture.id:  # the first manifest is another
                self._stream.tell("gone", {"id": old.id})
        if texture == old:
            return
        textures = sorted([*others, texture], key=lambda one: self._ranks[one.manifest, one.name])
        self._report = Report(folder, tuple(textures))
        at = textures.index(texture)
        after = textures[at - 1].id if at else None
        html = {"row": row_html(texture), "section": section_html(texture)}
        self._stream.tell("texture", {"id": texture.id, "after": after, **html})

    def _remove_gone(self) -> None:
        """Take away the textures that no manifest has any more."""
        left = tuple(one for one in self._report.textures if (one.manifest, one.name) in self._ranks)
        gone = {one.id for one in self._report.textures} - {one.id for one in left}
        self._report = replace(self._report, textures=left)
        self._specs = {at: spec for at, spec in self._specs.items() if at in self._ranks}
        for name in sorted(gone):
            self._stream.tell("gone", {"id": name})


def _item(place: str, text: str) -> dict[str, str]:
    return {"place": printable(place), "text": printable(text)}


def _problem(problem: Problem) -> dict[str, str]:
    text = f"{problem.where}: {problem.text}"
    return _item(f"{problem.file}:{problem.line}:{problem.column}", f"{text}; {problem.hint}" if problem.hint else text)


def _failure(loaded: Loaded, failed: events.Failed) -> dict[str, str]:
    """Of a texture that failed, where the event says, or at its line of the manifest."""
    if failed.problem is not None:
        return _problem(failed.problem)
    manifests = [one for one in loaded.manifests if failed.texture in one.lines]
    if not manifests:
        return _item("", f"{failed.texture}: {failed.text}")
    return _problem(manifests[0].problem(failed.texture, failed.text))
