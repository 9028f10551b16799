import threading
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlsplit

import pytest


@dataclass
class Scripted:
    """A server that gives prepared answers.

    Attributes:
        url: Its address.
        answers: What is left to give: (status, headers, body), in order, or by path.
        by_path: The same for paths; what is in neither is answered with 404.
        asked: Path and query of every request, in order.
        connections: The client's port of every request.
        drip: Seconds between the bytes of a body.
    """

    url: str = ""
    answers: list = field(default_factory=list)
    by_path: dict = field(default_factory=dict)
    asked: list = field(default_factory=list)
    connections: list = field(default_factory=list)
    drip: float = 0.0


@pytest.fixture
def server(monkeypatch):
    """Runs a ``Scripted`` server on a free port of this machine; no proxy stands between."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    scripted, ended = Scripted(), threading.Event()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self):
            parts = urlsplit(self.path)
            scripted.asked.append((parts.path, dict(parse_qsl(parts.query))))
            scripted.connections.append(self.client_address[1])
            answer = scripted.answers.pop(0) if scripted.answers else scripted.by_path.get(parts.path)
            status, headers, body = answer or (404, {}, b"not found")
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            for start in range(0, len(body), 1 if scripted.drip else len(body) or 1):
                if scripted.drip and ended.wait(scripted.drip):
                    break
                self.wfile.write(body[start : start + (1 if scripted.drip else len(body))])

        def handle(self):
            with suppress(ConnectionError):  # a client that has had enough
                super().handle()

        def log_message(self, *_):
            pass

    running = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    running.daemon_threads = True
    thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    scripted.url = f"http://127.0.0.1:{running.server_port}"
    yield scripted
    ended.set()
    running.shutdown()
    thread.join()
    running.server_close()
