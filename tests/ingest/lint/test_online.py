"""The check of links against a server on this machine that counts what it is asked."""

import threading
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from ingest.lint.addresses import addresses_in
from ingest.lint.online import OnlineConfig, check_online

QUICK = OnlineConfig(pause=0.0, timeout=1.0)


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def answer(self):
        server = self.server
        server.asked[f"{self.command} {self.path}"] += 1
        server.ports.add(self.client_address[1])
        status = {"/gone": 404, "/busy": 429, "/broken": 500, "/login": 403, "/moved": 301, "/soon": 302}.get(
            self.path, 200
        )
        if self.path == "/get-only":
            status = 405 if self.command == "HEAD" else 200
        if self.path == "/slow":
            server.done.wait(10)
        self.send_response(status)
        if self.path in ("/moved", "/soon"):
            self.send_header("Location", "/fine")
        self.send_header("Content-Length", "0")
        self.end_headers()

    do_GET = do_HEAD = answer

    def log_message(self, *_):
        pass


@pytest.fixture
def server(monkeypatch):
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    server.asked, server.ports, server.done = Counter(), set(), threading.Event()
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server
    server.done.set()
    server.shutdown()
    server.server_close()


@pytest.fixture
def check(server, tmp_path):
    def run(*paths, clock=lambda: 1000.0):
        lines = [f"- [a](http://127.0.0.1:{server.server_port}{path})" for path in paths]
        found = check_online({"a.md": addresses_in(lines)}, tmp_path, QUICK, clock=clock)
        return [(finding.line, finding.rule) for finding in found]

    return run


def test_each_answer_has_its_rule(check):
    paths = ["/fine", "/gone", "/busy", "/broken", "/login", "/moved", "/soon", "/get-only", "/slow"]

    assert check(*paths) == [
        (2, "dead-link"),
        (3, "unreachable-link"),
        (4, "unreachable-link"),
        (6, "moved-link"),
        (9, "unreachable-link"),
    ]


def test_a_page_is_asked_for_once_over_one_connection_and_kept(check, server):
    for _ in range(2):
        check("/fine", "/fine#part", "/other", "/gone")

    # HEAD is not believed when it says that a page is gone
    assert server.asked == {"HEAD /fine": 1, "HEAD /other": 1, "HEAD /gone": 1, "GET /gone": 1}
    assert len(server.ports) == 1, server.asked


def test_what_was_not_reached_is_asked_again_within_the_hour_and_the_rest_after_a_week(check, server):
    check("/fine", "/broken")
    check("/fine", "/broken", clock=lambda: 1000.0 + 3601)
    assert (server.asked["HEAD /fine"], server.asked["HEAD /broken"]) == (1, 2)
    check("/fine", clock=lambda: 1000.0 + 7 * 86400)
    assert server.asked["HEAD /fine"] == 2


def test_a_host_that_refuses_is_not_dead_and_a_name_that_does_not_exist_is(tmp_path):
    lines = ["- [a](http://127.0.0.1:9/)", "- [b](http://no-such-host.invalid/)"]

    found = list(check_online({"a.md": addresses_in(lines)}, tmp_path, QUICK))

    assert (found[0].line, found[0].rule) == (1, "unreachable-link")
    assert found[1].rule in ("dead-link", "unreachable-link")  # resolvers differ in what they say offline
