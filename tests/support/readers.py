"""Pages that are open while a watch serves them, without a browser: they read what they are told, and forget it."""

import contextlib
import socket
import threading
from urllib.parse import urlsplit


class Readers:
    """So many of them, and their bytes; they come back when they are sent away, as a browser does."""

    def __init__(self, count):
        self.count, self.bytes = count, 0
        self.threads = []
        self.connections = contextlib.ExitStack()

    def __enter__(self):
        return self

    def begin(self, watching):
        """Open the pages of a watch that is starting."""
        url = urlsplit(watching.wait_for("serving")["url"])
        for _ in range(self.count):
            connection = self.connections.enter_context(socket.create_connection((url.hostname, url.port)))
            connection.sendall(f"GET /events HTTP/1.1\r\nHost: {url.netloc}\r\n\r\n".encode())
            self.threads.append(threading.Thread(target=self._read, args=(connection,), daemon=True))
            self.threads[-1].start()

    def __exit__(self, *_):
        for thread in self.threads:
            thread.join(60)
        self.connections.close()
        assert not any(thread.is_alive() for thread in self.threads), "the watch ended, and its streams did not"
        assert self.bytes

    def _read(self, connection):
        with contextlib.suppress(OSError):
            while data := connection.recv(65536):
                self.bytes += len(data)
