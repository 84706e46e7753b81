"""Who may ask the live page's server, and for what: our own page on this machine, for three paths, and nobody else."""

import socket
import threading

import pytest
from support.saves import TIMEOUT, until

from bluenoise_assets.errors import UsageError
from bluenoise_assets.report.live import server as module
from bluenoise_assets.report.live.server import Answer, Server
from bluenoise_assets.report.live.stream import Stream


@pytest.fixture
def serve(monkeypatch):
    """Starts a server with one page; ends it with the test."""
    running = []

    def starter(**limits):
        for name, value in limits.items():
            monkeypatch.setattr(module, name, value)
        pages = {
            "/": lambda: Answer("text/html", b"<p>hello"),
            "/report.json": lambda: Answer("application/json", b"{}"),
        }
        server = Server(0, pages, Stream())
        server.start()
        running.append(server)
        return server

    yield starter
    for server in running:
        server.stop()


def opened(server):
    return socket.create_connection(("127.0.0.1", server.server_port), TIMEOUT)


def raw(server, request):
    """The whole answer to these bytes."""
    with opened(server) as connection:
        connection.sendall(request)
        return b"".join(iter(lambda: connection.recv(65536), b""))


def ask(server, path="/", method="GET", host=None, **headers):
    """Status, headers and body of an answer."""
    lines = [f"{method} {path} HTTP/1.1", f"Host: {host or f'127.0.0.1:{server.server_port}'}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    head, _, body = raw(server, "\r\n".join([*lines, "", ""]).encode("latin-1")).partition(b"\r\n\r\n")
    first, *rest = head.decode("latin-1").split("\r\n")
    return int(first.split()[1]), dict(line.split(": ", 1) for line in rest), body


def test_what_there_is(serve):
    server = serve()
    status, headers, body = ask(server)
    assert (status, body, headers["Content-Type"]) == (200, b"<p>hello", "text/html; charset=utf-8")
    assert ask(server, "/report.json")[::2] == (200, b"{}")
    assert ask(server, method="HEAD")[::2] == (200, b"")
    assert ask(server, host=f"localhost:{server.server_port}")[0] == 200


def test_every_answer_says_what_it_is_not_for(serve):
    server = serve()
    for answer in (ask(server), ask(server, "/x"), ask(server, method="POST"), ask(server, host="evil.example")):
        headers = answer[1]
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
        assert headers["Referrer-Policy"] == "no-referrer"
        assert headers["Content-Security-Policy"].startswith("default-src 'none'")
        assert headers["Connection"] == "close"
        assert "Python" not in headers["Server"]
        assert not [name for name in headers if name.lower().startswith("access-control")]


@pytest.mark.parametrize(
    "path",
    [
        "/../pyproject.toml",
        "/..%2f..%2fetc/passwd",
        "/%2e%2e/%2e%2e/etc/passwd",
        "/....//etc/passwd",
        "/..\\..\\windows\\win.ini",
        "/.",
        "/./",
        "//etc/passwd",
        "/etc/passwd",
        "/%00",
        "/?x",
        "/report.json/..",
        "/report.json?x=1",
        "/events/",
        "http://evil.example/",
        "*",
    ],
)
def test_no_other_path(serve, path):
    assert ask(serve(), path)[::2] == (404, b"Not Found")


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT", "BREW", "get"])
def test_no_other_method(serve, method):
    status, headers, _ = ask(serve(), method=method, Origin="http://evil.example")
    assert (status, headers["Allow"]) == (405, "GET, HEAD")


def test_no_other_host(serve):
    """Whoever has his own name resolve to this machine reads nothing: his browser says which name it asked for."""
    server = serve()
    port = server.server_port
    others = [
        "evil.example",
        f"evil.example:{port}",
        "127.0.0.1",
        "localhost",
        f"127.0.0.1:{port + 1}",
        f"0.0.0.0:{port}",
    ]
    others += [f"127.0.0.1:{port}.evil.example", f"localhost.evil.example:{port}", f"127.0.0.1:{port}@evil.example", ""]
    for path in ("/", "/events", "/report.json"):
        for host in others:
            assert ask(server, path, host=host or " ")[0] == 403, host
    assert raw(server, b"GET / HTTP/1.1\r\n\r\n").startswith(b"HTTP/1.1 403")
    assert raw(server, b"GET / HTTP/1.0\r\n\r\n").startswith(b"HTTP/1.1 403")
    assert b"hello" not in raw(server, b"GET /\r\n\r\n")
    both = f"GET / HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nHost: evil.example\r\n\r\n"
    assert raw(server, both.encode()).startswith(b"HTTP/1.1 403")


def test_no_other_origin(serve):
    server = serve()
    own = f"http://127.0.0.1:{server.server_port}"
    assert ask(server, Origin=own)[0] == 200
    for origin in (
        "http://evil.example",
        "null",
        f"https{own[4:]}",
        own[:-1],
        f"http://localhost:{server.server_port}",
    ):
        assert ask(server, "/report.json", Origin=origin)[0] == 403, origin
    for site, status in (("none", 200), ("same-origin", 200), ("same-site", 403), ("cross-site", 403)):
        assert ask(server, "/report.json", Sec_Fetch_Site=site)[0] == status, site


def test_nonsense_is_answered_in_one_line(serve):
    server = serve()
    for request in (
        b"\r\n\r\n",
        b"\0" * 100 + b"\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",  # TLS
        b"GET / HTTP/9.9\r\n\r\n",
        b"GET / FTP/1.0\r\n\r\n",
        b"GET /" + b"x" * 100_000 + b" HTTP/1.1\r\n\r\n",
        b"GET / HTTP/1.1\r\nX: " + b"x" * 100_000 + b"\r\n\r\n",
        b"GET / HTTP/1.1\r\n" + b"X: y\r\n" * 200 + b"\r\n",
    ):
        answer = raw_or_reset(server, request)
        assert not answer.startswith(b"HTTP/") or int(answer.split()[1]) in range(400, 506), answer[:100]
        assert b"hello" not in answer
    assert ask(server)[0] == 200


def raw_or_reset(server, request):
    """The answer; nothing if the server closed the connection before it had read all."""
    try:
        return raw(server, request)
    except ConnectionError:
        return b""


def stream_of(server, query=""):
    """A connection on which events come, and its first bytes, up to the states."""
    connection = opened(server)
    connection.sendall(f"GET /events{query} HTTP/1.1\r\nHost: 127.0.0.1:{server.server_port}\r\n\r\n".encode())
    return connection, connection.recv(65536)


def test_the_streams_are_few(serve):
    server = serve(MOST_STREAMS=3)
    open_ones = [stream_of(server) for _ in range(3)]
    assert all(head.startswith(b"HTTP/1.1 200") and b"text/event-stream" in head for _, head in open_ones)
    status, headers, _ = ask(server, "/events")
    assert (status, headers["Retry-After"]) == (503, "5")
    assert ask(server)[0] == 200
    assert ask(server, "/events", method="HEAD")[0] == 503
    open_ones[0][0].close()
    server.stream.tell("gone", {"id": "x" * 100_000})  # so that the server notices
    server.stream.tell("gone", {"id": "x" * 100_000})
    until(lambda: server.streams._value == 1)
    for connection, _ in open_ones:
        connection.close()


def test_connections_are_few_and_come_free_again(serve, monkeypatch):
    monkeypatch.setattr(module._Handler, "timeout", 0.5)
    server = serve(MOST_CONNECTIONS=4)
    silent = [opened(server) for _ in range(4)]
    until(lambda: server._connections._value == 0)
    assert raw_or_reset(server, b"GET / HTTP/1.1\r\n\r\n") == b""  # refused at once
    until(lambda: server._connections._value == 4)  # who says nothing is not waited for
    assert ask(server)[0] == 200
    for connection in silent:
        connection.close()


def test_who_does_not_read_holds_nobody(serve):
    """Neither who tells, nor other readers."""
    server = serve()
    stalled, _ = stream_of(server)
    reader, _ = stream_of(server)
    received = []

    def read():
        while data := reader.recv(65536):
            received.append(data)

    thread = threading.Thread(target=read)
    thread.start()
    for number in range(200):  # 20 MB: more than any buffer between the two holds
        server.stream.tell("texture", {"number": number, "section": "x" * 100_000})
    server.stream.tell("gone", {"id": "last"})
    until(lambda: any(b"last" in data or b"reload" in data for data in received[-2:]))
    server.stop()
    thread.join(TIMEOUT)
    assert not thread.is_alive()
    stalled.close()
    reader.close()


def test_the_end_ends_the_streams(serve):
    server = serve()
    readers = [stream_of(server)[0] for _ in range(5)]
    server.stop()
    for reader in readers:
        while reader.recv(65536):
            pass
        reader.close()


def test_a_port_that_is_taken(serve):
    server = serve()
    with pytest.raises(
        UsageError, match=rf"--serve: port {server.server_port} of 127.0.0.1 cannot be had: .*--serve 0"
    ):
        Server(server.server_port, {}, Stream())


def test_it_listens_on_the_loopback_address_only(serve):
    assert serve().server_address[0] == "127.0.0.1"
