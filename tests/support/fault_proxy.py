"""An HTTP proxy on loopback that does to a store's answers what networks, disks and administrators do."""

import contextlib
import socket
import threading
import time

REFUSALS = {
    "403": ("403 Forbidden", "AccessDenied"),
    "500": ("500 Internal Server Error", "InternalError"),
    "507": (
        "507 Insufficient Storage",
        "XMinioStorageFull",
    ),  # what MinIO, a store with an S3 API, says when it is full
}
SECRET = "raw-words-of-the-store"
"""In every refusal: what nobody may be shown."""

FAULTS = ("cut", "truncated", "flipped", "hang", *REFUSALS)


class FaultProxy:
    """Passes requests to a server, one a connection. Requests by one of `methods` get `fault`; all wait for `latency` s.

    `cut` ends the connection in the middle of a body, `truncated` says that this half is all, `flipped` turns a byte,
    `hang` never answers.
    """

    def __init__(self, port):
        self._server = ("127.0.0.1", port)
        self.fault, self.methods, self.latency = "", ("GET", "PUT", "HEAD", "POST"), 0.0
        self.requests = []
        """Method and status of each request that was answered, and of a `hang` the method."""
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._held = []
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self):
        """From now on connections are refused."""
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for client in self._held:
            client.close()

    def _accept(self):
        with contextlib.suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client):
        with contextlib.suppress(OSError, ValueError):
            head, body = self._request(client)
            if head is None:
                client.close()
                return
            method = head.split(b" ", 1)[0].decode()
            fault = self.fault if method in self.methods else ""
            if fault == "hang":
                self.requests.append((method, ""))
                self._held.append(client)
                return
            time.sleep(self.latency)
            answer = _refusal(fault) if fault in REFUSALS else _changed(self._ask(head, body), fault, method)
            self.requests.append((method, answer.split(b" ", 2)[1].decode()))
            client.sendall(answer)
            client.close()

    def _request(self, client):
        data = b""
        while b"\r\n\r\n" not in data:
            more = client.recv(65536)
            if not more:
                return None, b""
            data += more
        head, _, body = data.partition(b"\r\n\r\n")
        fields = _fields(head)
        if b"expect" in fields:
            client.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
        while len(body) < int(fields.get(b"content-length", 0)):
            body += client.recv(65536)
        return head, body

    def _ask(self, head, body):
        lines = [line for line in head.split(b"\r\n") if not line.lower().startswith((b"connection:", b"expect:"))]
        with socket.create_connection(self._server) as server:
            server.sendall(b"\r\n".join([*lines, b"Connection: close", b"", body]))
            answer = b""
            while more := server.recv(65536):
                answer += more
        return answer


def _fields(head):
    pairs = (line.partition(b":") for line in head.split(b"\r\n")[1:])
    return {name.strip().lower(): value.strip() for name, _, value in pairs}


def _refusal(fault):
    status, code = REFUSALS[fault]
    text = f"<?xml version='1.0'?><Error><Code>{code}</Code><Message>{SECRET}</Message></Error>"
    return f"HTTP/1.1 {status}\r\nContent-Length: {len(text)}\r\nConnection: close\r\n\r\n{text}".encode()


def _changed(answer, fault, method):
    head, _, body = answer.partition(b"\r\n\r\n")
    if not fault or method == "HEAD" or not head.split(b" ", 2)[1].startswith(b"20") or not body:
        return answer
    half = len(body) // 2
    if fault == "flipped":
        body = body[:half] + bytes([body[half] ^ 1]) + body[half + 1 :]
    else:
        body = body[:half]
        if fault == "truncated":
            lines = [line for line in head.split(b"\r\n") if not line.lower().startswith(b"content-length:")]
            head = b"\r\n".join([*lines, b"Content-Length: %d" % half])
    return head + b"\r\n\r\n" + body
