import json
import shutil
from contextlib import closing

import pytest
from starlette.testclient import TestClient

from app.state.database import Database
from app.web.application import build_pages
from app.web.quality import read_results
from app.web.reloading import LiveAssistant
from app.web.services import Services
from evals.artefacts import write_results

PART = {"nDCG@10": 0.5, "R@10": 0.6, "Success@1": 0.7, "Success@5": 0.8, "RR@10": 0.9}
SHARES = {
    "quote at its line": 1.0, "facts present": 0.25, "declined, out-of-scope": 0.9, "declined, near-miss": 0.3,
    "declined, answerable": 0.02,
}  # fmt: skip
RESULTS = {
    "commit": "0123456789",
    "milliseconds": {"p50": 3.2, "p95": 7.9},
    "scores": {"counts": {"questions": 836.0}}
    | {f"retrieval {part}": PART for part in ("all", "zh", "en")}
    | {f"answers {part}": SHARES for part in ("all", "zh", "en")},
}


@pytest.fixture
def client(services):
    with TestClient(build_pages(services), base_url="http://127.0.0.1", headers={"Accept-Language": "en"}) as client:
        yield client


def test_the_page_tells_what_the_index_holds_and_how_to_run_the_suite(client):
    page = client.get("/quality").text

    assert "<dt>Entries</dt><dd>2</dd>" in page
    assert "<code>shipped</code>" in page
    assert "python -m evals" in page


def test_the_last_run_is_shown_as_tables(tmp_path):
    file = tmp_path / "results.json"
    file.write_text(json.dumps(RESULTS), encoding="utf-8")

    shown = read_results(file)

    values = ["0.500", "0.600", "0.700", "0.800", "0.900"]
    assert shown["retrieval"][0] == ("all", [(value, "", "") for value in values])
    assert ("facts_present", [("25.0%", "", "")] * 3) in shown["answers"]
    assert (shown["questions"], shown["commit"]) == (836, "01234567")


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"scores": {"counts": {}}}', '{"scores": 3}'])
def test_a_run_that_cannot_be_read_counts_as_none(tmp_path, text):
    file = tmp_path / "results.json"
    assert read_results(file) is None
    file.write_text(text, encoding="utf-8")
    assert read_results(file) is None


def test_each_value_comes_with_its_change_since_the_run_before(tmp_path):
    """0.5 - 0.45 = +0.05; of answerable questions 2 % are declined instead of 5 %, which is better."""
    write_results(tmp_path, changed(RESULTS, ndcg=0.45, declined=0.05, commit="aaaaaaaaaa"))
    write_results(tmp_path, RESULTS)
    (kept,) = (tmp_path / "earlier").iterdir()

    shown = read_results(tmp_path / "results.json", kept)

    assert shown["retrieval"][0][1][:2] == [("0.500", "+0.050", "better"), ("0.600", "", "")]
    assert ("declined_wrongly", [("2.0%", "−3.0%", "better")] * 3) in shown["answers"]
    assert shown["before"]["commit"] == "aaaaaaaa"
    assert shown["before"]["when"][:2] == "20"
    worse = read_results(kept, tmp_path / "earlier" / "none")
    assert worse["before"] is None
    kept.write_text("{}", encoding="utf-8")
    assert read_results(tmp_path / "results.json", kept)["before"] is None


def changed(results, *, ndcg, declined, commit):
    scores = dict(results["scores"])
    for part in ("all", "zh", "en"):
        scores[f"retrieval {part}"] = PART | {"nDCG@10": ndcg}
        scores[f"answers {part}"] = SHARES | {"declined, answerable": declined}
    return results | {"scores": scores, "commit": commit, "questions": ["rows"]}


def test_only_readers_of_this_machine_may_refresh(client):
    assert client.post("/quality/refresh", json={}).status_code == 403
    assert client.get("/quality/refresh").status_code == 403
    assert 'id="refresh"' not in client.get("/quality").text


def test_a_refresh_tells_its_progress_and_the_pages_take_the_new_index_without_a_failed_request(data, tmp_path):
    shutil.copytree(data.parent, tmp_path / "home")
    corpus, copied = tmp_path / "home" / "corpus", tmp_path / "home" / "data"
    remembered = copied / "index" / "CORPUS"
    remembered.write_text(remembered.read_text().replace(str(data.parent), str(corpus.parent)))
    with closing(Database(tmp_path / "readers.sqlite")) as database:
        pages = build_pages(Services.over(database, LiveAssistant(copied), local=True))
        with TestClient(pages, base_url="http://127.0.0.1", headers={"Accept-Language": "en"}) as client:
            assert 'id="refresh"' in client.get("/quality").text
            with (corpus / "lists" / "papers.md").open("a", encoding="utf-8") as file:
                file.write("- **FlashAttention**. *Tri Dao.* 2022. [[arxiv](https://arxiv.org/abs/2205.14135)]\n")

            assert client.post("/quality/refresh", json={}).json() == {"started": True}
            assert client.post("/quality/refresh", json={}).json() == {"started": False}
            asked = [client.get("/api/v1/answer", params={"q": "What is LoRA?"}).status_code for _ in range(20)]
            events = [json.loads(line[6:]) for line in client.get("/quality/refresh").text.split("\n") if line]

            assert set(asked) == {200}
            assert events[-1] == {"ended": 0}
            assert any("indexed 3 entries" in event.get("say", "") for event in events)
            assert {event["progress"] for event in events if "progress" in event}
            assert "<dt>Entries</dt><dd>3</dd>" in client.get("/quality").text
            (corpus / "lists" / "papers.md").unlink()
            client.post("/quality/refresh", json={})
            *_, said, ended = (json.loads(line[6:]) for line in client.get("/quality/refresh").text.split("\n") if line)
            assert said["say"].startswith("error: ")
            assert ended == {"ended": 1}
            assert "<dt>Entries</dt><dd>3</dd>" in client.get("/quality").text
