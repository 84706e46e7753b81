"""A build's events in words."""

from collections.abc import Sequence

from bluenoise_assets.builder import events
from bluenoise_assets.builder.summary import Summary
from bluenoise_assets.quality.figures import Figures

FILES_SHOWN = 4
FIGURES = (("error_db", "error"), ("low_frequency_db", "low"))
"""What is shown of a texture: its error under its filter, and its power at low frequencies, in dB."""
PATTERNS = ("H1", "ST", "EMA", "steady EMA", "steady ST", "caps")
"""Of frames and vectors also the errors of their patterns, in this order; of several channels the largest."""


def figures_of(channels: Sequence[Figures | events.Progress], digits: int = 1) -> list[str]:
    """`error -12.3 -12.1 dB`, `low -30.2 dB`, `H1 0.0398, EMA 0.0363`: the figures of channels, or of a progress."""
    texts = []
    for name, word in FIGURES:
        values = [value for channel in channels if (value := getattr(channel, name)) is not None]
        if values:
            texts.append(f"{word} {' '.join(f'{value:.{digits}f}' for value in values)} dB")
    patterns = [channel.pattern_rms for channel in channels if isinstance(channel, Figures)]
    largest = {key: max(each[key] for each in patterns if key in each) for each in patterns for key in each}
    if largest:
        texts.append(", ".join(f"{key} {largest[key]:.4f}" for key in PATTERNS if key in largest))
    return texts


def sentence(event: events.Event) -> str:
    """An event for people; empty for one that tells them nothing."""
    match event:
        case events.Waiting(texture=str(texture)):
            return f"another build is making the same as {texture}; waiting for it"
        case events.Waiting(output=output):
            return f"another build holds {output}; waiting for it"
        case events.Started(texture, _, reasons):
            words = sorted({reason for file in reasons.values() for reason in file})
            return f"building {texture} ({', '.join(words)})"
        case events.Built():
            figures = "".join(f"  {text}" for text in figures_of(event.quality or ()))
            reused = {"disk": "  (the same content as before)", "cache": "  (from the cache)"}.get(
                event.reused or "", ""
            )
            return f"built {_some(event.files)}{figures}{reused}"
        case events.Orphan(file):
            return f"{file}: its manifest is gone (`bluenoise-assets clean --orphans` removes it)"
        case events.GivenUp():
            return "a manifest changed: starting anew"
        case events.Done() if event.ok or event.built or event.failed:
            return Summary(event.built, event.failed, event.fresh, event.orphans).sentence()
    return ""


def _some(files: Sequence[str]) -> str:
    """A few of the files; engines make them many."""
    if len(files) <= FILES_SHOWN:
        return ", ".join(files)
    return f"{', '.join(files[: FILES_SHOWN - 1])} and {len(files) - FILES_SHOWN + 1} more files"
