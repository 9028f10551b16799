import re

import pytest
from starlette.testclient import TestClient

from app.web.application import build_pages


@pytest.fixture
def client(services):
    with TestClient(build_pages(services), base_url="http://127.0.0.1", headers={"Accept-Language": "en"}) as client:
        yield client


def test_a_goal_gets_a_path_that_is_ticked_off_and_kept(client):
    page = client.get("/path?goal=What+is+LoRA").text
    assert 'href="/entry/arxiv:2106.09685"' in page
    assert "speaks of your goal itself" in page

    ticked = client.post("/path/done?goal=What+is+LoRA", data={"entry": "arxiv:2106.09685", "done": "true"})
    assert re.search(r'<li id="step-\d" class="done">', ticked.text)
    assert 'class="done"' in client.get("/path?goal=What+is+LoRA").text

    back = client.post("/path/done?goal=What+is+LoRA", data={"entry": "arxiv:2106.09685"})
    assert 'class="done"' not in back.text


def test_a_goal_of_another_field_gets_none(client):
    assert "The library has no entries for this." in client.get("/path?goal=how+to+cook+pasta").text


@pytest.mark.parametrize("query", ["steps=x&days=-3&goal=LoRA", "steps=99999999999&topic=%00", "goal=%3Cscript%3E"])
def test_an_odd_address_is_read_as_far_as_it_goes(client, query):
    page = client.get(f"/path?{query}")

    assert page.status_code == 200
    assert "<script>" not in page.text


def test_a_path_is_exported_as_markdown_and_calendar(client):
    markdown = client.get("/path.md?goal=What+is+LoRA")
    assert "- [ ] **LoRA: Low-Rank Adaptation**" in markdown.text
    assert "<https://arxiv.org/abs/2106.09685>" in markdown.text

    events = client.get("/path.ics?goal=What+is+LoRA&days=2")
    assert events.headers["content-type"].startswith("text/calendar")
    assert events.text.count("BEGIN:VEVENT") == markdown.text.count("- [ ]")


def test_an_entry_that_is_not_there_cannot_be_ticked_off(client):
    assert client.post("/path/done", data={"entry": "none", "done": "true"}).status_code == 404


def test_a_path_in_chinese_speaks_chinese(client):
    page = client.get("/path?goal=LoRA", headers={"Accept-Language": "zh-CN"}).text

    assert "直接讲你的目标" in page
    assert "speaks of" not in page
