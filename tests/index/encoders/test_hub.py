import json
import os
import shutil
import subprocess
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from index.encoders.hub import fetch_model, model_files
from index.errors import EncoderError

COMMIT = "0123456789abcdef0123456789abcdef01234567"
FETCH = """
import sys
from index.errors import EncoderError
from index.encoders.hub import fetch_model
try:
    print(*fetch_model(sys.argv[1]), sep="\\n")
except EncoderError as error:
    print("error:", error)
"""


@pytest.fixture
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("SENTENCE_TRANSFORMERS_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache"


def keep(cache, name, *files):
    """Puts a model into a cache, as a download leaves it."""
    home = cache / f"models--{name.replace('/', '--')}"
    snapshot = home / "snapshots" / COMMIT
    for file in files:
        (snapshot / file).parent.mkdir(parents=True, exist_ok=True)
        (snapshot / file).write_text(file, encoding="utf-8")
    (home / "refs").mkdir()
    (home / "refs" / "main").write_text(COMMIT, encoding="utf-8")
    return snapshot


@pytest.fixture
def fetch(repository, cache):
    """Fetches a model in a process of its own, from the hub at an address; returns the lines and the seconds."""

    def run(name, endpoint="http://127.0.0.1:9"):
        started = time.monotonic()
        environment = os.environ | {"HF_ENDPOINT": endpoint, "HF_HOME": str(cache), "NO_PROXY": "127.0.0.1"}
        done = subprocess.run(
            [sys.executable, "-c", FETCH, name],
            cwd=repository,
            env=environment,
            capture_output=True,
            encoding="utf-8",
            timeout=120,
            check=True,
        )
        return done.stdout.splitlines(), time.monotonic() - started

    return run


@pytest.fixture
def hub():
    """A model hub with one model on a free port of this machine; its address."""
    files = {"config.json": b"{}", "model.safetensors": b"weights", "1_Pooling/config.json": b"{}"}
    unused = {"README.md": b"about", "onnx/model.onnx": b"onnx", "pytorch_model.bin": b"pickle", "tf_model.h5": b"h5"}
    everything = files | unused

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _reply(self, status, body=b"", **headers):
            self.send_response(status)
            for name, value in ({"Content-Length": str(len(body))} | headers).items():
                self.send_header(name.replace("_", "-"), value)
            self.end_headers()
            if self.command == "GET":
                self.wfile.write(body)

        def do_GET(self):
            api = "/api/models/owner/tiny"
            place = self.path.partition("?")[0]
            if place.startswith(f"{api}/tree/"):
                rows = [{"type": "file", "path": k, "size": len(v), "oid": f"{n:040}"} for n, (k, v) in self._files()]
                self._reply(200, json.dumps(rows).encode(), Content_Type="application/json")
            elif place in (api, f"{api}/revision/main"):
                found = {"id": "owner/tiny", "sha": COMMIT, "siblings": [{"rfilename": name} for name in everything]}
                self._reply(200, json.dumps(found).encode(), Content_Type="application/json")
            elif place.startswith(f"/owner/tiny/resolve/{COMMIT}/"):
                body = everything[place.partition(COMMIT)[2][1:]]
                self._reply(200, body, ETag=f'"{body.hex()}"', X_Repo_Commit=COMMIT)
            elif place.startswith("/api/models/owner/gated"):
                self._reply(403, b"{}", X_Error_Code="GatedRepo")
            else:
                self._reply(404, b"{}", X_Error_Code="RepoNotFound")

        do_HEAD = do_GET

        def _files(self):
            return enumerate(everything.items())

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_model_in_the_cache_is_used_without_a_network(cache):
    snapshot = keep(cache, "owner/tiny", "config.json", "model.safetensors")

    assert fetch_model("owner/tiny") == ("owner/tiny", snapshot)


def test_a_name_without_an_owner_is_one_of_the_librarys_own(cache):
    snapshot = keep(cache, "sentence-transformers/tiny", "config.json", "pytorch_model.bin")

    assert fetch_model("tiny") == ("sentence-transformers/tiny", snapshot)


def test_a_model_is_downloaded_once_and_only_what_is_needed(fetch, hub):
    first, _ = fetch("owner/tiny", hub)
    again, _ = fetch("owner/tiny")  # nobody answers there

    assert first == again
    assert first[0] == "owner/tiny"
    files = [file.relative_to(first[1]).as_posix() for file in Path(first[1]).rglob("*") if file.is_file()]
    assert sorted(files) == ["1_Pooling/config.json", "config.json", "model.safetensors"]
    assert (Path(first[1]) / "model.safetensors").read_bytes() == b"weights"


def test_a_cache_without_weights_is_no_model(fetch, hub, cache):
    keep(cache, "owner/tiny", "config.json")

    assert (Path(fetch("owner/tiny", hub)[0][1]) / "model.safetensors").is_file()


def test_without_a_network_the_error_comes_soon_and_in_one_line(fetch):
    (line,), seconds = fetch("owner/tiny")

    assert line.startswith("error: there is no folder 'owner/tiny', and the model owner/tiny is neither in the cache ")
    assert line.endswith("; without a network give the folder of a model, else check the spelling, owner/name")
    assert seconds < 30


@pytest.mark.parametrize(
    ("name", "said"),
    [("owner/tinny", "the model hub has no owner/tinny; check the spelling"), ("owner/gated", "accept its terms")],
)
def test_what_the_hub_does_not_give_is_said_in_one_line(fetch, hub, name, said):
    (line,), _ = fetch(name, hub)

    assert said in line


@pytest.mark.parametrize("name", ["", "./model", "a/b/c", "模型", "--help", "owner/"])
def test_what_is_no_name_is_said_before_the_hub_is_asked(name):
    with pytest.raises(EncoderError, match="it is no name of a model; give shipped, a folder, or a name like"):
        fetch_model(name)


def test_the_files_of_a_model_leave_out_pages_leftovers_and_other_formats(tmp_path):
    for file in ("a.json", "b/c.txt", "README.md", ".git/x", "b/.hidden", "onnx/a.json", "checkpoint-5/w.bin"):
        (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / file).touch()

    assert [file.relative_to(tmp_path).as_posix() for file in model_files(tmp_path)] == ["a.json", "b/c.txt"]
    shutil.rmtree(tmp_path / "b")
    assert [file.name for file in model_files(tmp_path)] == ["a.json"]
