"""What the live page is told: everything once, states to everybody, and to who is too far behind that it reload."""

import contextlib
import json
import threading

from bluenoise_assets.report.live.stream import Stream


class Gone(Exception):
    """The reader has what it came for."""


def read(stream, count, after=None):
    """The first events that a reader is sent: (event, id, data); a comment is an event without a name."""
    told = []

    def send(data):
        lines = dict(line.split(": ", 1) for line in data.decode("ascii").splitlines() if line not in {"", ":"})
        told.append((lines.get("event"), lines.get("id"), json.loads(lines.get("data", "null"))))
        if len(told) == count:
            raise Gone

    with contextlib.suppress(Gone):
        stream.read(after, 0.01, send)
    return told


def test_a_reader_is_told_what_it_has_not_seen():
    stream = Stream()
    stream.tell("texture", {"id": "a"})
    seen = stream.last_id
    stream.tell("texture", {"id": "b\n\ndata: x"})
    stream.tell("gone", {"id": "a"})
    (first, second) = read(stream, 2, seen)
    assert (first[0], first[2]) == ("texture", {"id": "b\n\ndata: x"})
    assert second == ("gone", stream.last_id, {"id": "a"})
    assert read(stream, 1, second[1]) == [(None, None, None)]  # nothing, but for a sign of life
    assert read(stream, 1) == [(None, None, None)]


def test_a_state_is_told_to_everybody_and_only_as_it_is_last():
    stream = Stream()
    for whole in (0.1, 0.2):
        stream.show("progress", {"whole": whole})
    stream.tell("gone", {"id": "a"})
    seen = stream.last_id
    assert read(stream, 2, seen) == [
        ("progress", None, {"whole": 0.2}),
        (None, None, None),
    ]  # its id would be a step back
    stream.show("progress", {"whole": 0.3})
    assert read(stream, 1, seen) == [("progress", stream.last_id, {"whole": 0.3})]


def test_who_waits_hears_at_once():
    stream = Stream()
    told = []
    reader = threading.Thread(target=stream.read, args=(stream.last_id, 60, told.append))
    reader.start()
    stream.show("progress", {"whole": 0.5})
    stream.tell("gone", {"id": "a"})
    while len(told) < 2:
        reader.join(0.01)
    stream.close()
    reader.join(60)
    assert not reader.is_alive()
    assert [data.split(b"\n")[1] for data in told if data != b":\n\n"] == [b"event: progress", b"event: gone"]


def test_who_is_too_far_behind_reloads_and_memory_is_bounded():
    stream = Stream(most_bytes=1000)
    seen = stream.last_id
    for number in range(100):
        stream.tell("texture", {"number": number, "section": "x" * 100})
    assert sum(len(message.data) for message in stream._messages) <= 1000
    assert read(stream, 9, seen) == [("reload", None, {})]
    stream.tell("texture", {"section": "x" * 2000})  # larger than all that is kept
    assert read(stream, 9, seen) == [("reload", None, {})]
    for strange in ("", "x", seen.replace("-0", "-999"), "0" * 16 + "-0", Stream().last_id, seen + "\n"):
        assert read(stream, 9, strange) == [("reload", None, {})], strange
