"""What the page is told, as server-sent events, for any number of readers.

https://html.spec.whatwg.org/multipage/server-sent-events.html
"""

import json
import re
import secrets
import threading
from collections import deque
from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

MOST_BYTES = 4 * 2**20
"""Of the messages that are kept for readers that are behind."""

_ID = re.compile(r"([0-9a-f]{16})-([0-9]{1,15})")


class _Message(NamedTuple):
    number: int
    data: bytes


class Stream:
    """Thread-safe; telling never waits for a reader.

    A message is told to each reader once; of a state each is told the latest. Messages are kept once, not for each
    reader, and no more than `MOST_BYTES`: who is farther behind, or comes with another stream's id, is told to `reload`
    the page, which has it all.
    """

    def __init__(self, most_bytes: int = MOST_BYTES) -> None:
        self._most_bytes = most_bytes
        self._name = secrets.token_hex(8)
        self._told = threading.Condition()
        self._messages: deque[_Message] = deque()
        self._bytes = 0
        self._lost = 0
        self._states: dict[str, _Message] = {}
        self._number = 0
        self._closed = False

    @property
    def last_id(self) -> str:
        """The id of what was told last: a reader that has all of it says so."""
        with self._told:
            return self._id(self._number)

    def tell(self, event: str, data: Any) -> None:
        """A message to all."""
        with self._told:
            message = self._next(event, data)
            self._messages.append(message)
            self._bytes += len(message.data)
            while self._bytes > self._most_bytes:
                first = self._messages.popleft()
                self._bytes -= len(first.data)
                self._lost = first.number
            self._told.notify_all()

    def show(self, event: str, data: Any) -> None:
        """A new value of a state, also to those that come later."""
        with self._told:
            self._states[event] = self._next(event, data)
            self._told.notify_all()

    def close(self) -> None:
        """Let all readers end."""
        with self._told:
            self._closed = True
            self._told.notify_all()

    def read(self, after: str | None, seconds: float, send: Callable[[bytes], object]) -> None:
        """Send a reader what it has not seen, until the stream is closed or `send` raises.

        `after` is the id of the last event that it has seen; None for one that wants what comes from now on. When there
        is nothing to tell for so many `seconds` a comment is sent: it shows whether there is still somebody.
        """
        number = self._begin(after)
        first = True
        while number is not None:
            with self._told:
                if not first:
                    self._told.wait_for(partial(self._is_news, number), seconds)
                if self._closed:
                    return
                if number < self._lost:
                    break
                messages = [one for one in self._messages if one.number > number]
                messages += [one for one in self._states.values() if first or one.number > number]
                seen, number = number, self._number
            for one in sorted(messages):
                # a state that is older than what the reader has seen must not put its id back
                send(self._id_line(one.number) + one.data if one.number > seen else one.data)
            if not messages:
                send(b":\n\n")
            first = False
        send(b"event: reload\ndata: {}\n\n")

    def _begin(self, after: str | None) -> int | None:
        """The number of an id; None for one that this stream has not given."""
        with self._told:
            if after is None:
                return self._number
            found = _ID.fullmatch(after)
            if found is None or found[1] != self._name or int(found[2]) > self._number:
                return None
            return int(found[2])

    def _is_news(self, number: int) -> bool:
        return self._closed or self._number > number

    def _next(self, event: str, data: Any) -> _Message:
        self._number += 1
        text = json.dumps(data, separators=(",", ":"))  # one line: JSON escapes line breaks
        return _Message(self._number, f"event: {event}\ndata: {text}\n\n".encode("ascii"))

    def _id_line(self, number: int) -> bytes:
        return f"id: {self._id(number)}\n".encode("ascii")

    def _id(self, number: int) -> str:
        return f"{self._name}-{number}"
