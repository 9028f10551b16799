import pytest

from ingest.fetch.full_text import FullTextConfig, fetch_full_texts, pdf_file
from ingest.fetch.polite import Manners

PDF = (200, {"Content-Type": "application/pdf"}, b"%PDF-1.5 and so on")


@pytest.fixture
def data(tmp_path):
    return tmp_path / "data"


@pytest.fixture
def fetch(server, data):
    """Fetches from the local server without waiting; ``fetch.slept`` holds the waits asked for."""

    def run(*ids, **manners):
        run.slept = []
        config = FullTextConfig(f"{server.url}/pdf", Manners(**{"timeout": 5.0} | manners))
        return fetch_full_texts(ids, data, config, sleep=run.slept.append)

    return run


def test_pdfs_come_one_by_one_with_a_pause_over_one_connection(server, fetch, data):
    server.by_path = {"/pdf/2106.00001": PDF, "/pdf/hep-th/9901001": PDF, "/pdf/2106.00003": PDF}

    report = fetch("2106.00001", "hep-th/9901001", "2106.00003", "2106.00001")

    assert (report.fetched, report.missing, report.stopped) == (3, (), "")
    assert pdf_file(data, "hep-th/9901001").read_bytes() == PDF[2]
    assert pdf_file(data, "hep-th/9901001").name == "hep-th_9901001.pdf"
    assert fetch.slept == [3.0, 3.0]
    assert len(set(server.connections)) == 1


def test_what_is_there_or_has_no_pdf_is_not_asked_for_again(server, fetch):
    server.by_path = {"/pdf/2106.00001": PDF}
    assert fetch("2106.00001", "2106.00002").missing == ("2106.00002",)
    server.asked.clear()

    report = fetch("2106.00001", "2106.00002")

    assert (report.fetched, server.asked) == (0, [])


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        ((429, {}, b""), "arXiv is busy; run ingest again later, what was fetched is kept"),
        ((503, {"Retry-After": "3600"}, b""), "arXiv is busy; run ingest again later, what was fetched is kept"),
        ((403, {}, b"denied"), "arXiv answered 403; run ingest again later"),
        ((200, {}, b"<html>the PDF is being made</html>"), "arXiv's answer could not be read (no PDF came)"),
    ],
)
def test_a_run_that_ends_early_says_why_and_the_next_one_goes_on(server, fetch, data, answer, reason):
    server.by_path = {f"/pdf/2106.0000{n}": PDF for n in (1, 2, 3)} | {"/pdf/2106.00002": answer}

    report = fetch("2106.00001", "2106.00002", "2106.00003")

    assert (report.fetched, report.waiting) == (1, 2)
    assert report.stopped.startswith(reason)
    server.by_path["/pdf/2106.00002"] = PDF
    assert fetch("2106.00001", "2106.00002", "2106.00003").fetched == 2
    assert {file.suffix for file in pdf_file(data, "x").parent.iterdir()} == {".pdf"}


def test_a_body_that_is_too_large_or_too_slow_is_given_up(server, fetch):
    server.by_path = {"/pdf/2106.00001": PDF}

    assert "more than" in fetch("2106.00001", most_bytes=5).stopped
    server.drip = 0.05
    assert fetch("2106.00001", deadline=0.2).stopped == "arXiv cannot be reached; run ingest again when online"


def test_without_a_network_all_wait(fetch, server):
    server.url = "http://127.0.0.1:9"

    report = fetch("2106.00001", "2106.00002")

    assert (report.fetched, report.waiting) == (0, 2)
