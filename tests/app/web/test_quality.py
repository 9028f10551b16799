import json

import pytest
from starlette.testclient import TestClient

from app.web.application import build_pages
from app.web.quality import read_results

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

    assert shown["retrieval"][0] == ("all", ["0.500", "0.600", "0.700", "0.800", "0.900"])
    assert ("facts_present", ["25.0%", "25.0%", "25.0%"]) in shown["answers"]
    assert (shown["questions"], shown["commit"]) == (836, "01234567")


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"scores": {"counts": {}}}', '{"scores": 3}'])
def test_a_run_that_cannot_be_read_counts_as_none(tmp_path, text):
    file = tmp_path / "results.json"
    assert read_results(file) is None
    file.write_text(text, encoding="utf-8")
    assert read_results(file) is None
