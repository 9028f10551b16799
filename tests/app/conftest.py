"""A server that speaks the protocol of OpenAI's chat completions, streamed, and misbehaves as told."""

from __future__ import annotations

import json
import threading
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from app.state import accounts


@dataclass
class Script:
    """What the server does with one request.

    Attributes:
        text: The answer, cut into pieces of ``cut`` characters.
        status: HTTP status; other than 200 comes with a body that names the key, as careless servers do.
        content_type: Of the answer.
        raw: Sent instead of events.
        stop: How the stream ends: "done", "no_done" (closed after the finish reason), "broken" (closed in the middle).
        wait: Seconds before anything is sent.
        pause: Seconds between pieces.
        reason: Why the answer ends, "length" when a limit has cut it.
    """

    text: str = ""
    status: int = 200
    content_type: str = "text/event-stream"
    raw: bytes | None = None
    stop: str = "done"
    wait: float = 0.0
    pause: float = 0.0
    cut: int = 3
    reason: str = "stop"


@dataclass
class LlmServer:
    """The server: what it was asked, and what it does next; when the script is used up its last part is repeated."""

    url: str = ""
    script: list = field(default_factory=list)
    asked: list = field(default_factory=list)
    headers: list = field(default_factory=list)
    sent: list = field(default_factory=list)
    broken_off: threading.Event = field(default_factory=threading.Event)

    def will(self, *parts, **fields):
        self.script = list(parts) or [Script(**fields)]


def events(script):
    """Yields the events of an answer as bytes."""
    for start in range(0, len(script.text), script.cut):
        delta = {"content": script.text[start : start + script.cut]}
        yield {"choices": [{"index": 0, "delta": delta, "finish_reason": None}]}
    if script.stop != "broken":
        yield {"choices": [{"index": 0, "delta": {}, "finish_reason": script.reason}]}
        yield {"choices": [], "usage": {"prompt_tokens": 100, "completion_tokens": 20, "total_tokens": 120}}


class ScriptedHttp(ThreadingHTTPServer):
    """Serves the requests of one ``LlmServer`` after the other: what an ended test left running is told to its own."""

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), ScriptedHandler)
        self.url = f"http://127.0.0.1:{self.server_port}/v1"
        self.playing = LlmServer(self.url)


class ScriptedHandler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        played = self.server.playing
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        played.asked.append(body)
        played.headers.append({name.lower(): value for name, value in self.headers.items()})
        script = played.script.pop(0) if len(played.script) > 1 else played.script[0]
        time.sleep(script.wait)
        try:
            self.reply(script, played.sent)
        except (BrokenPipeError, ConnectionResetError):
            played.broken_off.set()
        self.close_connection = True

    def reply(self, script, sent):
        self.send_response(script.status)
        kind = script.content_type if script.status == 200 else "application/json"
        self.send_header("Content-Type", kind)
        self.send_header("Connection", "close")
        self.end_headers()
        if script.status != 200:
            said = f"failed for {self.headers.get('Authorization')}"
            self.wfile.write(json.dumps({"error": {"message": said}}).encode())
            return
        if script.raw is not None:
            self.wfile.write(script.raw)
            return
        for event in events(script):
            line = {"id": "x", "object": "chat.completion.chunk", "created": 0, "model": "scripted"} | event
            self.wfile.write(f"data: {json.dumps(line)}\n\n".encode())
            self.wfile.flush()
            sent.append(event)
            time.sleep(script.pause)
        if script.stop == "done":
            self.wfile.write(b"data: [DONE]\n\n")

    def log_message(self, *_):
        pass


@pytest.fixture(scope="module")
def llm_http():
    """The server on a free port of this machine."""
    http = ScriptedHttp()
    thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield http
    http.shutdown()
    thread.join()
    http.server_close()


@pytest.fixture
def llm_server(llm_http, monkeypatch):
    """An ``LlmServer`` that was asked nothing yet; no proxy stands between, the environment names no model."""
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.setenv(name, "127.0.0.1")
    for name in ("OPENAI_BASE_URL", "OPENAI_API_KEY", "LLM_MODEL"):
        monkeypatch.delenv(name, raising=False)
    llm_http.playing = LlmServer(llm_http.url)
    return llm_http.playing


@pytest.fixture(scope="session", autouse=True)
def password_cost():
    """What hashing a password costs outside of tests, where it would take most of the time."""
    with pytest.MonkeyPatch.context() as patch:
        shipped = accounts._COST
        patch.setattr(accounts, "_COST", 2**8)
        yield shipped
