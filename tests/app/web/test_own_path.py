import re

import pytest
from starlette.testclient import TestClient

from app.web.application import build_pages

LORA, QLORA = "arxiv:2106.09685", "arxiv:2305.14314"


@pytest.fixture
def client(services):
    with TestClient(build_pages(services), base_url="http://127.0.0.1", headers={"Accept-Language": "en"}) as client:
        yield client


def change(client, do, *entries, **more):
    return client.post("/path/mine", data={"do": do, "entry": list(entries)} | more)


def titles(page):
    return re.findall(r'<h2><a href="/entry/([^"]+)"', page.text)


def test_an_entry_is_added_from_its_page_and_the_page_says_so(client):
    assert "Add to path" in client.get(f"/entry/{LORA}").text

    page = change(client, "add", LORA, back="true")

    assert page.url.path == f"/entry/{LORA}"
    assert "✓ In your path" in page.text
    assert titles(client.get("/path/mine")) == [LORA]
    assert "Add to path" in change(client, "remove", LORA, back="true").text
    assert "Nothing here yet." in client.get("/path/mine").text


def test_a_path_is_put_in_order_ticked_off_and_exported(client):
    assert titles(change(client, "add", QLORA, LORA, QLORA)) == [QLORA, LORA]
    assert titles(change(client, "down", QLORA)) == [LORA, QLORA]
    assert titles(change(client, "up", LORA)) == [LORA, QLORA]  # it is the first already
    assert titles(change(client, "up", QLORA)) == [QLORA, LORA]
    assert titles(change(client, "sort")) == [LORA, QLORA]  # 2022 before 2023

    assert 'class="done"' in change(client, "done", LORA).text
    assert "- [x] **LoRA: Low-Rank Adaptation**" in client.get("/path/mine.md").text
    assert 'class="done"' not in change(client, "undone", LORA).text
    assert client.get("/path/mine.ics").text.count("BEGIN:VEVENT") == 2


def test_a_path_that_was_made_is_added_as_a_whole(client):
    page = client.get("/path?goal=What+is+LoRA").text
    made = re.findall(r'<h2><a href="/entry/([^"]+)"', page)
    added = re.search(r'action="/path/mine">(.*?)</form>', page, re.S)[1]

    assert re.findall(r'name="entry" value="([^"]+)"', added) == made
    assert titles(change(client, "add", *made)) == made


def test_readers_have_their_own_paths(services, client):
    change(client, "add", LORA)
    with TestClient(build_pages(services), base_url="http://127.0.0.1") as other:
        assert titles(other.get("/path/mine")) == []


@pytest.mark.parametrize("form", [{"do": "explode"}, {"do": "add", "entry": ["x"] * 101}, {}])
def test_odd_forms_are_refused(client, form):
    assert client.post("/path/mine", data=form).status_code == 422


def test_what_is_not_in_the_library_is_not_added(client):
    client.headers["Accept"] = "text/html"
    answer = change(client, "add", "<script>alert(1)</script>")

    assert answer.status_code == 404
    assert "<script>" not in answer.text
