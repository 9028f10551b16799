import json

import pytest
from starlette.testclient import TestClient

from app.web.application import build_pages


@pytest.fixture
def client(services):
    with TestClient(build_pages(services), base_url="http://127.0.0.1", headers={"Accept-Language": "en"}) as client:
        yield client


def test_an_answer_is_the_json_of_the_command_line(client, live):
    from app.render.json import answer_json

    answer = client.get("/api/v1/answer", params={"q": "What is LoRA?"}).json()
    own = answer_json(live.get().ask("What is LoRA?"), None)

    assert {**answer, "timings_ms": 0} == {**own, "timings_ms": 0}


def test_a_question_in_a_conversation_leans_on_it(client):
    asked = {"q": "Which latency has it at inference?", "history": [["What is LoRA?", "LoRA freezes the weights."]]}

    answer = client.post("/api/v1/answer", json=asked).json()

    assert "It has no added latency at inference." in answer["answer"]


def test_an_answer_is_streamed_as_events_that_make_the_whole(client):
    text = client.get("/api/v1/answer/stream", params={"q": "Compare LoRA with QLoRA"}).text
    events = [event.split("\n", 1) for event in text.strip().split("\n\n")]
    pieces = [json.loads(data[6:])["text"] for name, data in events if name == "event: sentence"]
    (whole,) = [json.loads(data[6:]) for name, data in events if name == "event: answer"]

    assert len(pieces) > 1
    assert "".join(pieces) == whole["answer"]


def test_search_finds_and_narrows(client):
    def ids(**query):
        return [hit["entry_id"] for hit in client.get("/api/v1/search", params=query).json()["hits"]]

    assert ids(q="LoRA", k=1) == ["arxiv:2106.09685"]
    assert ids(q="low rank", since=2023) == ["arxiv:2305.14314"]


def test_an_entry_has_its_passages_verbatim(client, data):
    entry = client.get("/api/v1/entry/arxiv:2106.09685").json()

    (passage,) = [p for p in entry["passages"] if p["kind"] == "listing"]
    lines = (data.parent / passage["source"]).read_text(encoding="utf-8").split("\n")
    assert "\n".join(lines[passage["line"] - 1 :]).startswith(passage["text"])
    assert client.get("/api/v1/entry/none").status_code == 404


def test_entries_are_exported_as_they_are_chosen(client):
    both = client.get("/api/v1/export").text
    one = client.get("/api/v1/export", params={"year": "2022", "format": "jsonl"}).text

    assert both.count("@article{") == 2
    assert [json.loads(line)["entry_id"] for line in one.splitlines()] == ["arxiv:2106.09685"]


def test_a_path_has_steps(client):
    steps = client.get("/api/v1/path", params={"goal": "What is LoRA?"}).json()["steps"]

    assert "arxiv:2106.09685" in [step["entry_id"] for step in steps]


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/api/v1/answer", 422), ("/api/v1/answer?q=%20", 400), (f"/api/v1/answer?q={'x' * 2001}", 422),
        ("/api/v1/search?q=a&since=2024&until=2020", 400), ("/api/v1/search?q=a&k=999", 422),
        ("/api/v1/search?q=a&kind=nothing", 400), ("/api/v1/export?format=docx", 422), ("/api/v1/nothing", 404),
    ],
)  # fmt: skip
def test_what_cannot_be_asked_is_told_in_json(client, path, status):
    answer = client.get(path)

    assert answer.status_code == status
    assert answer.json()["detail"]


def test_every_call_is_described_on_a_page_and_in_a_schema(client):
    schema = client.get("/api/v1/openapi.json").json()
    page = client.get("/api").text

    assert set(schema["paths"]) == {
        f"/api/v1/{name}" for name in ("search", "answer", "answer/stream", "entry/{entry_id}", "path", "export")
    }
    assert all(f"GET {path}" in page for path in schema["paths"])
