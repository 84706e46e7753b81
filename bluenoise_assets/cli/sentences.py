"""A build's events in words: one line a texture."""

from collections.abc import Sequence
from pathlib import Path

from bluenoise_assets.builder import events
from bluenoise_assets.builder.reasons import NEW
from bluenoise_assets.builder.summary import Summary
from bluenoise_assets.cli.places import near
from bluenoise_assets.cli.planning import counted
from bluenoise_assets.quality.figures import Figures

FIGURES = (("error_db", "visible error"), ("low_frequency_db", "low frequencies"))
"""What is shown of a texture, in dB; `manifests/quality.md` explains these words."""
PATTERNS = (
    ("H1", "patterns"),
    ("steady EMA", "patterns over time"),
    ("steady ST", "blurred too"),
    ("caps", "caps"),
)
"""Of frames and vectors also the errors of their patterns, in this order; of several channels the largest."""


def figures_of(channels: Sequence[Figures]) -> list[str]:
    """The figures of channels: `visible error -12.3 -12.1 dB`, `low frequencies -30.2 dB`, `patterns 0.0398`."""
    texts = []
    for name, word in FIGURES:
        values = [value for channel in channels if (value := getattr(channel, name)) is not None]
        if values:
            texts.append(f"{word} {' '.join(f'{value:.1f}' for value in values)} dB")
    patterns = [channel.pattern_rms for channel in channels]
    largest = {key: max(each[key] for each in patterns if key in each) for each in patterns for key in each}
    return texts + [f"{word} {largest[key]:.4f}" for key, word in PATTERNS if key in largest]


def why_started(event: events.Started) -> str:
    """Why a texture is made again; empty for one that is new."""
    words = sorted({reason for file in event.reasons.values() for reason in file} - {NEW})
    return ", ".join(words)


REUSED = {
    "disk": "  (the same content as before)",
    "cache": "  (from the cache)",
    "remote": "  (from the remote cache)",
}
"""Where a texture comes from that was not made."""


def sentence(event: events.Event, why: str = "") -> str:
    """An event for people; empty for one that tells them nothing. `why` is why the texture was stale."""
    match event:
        case events.Serving(url):
            return f"the page is at {url}"
        case events.Waiting(texture=str(texture)):
            return f"another build is making the same as {texture}; waiting for it"
        case events.Waiting(output=output):
            return f"another build holds {near(output)}; waiting for it"
        case events.Built(texture, output, files):
            one = len(files) == 1
            where = near(Path(output, files[0])) if one else f"{counted(files)} in {near(output)}"
            figures = "".join(f", {text}" for text in figures_of(event.quality or ()))
            return f"built {texture}{f' ({why})' if why else ''}: {where}{figures}{REUSED.get(event.reused or '', '')}"
        case events.Orphan(file):
            return f"{near(file)}: its manifest is gone (`bluenoise-assets clean --orphans` removes it)"
        case events.GivenUp():
            return "a manifest changed: starting anew"
        case events.Done() if event.ok or event.built or event.failed:
            return Summary(event.built, event.failed, event.fresh, event.orphans).sentence()
    return ""
