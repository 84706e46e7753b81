"""The server of the live page: loopback only, a fixed table of paths, and nothing that another site could ask for."""

import os
import socket
import socketserver
import threading
from collections.abc import Callable, Mapping
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any, NamedTuple

from bluenoise_assets.errors import UsageError
from bluenoise_assets.report.live.stream import Stream

ADDRESS = "127.0.0.1"
NAMES = (ADDRESS, "localhost", "[::1]")
"""What a browser may call this machine. Any other name is one that somebody's DNS leads here."""

EVENTS = "/events"

MOST_CONNECTIONS = 64
MOST_STREAMS = 16
TIMEOUT_SECONDS = 10.0
"""For a request to arrive, and for a client to take what it is sent."""
QUIET_SECONDS = 15.0
RETRY_MILLISECONDS = 1000

CONTENT_POLICY = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
HEADERS = {
    "Cache-Control": "no-store",
    "Connection": "close",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
METHODS = "GET, HEAD"


class Answer(NamedTuple):
    """What a path holds; `policy` is a content security policy."""

    media_type: str
    body: bytes
    policy: str = CONTENT_POLICY


class Server(socketserver.ThreadingMixIn, HTTPServer):
    """Answers from `start` to `stop`, on threads that end with the process.

    `pages` gives each path's answer, made when it is asked for; `EVENTS` is the stream. Raises `UsageError` if the port
    cannot be had; port 0 stands for any that is free.
    """

    daemon_threads = True
    allow_reuse_address = os.name == "posix"  # there a port that is being left; on Windows one that another listens on
    request_queue_size = MOST_CONNECTIONS

    def __init__(self, port: int, pages: Mapping[str, Callable[[], Answer]], stream: Stream) -> None:
        self.pages, self.stream = pages, stream
        self.streams = threading.BoundedSemaphore(MOST_STREAMS)
        self._connections = threading.BoundedSemaphore(MOST_CONNECTIONS)
        try:
            super().__init__((ADDRESS, port), _Handler)
        except OSError as error:
            why = error.strerror or str(error)
            hint = "another watch may serve there; `--serve 0` takes a port that is free"
            raise UsageError(f"--serve: port {port} of {ADDRESS} cannot be had: {why}; {hint}") from error
        self.hosts = {f"{name}:{self.server_port}" for name in NAMES} | (
            set(NAMES) if self.server_port == 80 else set()
        )

    @property
    def url(self) -> str:
        return f"http://{ADDRESS}:{self.server_port}/"

    def start(self) -> None:
        threading.Thread(target=self.serve_forever, args=(0.05,), name="bluenoise-serve", daemon=True).start()

    def stop(self) -> None:
        """End, with all streams."""
        self.stream.close()
        self.shutdown()
        self.server_close()

    def server_bind(self) -> None:
        exclusive = getattr(socket, "SO_EXCLUSIVEADDRUSE", None)  # Windows
        if exclusive is not None:
            self.socket.setsockopt(socket.SOL_SOCKET, exclusive, 1)
        socketserver.TCPServer.server_bind(self)  # HTTPServer's would ask the DNS for our name
        self.server_name, self.server_port = ADDRESS, self.server_address[1]

    def process_request(self, request: Any, client_address: Any) -> None:
        if self._connections.acquire(blocking=False):
            super().process_request(request, client_address)
        else:
            self.shutdown_request(request)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._connections.release()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away, or was too slow: nobody else need know."""


class _Handler(BaseHTTPRequestHandler):
    """One request; then the connection is closed."""

    server: Server
    protocol_version = "HTTP/1.1"
    timeout = TIMEOUT_SECONDS

    def do_GET(self) -> None:
        path, _, query = self.path.partition("?")
        if not self._is_ours():
            text = f"this page is for a browser on this machine, at {self.server.url}"
            self._send(HTTPStatus.FORBIDDEN, Answer("text/plain", text.encode("ascii")))
        elif path == EVENTS:
            self._stream(query)
        elif path in self.server.pages and not query:
            self._send(HTTPStatus.OK, self.server.pages[path]())
        else:
            self.send_error(HTTPStatus.NOT_FOUND)

    do_HEAD = do_GET  # noqa: N815 - as the base class wants it

    def _is_ours(self) -> bool:
        """Whether it comes from our own page, or was typed: not from another site, under whatever name."""
        hosts, origins = (self.headers.get_all(name) or [] for name in ("Host", "Origin"))
        sites = self.headers.get_all("Sec-Fetch-Site") or []
        return (
            len(hosts) == 1
            and hosts[0].lower() in self.server.hosts
            and all(origin == f"http://{hosts[0]}" for origin in origins)
            and all(site in {"same-origin", "none"} for site in sites)
        )

    def _stream(self, query: str) -> None:
        if not self.server.streams.acquire(blocking=False):
            busy = Answer("text/plain", b"too many pages are open")
            self._send(HTTPStatus.SERVICE_UNAVAILABLE, busy, {"Retry-After": "5"})
            return
        try:
            self._begin(HTTPStatus.OK, "text/event-stream", CONTENT_POLICY, {})
            if self.command == "HEAD":
                return
            self.wfile.write(f"retry: {RETRY_MILLISECONDS}\n\n".encode("ascii"))
            after = self.headers.get("Last-Event-ID") or query.removeprefix("after=") or None
            self.server.stream.read(after, QUIET_SECONDS, self.wfile.write)
        finally:
            self.server.streams.release()

    def _send(self, status: HTTPStatus, answer: Answer, more: Mapping[str, str] | None = None) -> None:
        length = {"Content-Length": str(len(answer.body))}
        self._begin(status, answer.media_type, answer.policy, length | dict(more or {}))
        if self.command != "HEAD":
            self.wfile.write(answer.body)

    def _begin(self, status: HTTPStatus, media_type: str, policy: str, more: Mapping[str, str]) -> None:
        self.send_response(status)
        self.send_header("Content-Type", f"{media_type}; charset=utf-8")
        for name, value in {"Content-Security-Policy": policy, **HEADERS, **more}.items():
            self.send_header(name, value)
        self.end_headers()
        self.close_connection = True

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """Also what the base class finds wrong with a request."""
        del message, explain
        status = HTTPStatus(code)
        if status == HTTPStatus.NOT_IMPLEMENTED:  # so it calls a method that has no function here
            status = HTTPStatus.METHOD_NOT_ALLOWED
        more = {"Allow": METHODS} if status == HTTPStatus.METHOD_NOT_ALLOWED else {}
        self._send(status, Answer("text/plain", status.phrase.encode("ascii")), more)

    def version_string(self) -> str:
        return "bluenoise-assets"

    def log_message(self, *_arguments: Any) -> None:
        pass
