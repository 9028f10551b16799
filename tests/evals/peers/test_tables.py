from pathlib import Path

import pytest
from rich.console import Console

from evals.errors import EvaluationError
from evals.peers.contenders import OURS, PEERS
from evals.peers.tables import PAGES, keep, markdown, read_results, rich_tables, tables_of, write_pages

ROOT = Path(__file__).resolve().parents[3]
VALUES = {"nDCG@10": 0.5, "Success@5": 0.9, "unjudged": 0.25, "search p50": 12.34, "to ours": 2.0, "build": 0.0}
RESULTS = {
    "systems": {
        "txtai": {"title": "txtai", "version": "9.14.0", "variants": {"hybrid": VALUES}},
        "ours": {"title": "this project", "version": "", "variants": {"hybrid": VALUES | {"nDCG@10": 0.875}}},
    }
}


def test_the_best_of_a_measure_is_bold_and_what_is_not_there_a_dash():
    assert markdown(RESULTS, "docs/peers.md", ("nDCG@10", "unjudged", "search p50", "build")) == (
        "|  | nDCG@10 | unjudged | search p50, ms | build, s |\n"
        "| --- | ---: | ---: | ---: | ---: |\n"
        "| this project: hybrid | **0.875** | 25% | 12.3 | — |\n"
        "| txtai 9.14.0: hybrid | 0.500 | 25% | 12.3 | — |"
    )


def test_the_chinese_page_has_chinese_words():
    assert "| txtai 9.14.0：混合 | 0.500 |" in markdown(RESULTS, "docs/peers.zh-CN.md", ("nDCG@10",))


def test_tables_for_the_terminal_have_a_row_for_each_variant():
    console = Console(width=300, record=True)
    for table in rich_tables(RESULTS):
        console.print(table)

    assert console.export_text().count("txtai 9.14.0: hybrid") == 2


def test_peers_that_were_not_asked_keep_what_they_had(tmp_path):
    file = tmp_path / "peers.json"
    keep({"systems": {"txtai": {"variants": {}}}, "questions": 2}, file)

    kept = keep({"systems": {"haystack": {"variants": {}}}, "questions": 3}, file)

    assert list(kept["systems"]) == ["txtai", "haystack"]
    assert read_results(file) == kept
    assert kept["questions"] == 3


def test_tables_are_written_between_their_marks(tmp_path):
    for page in PAGES:
        (tmp_path / page).parent.mkdir(exist_ok=True)
        (tmp_path / page).write_text("<!-- found -->\nprevious\n<!-- /found -->\n<!-- cost -->\n<!-- /cost -->\nend\n")

    write_pages(tmp_path, RESULTS)

    text = (tmp_path / PAGES[0]).read_text(encoding="utf-8")
    assert "previous" not in text
    assert text.endswith("<!-- /cost -->\nend\n")
    (tmp_path / PAGES[1]).write_text("no marks")
    with pytest.raises(EvaluationError, match="has no <!-- found -->"):
        write_pages(tmp_path, RESULTS)


@pytest.mark.parametrize("page", PAGES)
def test_the_pages_have_the_tables_that_were_measured(page):
    text = (ROOT / page).read_text(encoding="utf-8")

    for mark, table in tables_of(read_results(), page).items():
        assert f"<!-- {mark} -->\n{table}\n<!-- /{mark} -->" in text


def test_what_was_measured_is_of_the_versions_that_are_pinned():
    systems = read_results()["systems"]

    for peer in (OURS, *PEERS):
        assert systems[peer.name]["version"] == peer.version
        assert list(systems[peer.name]["variants"]) == sorted(variant.name for variant in peer.variants)
