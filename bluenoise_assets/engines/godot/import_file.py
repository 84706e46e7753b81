"""Godot's `.import` files: read and changed where our settings stand, and nowhere else.

They look like INI files, but a value may go over several lines, as `metadata={`, and no INI reader keeps what it does
not know. Godot itself rewrites them after every import, with all its options.
"""

import re
from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass

from bluenoise_assets.engines.engine import Asset, Sidecar

Settings = dict[tuple[str, str], str]
"""Values by section and key."""

_CONFLICT = re.compile(r"^(?:<{7}|={7}|>{7}|\|{7})(?=\s|\Z)", re.MULTILINE)
_SPACE = re.compile(r"\s*")
_COMMENT = re.compile(r";[^\n]*")
_SECTION = re.compile(r"\[\s*(\w+)\s*\]")
_KEY = re.compile(r"""("(?:[^"\\]|\\.)*"|[^\s=\[\](){}"';]+)[ \t]*=[ \t]*""", re.DOTALL)
_STRING = re.compile(r'"(?:[^"\\]|\\.)*"', re.DOTALL)
_PLAIN = re.compile(r"""[^\s;"\[\](){}]+""")
_REST_OF_LINE = re.compile(r"[ \t]*(?:;[^\n]*)?(?:\r?\n|\Z)")
_CLOSING = {"[": "]", "(": ")", "{": "}"}


@dataclass(frozen=True)
class _Place:
    """A setting, or with no key a section's head: from `start` to `end`, which is the next line's start."""

    section: str
    key: str | None
    start: int
    end: int
    value: tuple[int, int] = (0, 0)


def sidecar(settings: Callable[[Asset], Settings], neutral: Callable[[Asset], Settings]) -> Sidecar:
    """Import files that have these settings, and the neutral ones wherever they say something of those.

    Neutral settings are Godot's defaults, and not every version knows them: they are never added.
    """

    def wrong(asset: Asset, found: Settings) -> Settings:
        right = settings(asset) | {name: value for name, value in neutral(asset).items() if name in found}
        return {name: value for name, value in right.items() if found.get(name) != value}

    def patch(asset: Asset, old: str | None) -> str:
        return _new(settings(asset)) if old is None else _patched(old, lambda found: wrong(asset, found))

    def differences(asset: Asset, text: str) -> list[str]:
        found = _values(text, _places(text))
        return [
            f"{key}: {_short(found.get((section, key)))}, not {value}"
            for (section, key), value in wrong(asset, found).items()
        ]

    return Sidecar(suffix=".import", patch=patch, differences=differences)


def _short(value: str | None) -> str:
    """A value in a message: in one line, and not too long."""
    if value is None:
        return "missing"
    line = " ".join(value.split())
    return line if len(line) <= 40 else f"{line[:37]}..."


def _new(settings: Settings) -> str:
    """A file as Godot writes it. The paths of the imported files and the id are Godot's to add."""
    sections = dict.fromkeys(section for section, _ in settings)
    return "\n".join(
        f"[{name}]\n\n" + "".join(f"{key}={value}\n" for (section, key), value in settings.items() if section == name)
        for name in sections
    )


def _patched(text: str, wrong_in: Callable[[Settings], Settings]) -> str:
    places = _places(text)
    wrong = wrong_in(_values(text, places))
    if not wrong:
        return text
    newline = "\r\n" if "\r\n" in text else "\n"
    edits: list[tuple[int, int, str]] = []
    added: dict[str, str] = {}
    for (section, key), value in wrong.items():
        mine = [place for place in places if (place.section, place.key) == (section, key)]
        if mine:  # of several Godot takes the last one
            edits.append((*mine[-1].value, value))
        else:
            added[section] = added.get(section, "") + f"{key}={value}{newline}"
    # Before 4.4 Godot does not see that settings have changed: it must find the file not imported yet.
    edits += [(place.start, place.end, "") for place in places if _tells_of_an_import(place)]
    appended = ""
    for section, lines in added.items():
        inside = [place.end for place in places if place.section == section]
        if inside:
            begin = newline if text[: inside[-1]][-1] != "\n" else ""
            edits.append((inside[-1], inside[-1], begin + lines))
        else:
            appended += f"{newline}[{section}]{newline}{newline}{lines}"
    for start, end, new in sorted(edits, reverse=True):
        text = text[:start] + new + text[end:]
    if appended and not text.endswith("\n"):
        text += newline
    text += appended
    return text


def _tells_of_an_import(place: _Place) -> bool:
    """Whether a setting says what Godot made when it last imported the file, with settings that were others."""
    if place.key is None or place.section not in {"remap", "deps"}:
        return False
    return place.key in {"path", "dest_files", "valid"} or place.key.startswith("path.")


def _values(text: str, places: list[_Place]) -> Settings:
    return {(place.section, place.key): text[slice(*place.value)] for place in places if place.key is not None}


def _places(text: str) -> list[_Place]:
    """All settings and sections, in order. Raises `ValueError` for what is no import file."""
    lines = [match.end() for match in re.finditer("\n", text)]

    def wrong(position: int, what: str) -> ValueError:
        return ValueError(f"line {bisect_right(lines, position) + 1}: {what}")

    conflict = _CONFLICT.search(text)
    if conflict:
        raise wrong(conflict.start(), f"'{conflict[0]}' is left over from a merge")
    places: list[_Place] = []
    section = ""
    position = _match(_SPACE, text, 0)
    while position < len(text):
        if text[position] == ";":
            position = _match(_COMMENT, text, position)
        else:
            head = _SECTION.match(text, position)
            key = _KEY.match(text, position)
            if head:
                section, end = head[1], head.end()
            elif key:
                end = _value_end(text, key.end())
            else:
                raise wrong(position, "neither a section nor a setting")
            rest = _REST_OF_LINE.match(text, end)
            if (key and end == key.end()) or not rest:
                raise wrong(position, "this is no setting" if key else "this is no section")
            if key:
                places.append(_Place(section, key[1], position, rest.end(), (key.end(), end)))
            else:
                places.append(_Place(section, None, position, rest.end()))
            position = rest.end()
        position = _match(_SPACE, text, position)
    if not any(place.section == "remap" for place in places):
        raise ValueError("it has no section [remap]")
    return places


def _match(pattern: re.Pattern[str], text: str, position: int) -> int:
    match = pattern.match(text, position)
    return match.end() if match else position


def _value_end(text: str, position: int) -> int:
    """Where a value ends; where it begins, if it has no end."""
    start, open_brackets = position, ""
    while position < len(text):
        character = text[position]
        if character in _CLOSING:
            open_brackets += _CLOSING[character]
            position += 1
        elif open_brackets and character == open_brackets[-1]:
            open_brackets = open_brackets[:-1]
            position += 1
        elif open_brackets and (character.isspace() or character == ";"):
            position = _match(_COMMENT, text, _match(_SPACE, text, position))
        else:
            end = max(_match(_STRING, text, position), _match(_PLAIN, text, position))
            if end == position:
                break
            position = end
    return start if open_brackets else position
