import pytest
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse
from starlette.testclient import TestClient

from app.web.buckets import Buckets
from app.web.guard import MAX_BODY_BYTES, Guard


async def echo(scope, receive, send):
    body = await Request(scope, receive).body()
    await PlainTextResponse(f"{scope['state']['reader']} {len(body)}")(scope, receive, send)


class Clock:
    now = 0.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def visit(clock):
    guarded = Guard(echo, ["study.example.org"], Buckets(3, 0.5, clock))

    def visit(base="http://127.0.0.1:7860", client="127.0.0.1"):
        return TestClient(guarded, base_url=base, client=(client, 5000))

    return visit


@pytest.mark.parametrize(
    "base",
    [
        "http://localhost:7860",
        "http://127.0.0.1:7860",
        "http://[::1]:7860",
        "http://192.168.1.5",
        "http://STUDY.example.org",
    ],
)
def test_the_page_goes_by_its_own_names_and_by_addresses(visit, base):
    assert visit(base).get("/").status_code == 200


@pytest.mark.parametrize("host", ["evil.example.org", "localhost.evil.org", "", "[", "study.example.org.evil.org"])
def test_another_name_is_refused(visit, host):
    answer = visit().get("/", headers={"Host": host})

    assert answer.status_code == 421
    assert "access-control-allow-origin" not in answer.headers


@pytest.mark.parametrize(
    ("origin", "status"),
    [("http://127.0.0.1:7860", 200), ("http://evil.example.org", 403), ("null", 403), ("http://127.0.0.1:80", 403)],
)
def test_requests_of_other_sites_are_refused(visit, origin, status):
    assert visit().post("/chat/x/delete", headers={"Origin": origin}).status_code == status


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/", 200), ("/library", 200), ("/entry/url:a.org/b", 200), ("/gradio_api/queue/join", 200),
        ("/assets/index.js", 200), ("/gradio_api/call/ask", 200),
        ("/gradio_api/upload", 404), ("/gradio_api/file=/etc/passwd", 404), ("/gradio_api/runs", 404),
        ("/gradio_api/proxy=http://a.org", 404), ("/gradio_api/deep_link", 404), ("/monitoring", 404),
        ("/gradio_api/file/x", 404), ("/gradio_api/vibe-edit", 404), ("/gradio_api/stream/x", 404),
    ],
)  # fmt: skip
def test_only_the_routes_that_the_pages_use_are_open(visit, path, status):
    assert visit().get(path).status_code == status


def test_a_large_body_is_refused_whether_it_says_its_length_or_not(visit):
    client = visit()
    assert client.post("/chat/x", content=b"x" * MAX_BODY_BYTES).text.endswith(f" {MAX_BODY_BYTES}")
    assert client.post("/chat/x", content=b"x" * (MAX_BODY_BYTES + 1)).status_code == 413
    with pytest.raises(ClientDisconnect):
        client.post("/chat/x", content=(b"x" * 10_000 for _ in range(10)))


def test_a_client_from_outside_is_slowed_down_and_others_are_not(visit, clock):
    client, other, own = visit(client="10.0.0.1"), visit(client="10.0.0.2"), visit()

    assert [client.get("/").status_code for _ in range(4)] == [200, 200, 200, 429]
    assert other.get("/").status_code == 200
    assert {own.get("/").status_code for _ in range(9)} == {200}
    clock.now += 2.0
    assert [client.get("/").status_code for _ in range(2)] == [200, 429]


def test_a_browser_gets_a_name_that_scripts_cannot_read_and_keeps_it(visit):
    client = visit()
    first = client.get("/")
    assert "HttpOnly" in first.headers["set-cookie"]
    assert "SameSite=Lax" in first.headers["set-cookie"]

    second = client.get("/")

    assert second.text == first.text
    assert "set-cookie" not in second.headers


def test_plain_pages_run_no_script_but_ours_and_all_pages_stay_out_of_frames(visit):
    plain, chat = (visit().get(path).headers for path in ("/library", "/"))

    assert "unsafe" not in plain["content-security-policy"]
    for headers in (plain, chat):
        assert "frame-ancestors 'none'" in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"
    assert "media-src 'none'" in chat["content-security-policy"]
