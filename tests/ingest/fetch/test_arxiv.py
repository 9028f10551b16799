import itertools
import socket

import pytest

from ingest.documents.front_matter import read_document
from ingest.fetch.arxiv import ArxivConfig, fetch_abstracts
from ingest.fetch.documents import abstract_file

BUSY = (429, {}, "Rate exceeded.")


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "abstracts"


@pytest.fixture
def fetch(arxiv_api, folder):
    """Fetches from the local server without waiting; ``fetch.slept`` holds the waits asked for."""

    def run(*ids, **options):
        run.slept = []
        config = ArxivConfig(url=arxiv_api.url, **{"batch": 2, "timeout": 5.0} | options)
        return fetch_abstracts(ids, folder, config, sleep=run.slept.append)

    return run


def names(folder):
    return sorted(file.name for file in folder.iterdir())


def test_an_abstract_is_kept_as_a_document_with_its_facts(arxiv_api, fetch, folder):
    arxiv_api.papers = {"2106.09685": "We propose LoRA,\n  which is R&D at a < b."}

    report = fetch("2106.09685")

    assert (report.fetched, report.missing, report.stopped) == (1, (), "")
    document = read_document(folder / "2106.09685.md", "data/abstracts/2106.09685.md")
    assert document.front == {
        "id": "arxiv:2106.09685",
        "title": "A title: broken over two lines",
        "authors": ["Edward J. Hu", "Yelong Shen"],
        "published": "2021-06-17",
        "categories": ["cs.CL"],
    }
    assert [line for line in document.parts[0].lines if line] == ["We propose LoRA, which is R&D at a < b."]


def test_ids_are_asked_in_batches_over_one_connection_with_a_pause_between(arxiv_api, fetch, folder):
    ids = [f"2106.0000{number}" for number in range(1, 6)]
    arxiv_api.papers = dict.fromkeys(ids, "An abstract.")

    report = fetch(*ids, pause=3.0)

    assert arxiv_api.asked == [ids[:2], ids[2:4], ids[4:]]
    assert len(set(arxiv_api.connections)) == 1
    assert fetch.slept == [3.0, 3.0]
    assert (report.fetched, len(names(folder))) == (5, 5)


def test_what_is_on_disk_or_asked_twice_is_not_asked_again(arxiv_api, fetch, folder):
    arxiv_api.papers = {"2106.00001": "One.", "2106.00002": "Two."}
    fetch("2106.00001")
    arxiv_api.asked.clear()

    report = fetch("2106.00001", "2106.00002", "2106.00002")

    assert (arxiv_api.asked, report.fetched) == ([["2106.00002"]], 1)


def test_nothing_to_fetch_asks_nothing(arxiv_api, fetch):
    assert fetch().fetched == 0
    assert arxiv_api.asked == []


def test_progress_counts_what_was_asked_for(arxiv_api, folder):
    seen = []

    fetch_abstracts(
        ["2106.00001", "2106.00002", "2106.00003"],
        folder,
        ArxivConfig(url=arxiv_api.url, batch=2),
        progress=lambda done, total: seen.append((done, total)),
        sleep=lambda _: None,
    )

    assert seen == [(2, 3), (3, 3)]


def test_an_id_arxiv_does_not_know_is_missing_and_the_others_of_its_batch_are_kept(arxiv_api, fetch, folder):
    arxiv_api.papers = {"2106.00001": "One."}

    report = fetch("2106.00001", "9999.99999")

    assert (report.fetched, report.missing, report.stopped) == (1, ("9999.99999",), "")
    assert names(folder) == ["2106.00001.md"]


def test_a_paper_nobody_asked_for_is_not_written(arxiv_api, fetch, folder):
    arxiv_api.papers = {"2106.00001": "One.", "../evil": "x"}
    arxiv_api.script = [(200, {}, arxiv_api.feed(["2106.00001", "../evil"]))]

    fetch("2106.00001")

    assert names(folder) == ["2106.00001.md"]


def test_an_old_id_with_a_slash_is_one_file(arxiv_api, fetch, folder):
    arxiv_api.papers = {"hep-th/9901001": "Strings."}

    assert fetch("hep-th/9901001").fetched == 1
    assert abstract_file(folder, "hep-th/9901001") == folder / "hep-th_9901001.md"
    assert names(folder) == ["hep-th_9901001.md"]


def test_a_busy_server_is_asked_again_after_the_time_it_names(arxiv_api, fetch):
    arxiv_api.papers = {"2106.00001": "One."}
    arxiv_api.script = [(429, {"Retry-After": "17"}, "slow down"), (503, {"Retry-After": "1"}, "slow down")]

    report = fetch("2106.00001", pause=3.0)

    assert (report.fetched, report.stopped) == (1, "")
    assert fetch.slept == [17.0, 12.0]  # the second wait is 3 * 2**2, longer than the 1 asked for
    assert len(arxiv_api.asked) == 3


def test_a_retry_date_instead_of_seconds_falls_back_to_our_own_pause(arxiv_api, fetch):
    arxiv_api.script = [(429, {"Retry-After": "Wed, 21 Oct 2026 07:28:00 GMT"}, "")]

    fetch("2106.00001", pause=3.0)

    assert fetch.slept == [6.0]  # 3 * 2**1


def test_a_server_that_stays_busy_ends_the_run_and_keeps_what_came_before(arxiv_api, fetch, folder):
    arxiv_api.papers = {f"2106.0000{number}": "An abstract." for number in range(1, 5)}
    arxiv_api.script = [(200, {}, None), BUSY, BUSY, BUSY]

    report = fetch("2106.00001", "2106.00002", "2106.00003", "2106.00004", tries=3)

    assert (report.fetched, report.missing) == (2, ())
    assert report.stopped == "arXiv is busy; run ingest again later, what was fetched is kept"
    assert names(folder) == ["2106.00001.md", "2106.00002.md"]
    assert len(arxiv_api.asked) == 4


def test_a_run_after_an_interruption_asks_only_for_the_rest(arxiv_api, fetch):
    arxiv_api.papers = {f"2106.0000{number}": "An abstract." for number in range(1, 4)}
    arxiv_api.script = [(200, {}, None), BUSY]
    ids = ("2106.00001", "2106.00002", "2106.00003")
    fetch(*ids, tries=1)
    arxiv_api.asked.clear()

    report = fetch(*ids)

    assert (arxiv_api.asked, report.fetched) == ([["2106.00003"]], 1)


@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        ((404, {}, "oops"), "arXiv answered 404; run ingest again later"),
        ((200, {}, "<feed><entry>"), "arXiv's answer could not be read"),
        ((200, {}, "a page of a hotel's network"), "arXiv's answer could not be read"),
        ((200, {}, ""), "arXiv's answer could not be read"),
    ],
)
def test_an_answer_that_is_not_a_feed_ends_the_run_with_the_reason(arxiv_api, fetch, folder, reply, reason):
    arxiv_api.script = [reply]

    report = fetch("2106.00001")

    assert report.fetched == 0
    assert report.stopped.startswith(reason)
    assert names(folder) == []


def test_being_offline_is_a_reason_and_not_an_error(arxiv_api, folder):
    with socket.socket() as free:  # a port nobody listens on
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}/"

        report = fetch_abstracts(["2106.00001"], folder, ArxivConfig(url=url))

    assert (report.fetched, report.stopped) == (0, "arXiv cannot be reached; run ingest again when online")


def test_the_file_of_an_abstract_is_never_half_written(arxiv_api, fetch, folder, monkeypatch):
    arxiv_api.papers = {"2106.00001": "One."}
    sizes = itertools.count()
    replace = type(folder).replace

    def watched(self, target):
        assert not target.exists()
        assert self.read_text(encoding="utf-8").endswith("One.\n")
        next(sizes)
        return replace(self, target)

    monkeypatch.setattr(type(folder), "replace", watched)

    fetch("2106.00001")

    assert next(sizes) == 1  # the file came to its name in one step
    assert names(folder) == ["2106.00001.md"]


def test_the_defaults_keep_to_arxivs_terms_of_use():
    config = ArxivConfig()

    assert config.pause >= 3.0  # seconds between requests, as arXiv asks of programs
    assert config.url.startswith("https://export.arxiv.org/")


def test_the_environment_may_name_a_mirror(monkeypatch):
    monkeypatch.delenv("LLMSTUDY_ARXIV_API", raising=False)
    assert ArxivConfig.from_environment().url == "https://export.arxiv.org/api/query"

    monkeypatch.setenv("LLMSTUDY_ARXIV_API", "http://localhost:1/")
    assert ArxivConfig.from_environment().url == "http://localhost:1/"


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_a_server_in_trouble_is_asked_again_and_then_left_for_another_time(arxiv_api, fetch, status):
    arxiv_api.papers = {"2106.00001": "One.", "2106.00003": "Three."}
    arxiv_api.script = [(status, {}, "oops"), (200, {}, None), *[(status, {}, "oops")] * 3]

    report = fetch("2106.00001", "2106.00002", "2106.00003")

    assert (report.fetched, report.waiting) == (1, 1)
    assert report.stopped.startswith("arXiv is busy")


def test_a_server_that_asks_for_an_hour_is_not_waited_for(arxiv_api, fetch):
    arxiv_api.script = [(503, {"Retry-After": "3600"}, "later")]

    assert fetch("2106.00001").stopped.startswith("arXiv is busy")
    assert fetch.slept == []


def test_network_settings_that_do_not_work_are_a_reason_and_not_an_error(arxiv_api, fetch, monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", "nonsense://x")

    report = fetch("2106.00001")

    assert report.stopped.startswith("this machine's network settings do not work")
    assert report.waiting == 1


def test_an_id_that_arxiv_refuses_does_not_cost_the_others_of_its_batch(arxiv_api, fetch, folder):
    """arXiv answers a whole request with 400 when one of its ids has no form that it knows."""
    arxiv_api.papers = {"2106.00001": "One.", "2106.00003": "Three."}
    refused = (400, {}, "incorrect id format for 2199.00002")
    arxiv_api.script = [refused, (200, {}, None), refused, refused]  # 1 to 4, 1 and 2, 3 and 4, 3 alone

    report = fetch("2106.00001", "2199.00002", "2106.00003", "2106.00004", batch=4)

    halves = [["2106.00001", "2199.00002"], ["2106.00003", "2106.00004"]]
    assert arxiv_api.asked[1:] == [*halves, ["2106.00003"], ["2106.00004"]]
    assert (report.fetched, report.stopped) == (1, "")


def test_an_answer_that_trickles_in_is_given_up(server, folder):
    server.drip = 0.05
    server.answers = [(200, {}, b"<feed>" + b" " * 1000)]

    report = fetch_abstracts(["2106.00001"], folder, ArxivConfig(url=server.url, deadline=0.3))

    assert report.stopped == "arXiv cannot be reached; run ingest again when online"
    assert report.waiting == 1


def test_a_withdrawn_paper_keeps_what_arxiv_says_of_it(arxiv_api, fetch, folder):
    arxiv_api.papers = {"2106.00001": "This paper has been withdrawn by the author due to an error in section 3."}

    assert fetch("2106.00001").fetched == 1
    assert "withdrawn by the author" in abstract_file(folder, "2106.00001").read_text(encoding="utf-8")
