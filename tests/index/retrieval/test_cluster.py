"""Calls to a cluster that is slow, away, busy or closed, over HTTP."""

import socket
import threading
import time
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from index.errors import IndexUnavailableError
from index.retrieval.cluster import Address, Cluster, Patience

pytest.importorskip("qdrant_client")
QUICK = Patience(timeout=1, tries=3, pause=0.01)
COLLECTIONS = b'{"result": {"collections": [{"name": "mine-0123456789abcdef"}, {"name": "mine-too"}]}, "status": "ok"}'


@pytest.fixture
def serve(monkeypatch):
    """Starts a server that gives the replies of a script, one after the other, and the last of them from then on."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    started = []

    def serve(*script):
        asked, replies = [], list(script)

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                asked.append((self.path, self.headers.get("api-key")))
                status, body, delay = replies.pop(0) if len(replies) > 1 else replies[0]
                time.sleep(delay)
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

            def handle(self):
                with suppress(BrokenPipeError, ConnectionResetError):  # whoever asked has gone
                    super().handle()

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        cluster = Cluster(Address(f"http://127.0.0.1:{server.server_port}", "mine"), QUICK)
        started.append((server, cluster))
        return cluster, asked

    yield serve
    for server, cluster in started:
        cluster.close()
        server.shutdown()
        server.server_close()


def error_of(cluster):
    with pytest.raises(IndexUnavailableError) as raised:
        cluster.collections()
    assert "\n" not in str(raised.value)
    return str(raised.value)


def test_a_call_is_tried_again_until_it_is_answered(serve):
    cluster, asked = serve((503, b"", 0), (429, b"", 0), (200, COLLECTIONS, 0))

    assert cluster.collections() == {"mine-0123456789abcdef"}
    assert len(asked) == 3


def test_a_cluster_that_stays_busy_is_told_in_one_line_in_both_languages(serve):
    cluster, asked = serve((503, b"", 0))

    error = error_of(cluster)

    url = cluster.address.url
    assert error == (
        f"{url} 的 Qdrant 集群没有响应（HTTP 503，共尝试 3 次）；资料库仍可浏览，集群恢复后即可继续提问 / "
        f"the Qdrant cluster at {url} does not answer (HTTP 503, asked 3 times); "
        "the library can still be read, and questions work again when the cluster is back"
    )
    assert len(asked) == 3


def test_an_answer_that_does_not_come_in_time_is_waited_for_no_longer(serve):
    cluster, _ = serve((200, COLLECTIONS, 1.5))

    assert "ReadTimeout, 1 s" in error_of(cluster)


def test_a_port_where_nobody_listens():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]

    assert "ConnectError" in error_of(Cluster(Address(f"http://127.0.0.1:{port}"), QUICK))


@pytest.mark.parametrize(
    ("status", "said"), [(401, "QDRANT_API_KEY"), (403, "QDRANT_API_KEY"), (404, "ingest --index-url")]
)
def test_what_will_not_change_by_asking_again_is_asked_once(serve, status, said):
    cluster, asked = serve((status, b"", 0))

    assert said in error_of(cluster)
    assert len(asked) == 1


@pytest.mark.filterwarnings("ignore:Api key is used with an insecure connection:UserWarning")
def test_the_key_of_the_environment_is_sent_and_stands_in_no_error(serve, monkeypatch):
    monkeypatch.setenv("QDRANT_API_KEY", "secret-key")
    cluster, asked = serve((403, b"", 0))

    assert "secret-key" not in error_of(cluster)
    assert [key for _, key in asked] == ["secret-key"]


@pytest.mark.parametrize(
    ("text", "url", "name"),
    [
        ("http://localhost:6333", "http://localhost:6333", "llm-study"),
        (" https://x.cloud.qdrant.io:6333/#papers ", "https://x.cloud.qdrant.io:6333", "papers"),
    ],
)
def test_an_address_is_a_url_and_a_name(text, url, name):
    address = Address.parse(text)

    assert (address.url, address.name) == (url, name)
    assert Address.parse(str(address)) == address


@pytest.mark.parametrize("text", ["", "localhost:6333", "ftp://host", "http://", "http://host#a b", "http://host#-"])
def test_what_is_no_address_is_said_with_one_that_is(text):
    with pytest.raises(IndexUnavailableError, match="http://localhost:6333"):
        Address.parse(text)


def test_a_key_in_an_address_is_neither_written_down_nor_repeated():
    with pytest.raises(IndexUnavailableError, match="QDRANT_API_KEY") as raised:
        Address.parse("https://me:secret-key@host:6333")

    assert "secret-key" not in str(raised.value)
