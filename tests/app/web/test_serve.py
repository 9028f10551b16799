import re
import socket

import pytest
from typer.testing import CliRunner

from app.__main__ import app
from app.web.serve import _say, address_of, listen
from ingest.errors import StudyError


@pytest.fixture
def taken():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield listener.getsockname()[1]


def test_a_port_in_use_is_said_in_one_line_that_offers_a_free_one(data, taken):
    corpus = str(data.parent / "corpus")

    result = CliRunner().invoke(app, ["--port", str(taken), "--corpus", corpus, "--data", str(data)])

    assert result.exit_code == 1
    (line,) = result.stderr.strip().splitlines()
    offered = re.fullmatch(rf"error: port {taken} is in use; try: python -m app --port (\d+)", line)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", int(offered[1])))
    assert int(offered[1]) > taken


@pytest.mark.parametrize(
    ("host", "port", "reason"),
    [
        ("127.0.0.1", 70_000, "port 70000 is not between 0 and 65535"),
        ("127.0.0.1", -1, "port -1 is not between"),
        ("no-such-host.invalid", 7860, "host 'no-such-host.invalid' is not known here"),
        ("192.0.2.1", 0, "host '192.0.2.1' is not an address of this machine"),
        ("a" * 70, 7860, "is not known here"),
    ],
)
def test_an_address_that_cannot_be_used_is_said_in_one_line(host, port, reason):
    with pytest.raises(StudyError, match=re.escape(reason)) as failure:
        listen(host, port)
    assert "\n" not in str(failure.value)


@pytest.mark.parametrize(("host", "address"), [("127.0.0.1", "http://127.0.0.1:"), ("0.0.0.0", "http://127.0.0.1:")])
def test_port_zero_takes_a_free_port_and_says_which(host, address):
    with listen(host, 0) as listener:
        assert address_of(host, listener) == f"{address}{listener.getsockname()[1]}"
        assert listener.getsockname()[1] > 0


@pytest.mark.skipif(not socket.has_ipv6, reason="needs IPv6")
@pytest.mark.parametrize("host", ["::1", "::"])
def test_an_address_of_the_newer_kind_is_listened_on(host):
    with listen(host, 0) as listener:
        assert address_of(host, listener).startswith("http://[::1]:")


def test_a_terminal_without_chinese_shows_the_address_all_the_same(tmp_path):
    file = tmp_path / "out"
    with file.open("w", encoding="ascii") as stream:
        _say("页面地址 http://127.0.0.1:7860", stream)

    assert "http://127.0.0.1:7860" in file.read_text(encoding="ascii")
