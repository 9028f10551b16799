import base64
import re
from contextlib import ExitStack

import pytest
from fastapi import Request
from starlette.routing import Mount, Route
from starlette.testclient import TestClient

from app.state.accounts import Accounts, set_password
from app.state.answers import keep
from app.state.database import Database
from app.state.sessions import Sessions, new_token
from app.web.application import build_application, build_pages
from app.web.gate import Gate, _network
from app.web.services import Services

ANN, BOB = ("ann", "correct horse"), ("bob", "battery staple")
OPEN = {"/login", "/files", "/language/{code}", "/logout"}  # what answers those who are not logged in


class Clock:
    now = 0.0

    def __call__(self):
        return self.now


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    file = tmp_path_factory.mktemp("auth") / "accounts"
    for name, password in (ANN, BOB):
        set_password(file, name, password)
    return file


@pytest.fixture
def shared(live, file, tmp_path):
    database = Database(tmp_path / "readers.sqlite")
    yield Services.over(database, live, local=True, accounts=Accounts(file))
    database.close()


@pytest.fixture
def visit(shared):
    with ExitStack() as stack:

        def visit(user=None, client="10.0.0.1", services=shared, cookies=None, **headers):
            browser = TestClient(
                build_pages(services), "http://127.0.0.1", headers={"Accept-Language": "en"} | headers,
                client=(client, 5000), follow_redirects=False, cookies=cookies,
            )  # fmt: skip
            stack.enter_context(browser)
            if user:
                assert log_in(browser, *user).status_code == 303
            return browser

        yield visit


def log_in(browser, name, password, next="/"):
    return browser.post("/login", params={"next": next}, data={"name": name, "password": password})


def basic(name, password):
    return "Basic " + base64.b64encode(f"{name}:{password}".encode()).decode()


def addresses(routes, before=""):
    """Yields every path of an application with its methods, also of what is mounted in it."""
    for route in routes:
        inner = getattr(route, "original_router", None)
        if isinstance(route, Mount) and route.routes:
            yield from addresses(route.routes, before + route.path)
        elif inner is not None and not hasattr(route, "path"):
            yield from addresses(inner.routes, before)
        elif isinstance(route, Mount):
            yield before + route.path, {"GET"}
        else:
            assert isinstance(route, Route), route
            yield before + route.path, route.methods or {"GET", "POST", "DELETE"}


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # Gradio leaves event loops open
def test_no_route_of_the_whole_application_answers_without_a_login(shared):
    application = build_application(shared)
    routes = [(path, method) for path, methods in addresses(application.routes) for method in methods]
    paths = {path for path, _ in routes}
    assert {"/", "/mcp", "/api/v1/answer", "/quality", "/api/v1/openapi.json", "/gradio_api/queue/join"} <= paths
    assert len(paths) > 60

    with TestClient(application, "http://127.0.0.1", follow_redirects=False) as browser:
        answered = {path for path, method in routes if answers(browser, path, method)}

        assert answered <= OPEN
        assert browser.get("/files/style.css").status_code == 200


def answers(browser, path, method):
    """Tells whether a route says anything but that one should log in or that there is no such page."""
    address = re.sub(r"\{[^}]*\}", "x", path)
    accept = "text/html" if method == "GET" else "application/json"
    answer = browser.request(method, address, headers={"Accept": accept})
    led_on = answer.status_code == 303 and answer.headers["location"].startswith("/login?next=")
    refused = answer.status_code == 404 and (method == "HEAD" or "no such page" in answer.text)
    return not (led_on or refused or answer.status_code == 401)


@pytest.mark.parametrize(
    "path",
    ["/files/../quality", "/files/%2e%2e/quality", "//quality", "/login/../quality", "/login/", "/login%2f..%2fquality",
     "/language/zh/../../quality", "/LOGIN", "/quality?x=/login", "/files/x/../../api/v1/answer?q=LoRA", "/loginx",
     "/login;/quality", "/files%00/", "/quality%0a/login", "/login%0a"],
)  # fmt: skip
def test_no_spelling_of_an_address_gets_past(visit, path):
    answer = visit().get(path, headers={"Accept": "application/json"})

    assert answer.status_code in (401, 404)
    assert "LoRA" not in answer.text


def test_a_reader_logs_in_is_led_where_they_wanted_and_logs_out(visit):
    browser = visit()
    led = browser.get("/library?topic=peft&q=a b", headers={"Accept": "text/html"})
    assert led.status_code == 303
    form = browser.get(led.headers["location"])
    assert form.status_code == 200
    assert 'lang="en"' in form.text
    assert 'lang="zh"' in browser.get("/login", headers={"Accept-Language": "zh"}).text

    wrong = log_in(browser, "ann", "wrong")
    assert wrong.status_code == 403
    assert "Name or password is wrong." in wrong.text
    action = re.search(r'action="([^"]*)"', form.text)[1].replace("&amp;", "&")
    right = browser.post(action, data={"name": "ann", "password": "correct horse"})
    assert (right.status_code, right.headers["location"]) == (303, "/library?topic=peft&q=a%20b")
    cookie = right.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie

    page = browser.get("/library")
    assert page.status_code == 200
    assert "Log out" in page.text
    assert browser.get("/login").headers["location"] == "/"
    session = browser.cookies["session"]
    assert browser.post("/logout").headers["location"] == "/login"
    assert browser.get("/library").status_code == 401
    browser.cookies.set("session", session)
    assert browser.get("/library").status_code == 401  # ended, and not only forgotten by the browser


@pytest.mark.parametrize(
    "next", ["//evil.org", "/\\evil.org", "https://evil.org", "javascript:alert(1)", "/\t/evil.org", ""]
)
def test_a_login_leads_to_no_other_site(visit, next):
    assert log_in(visit(), *ANN, next=next).headers["location"] == "/"


def test_a_script_shows_a_token_or_a_password(visit, file):
    token = new_token(Accounts(file), "ann")
    for shown in (f"Bearer {token}", basic(*ANN)):
        answer = visit().get("/api/v1/answer", params={"q": "What is LoRA?"}, headers={"Authorization": shown})
        assert answer.json()["status"] == "answered"
    for shown in (
        f"Bearer {token}x",
        "Bearer ",
        basic("ann", "wrong"),
        basic("bob", ANN[1]),
        "Basic x",
        "Basic w6k=",
        "",
    ):
        answer = visit(client="10.0.0.9").get("/api/v1/answer?q=LoRA", headers={"Authorization": shown})
        assert answer.status_code == 401
        assert answer.headers["www-authenticate"] == "Bearer"


def test_an_agent_shows_its_token(visit, file):
    call = {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}
    headers = {"Accept": "application/json, text/event-stream"}
    assert visit().post("/mcp", json=call, headers=headers).status_code == 401
    headers |= {"Authorization": f"Bearer {new_token(Accounts(file), 'bob')}"}
    tools = visit().post("/mcp", json=call, headers=headers).json()["result"]["tools"]
    assert "answer" in {tool["name"] for tool in tools}


def test_what_one_reader_keeps_no_other_sees(visit, shared):
    ann, bob = visit(ANN), visit(BOB)
    kept = keep(shared.live.get().ask("What is LoRA?"))
    conversation = shared.conversations.start("user:ann", "What is LoRA?")
    shared.conversations.add(conversation, kept)
    shared.reading.tick("user:ann", "arxiv:2106.09685", done=True)

    assert ann.get(f"/chat/{conversation}/turns").status_code == 200
    assert "What is LoRA?" in ann.get("/chat/list").text
    assert bob.get(f"/chat/{conversation}/turns").status_code == 404
    assert bob.post(f"/chat/{conversation}/delete").json() == {"done": False}
    assert "What is LoRA?" not in bob.get("/chat/list").text
    bob.cookies.set("reader", "user:ann")
    assert "What is LoRA?" not in bob.get("/chat/list").text


def test_nobody_takes_a_name_of_another_kind_by_a_cookie_where_there_is_no_login(services):
    services.conversations.start("local", "What is LoRA?")
    seen = []
    pages = build_pages(services)

    @pages.get("/path/of-test")
    def who(request: Request):
        seen.append(services.reader(request))

    for name in ("local", "user:ann"):
        with TestClient(pages, "http://127.0.0.1", cookies={"reader": name}) as browser:
            browser.get("/path/of-test")
    assert not {"local", "user:ann"} & set(seen)
    assert len(seen) == 2


def test_wrong_passwords_are_slowed_down_by_client_and_the_right_one_with_them(visit, shared):
    clock = Clock()
    shared.gate = Gate(shared.gate._accounts, shared.gate.sessions, clock)
    browser = visit()

    statuses = [log_in(browser, "ann", "wrong").status_code for _ in range(9)]
    assert statuses == [403] * 7 + [429] * 2
    assert log_in(browser, *ANN).status_code == 429
    assert browser.get("/library", headers={"Authorization": basic(*ANN)}).status_code == 401
    clock.now += 31
    assert log_in(browser, *ANN).status_code == 303


def test_wrong_passwords_for_one_name_are_slowed_down_from_wherever_they_come(file, tmp_path):
    accounts = Accounts(file)
    database = Database(tmp_path / "readers.sqlite")
    gate = Gate(accounts, Sessions(accounts, database), Clock())
    tried = [gate.check(f"10.0.1.{number}", "ann", "wrong") for number in range(30)]

    assert not any(tried)
    assert not gate.check("10.0.2.1", *ANN)
    assert gate.check("10.0.2.1", *BOB)
    database.close()


def test_right_passwords_are_never_slowed_down_and_hashed_once(shared):
    assert all(shared.gate.check("10.0.0.5", *ANN) for _ in range(200))


def test_a_client_is_a_network_where_addresses_cost_nothing():
    assert _network("2001:db8::1") == _network("2001:db8::ffff:1") != _network("2001:db8:0:1::1")
    assert _network("::ffff:10.0.0.1") == "10.0.0.1"
    assert _network("10.0.0.1") != _network("10.0.0.2")
    assert _network("testclient") == "testclient"


def test_a_long_form_is_refused_and_an_odd_one_fails(visit):
    assert visit().post("/login", data={"name": "a" * 5_000}).status_code == 413
    assert visit().post("/login", content=b"\xff\xfe", headers={"Content-Type": "text/plain"}).status_code == 403
    assert visit().post("/login", files={"name": b"x"}).status_code in (400, 403)


def test_without_accounts_the_form_leads_to_the_chat(visit, services):
    browser = visit(services=services)
    assert browser.get("/login").headers["location"] == "/"
    assert log_in(browser, "ann", "x").headers["location"] == "/"
    assert "Log out" not in browser.get("/library", headers={"Accept-Language": "en"}).text
