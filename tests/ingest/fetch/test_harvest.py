from datetime import date
from xml.sax.saxutils import escape

import pytest

from ingest.errors import CorpusError
from ingest.fetch.harvest import Harvest, HarvestConfig, harvest_set
from ingest.fetch.oai import oai_set
from ingest.fetch.polite import Manners
from ingest.library import read_library
from ingest.types import PassageKind

SINCE = date(2026, 1, 1)


def record(
    paper, *, title="A Title & More", categories="cs.CL cs.AI", abstract="An abstract with a < b.", deleted=False
):
    """A record as arXiv sends it."""
    status = ' status="deleted"' if deleted else ""
    metadata = f"""<metadata><arXiv xmlns="http://arxiv.org/OAI/arXiv/"
      xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"
      xsi:schemaLocation="http://arxiv.org/OAI/arXiv/ http://arxiv.org/OAI/arXiv.xsd">
      <id>{paper}</id><created>2026-01-05</created>
      <authors><author><keyname>Hu</keyname><forenames>Edward J.</forenames></author>
      <author><keyname>OpenAI</keyname></author></authors>
      <title>{escape(title)}</title><categories>{categories}</categories><comments>9 pages</comments>
      <license>http://arxiv.org/licenses/nonexclusive-distrib/1.0/</license>
      <abstract>  {escape(abstract)}
      </abstract></arXiv></metadata>"""
    return f"""<record><header{status}><identifier>oai:arXiv.org:{paper}</identifier><datestamp>2026-01-06</datestamp>
      <setSpec>cs:cs:CL</setSpec></header>{"" if deleted else metadata}</record>"""


LORA = record(
    "2106.09685", title="LoRA: Low-Rank Adaptation of Large Language Models", abstract="The abstract of LoRA."
)


def answer(inside):
    return (
        200,
        {"Content-Type": "text/xml"},
        f"""<?xml version="1.0" encoding="UTF-8"?>
<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/"><responseDate>2026-02-03T04:05:06Z</responseDate>
<request verb="ListRecords" metadataPrefix="arXiv" set="cs:cs:CL">http://oaipmh.arxiv.org/oai</request>
{inside}</OAI-PMH>""".encode(),
    )


def page(*records, token=None):
    last = "" if token is None else f'<resumptionToken cursor="0" completeListSize="4">{token}</resumptionToken>'
    return answer(f"<ListRecords>{''.join(records)}{last}</ListRecords>")


def error(code):
    return answer(f'<error code="{code}">said the server</error>')


@pytest.fixture
def data(tmp_path):
    return tmp_path / "data"


@pytest.fixture
def harvest(server, data):
    """Harvests cs.CL from the local server without waiting; ``harvest.slept`` holds the waits asked for."""

    def run(since=SINCE, until=None, name="cs.CL", **manners):
        run.slept = []
        config = HarvestConfig(f"{server.url}/oai", Manners(**{"timeout": 5.0} | manners))
        return harvest_set(Harvest(name, since, until), data, config, sleep=run.slept.append)

    return run


def ids(data, name="cs.CL"):
    text = (data / "arxiv" / f"{name}.md").read_text(encoding="utf-8")
    return [line.split("/abs/")[1].rstrip(")]") for line in text.split("\n") if "/abs/" in line]


@pytest.mark.parametrize(
    ("name", "spec"),
    [
        ("cs.CL", "cs:cs:CL"),
        ("cs", "cs"),
        ("stat.ML", "stat:stat:ML"),
        ("hep-th", "physics:hep-th"),
        ("astro-ph.GA", "physics:astro-ph:GA"),
        ("physics.optics", "physics:physics:optics"),
        ("cs:cs:CL", "cs:cs:CL"),
    ],
)
def test_a_category_is_asked_for_by_the_set_that_arxiv_has_for_it(name, spec):
    assert oai_set(name) == spec


@pytest.mark.parametrize("name", ["", "../x", "CS CL", "cs.CL/..", "cs..CL"])
def test_what_is_no_category_is_refused(name):
    with pytest.raises(CorpusError, match=r"is no category of arXiv; give one like cs\.CL, cs or hep-th"):
        oai_set(name)


def test_all_pages_are_asked_for_by_their_tokens_over_one_connection(server, harvest, data):
    server.answers = [
        page(record("2601.00001"), record("2601.00002"), token="more|1"),
        page(record("2601.00003"), token="more|2"),
        page(record("2601.00004"), token=""),
    ]

    report = harvest(until=date(2026, 2, 1))

    assert (report.came, report.papers, report.stopped) == (4, 4, "")
    assert ids(data) == ["2601.00001", "2601.00002", "2601.00003", "2601.00004"]
    first = {
        "verb": "ListRecords",
        "metadataPrefix": "arXiv",
        "set": "cs:cs:CL",
        "from": "2026-01-01",
        "until": "2026-02-01",
    }
    assert [query for _, query in server.asked] == [
        first,
        {"verb": "ListRecords", "resumptionToken": "more|1"},
        {"verb": "ListRecords", "resumptionToken": "more|2"},
    ]
    assert len(set(server.connections)) == 1
    assert harvest.slept == [3.0, 3.0]


def test_papers_become_entries_with_their_abstracts(server, harvest, data, corpus):
    title = "Attention* to $x_1$ [Draft] <b> & `code` | \\emph{all} #1"
    server.answers = [page(record("2601.00001", title=title), LORA)]
    harvest()

    library = read_library(corpus, data)

    entries = {entry.entry_id: entry for entry in library.entries}
    assert entries["arxiv:2601.00001"].title == title
    assert entries["arxiv:2601.00001"].authors == ("Edward J. Hu", "OpenAI")
    assert entries["arxiv:2601.00001"].year == 2026
    listed = [(listing.list_id, listing.path) for listing in entries["arxiv:2106.09685"].listings]
    assert ("arXiv cs.CL", "data/arxiv/cs.CL.md") in listed  # one entry with those of the lists
    abstracts = {p.entry_id: p.text for p in library.passages if p.kind is PassageKind.ABSTRACT}
    assert abstracts["arxiv:2601.00001"] == "An abstract with a < b."
    assert abstracts["arxiv:2106.09685"] == "The abstract of LoRA."
    assert [str(problem) for problem in library.problems] == []


def test_a_harvest_that_was_cut_off_goes_on_where_it_was(server, harvest, data):
    server.answers = [page(record("2601.00001"), token="more|1"), (404, {}, b"")]
    assert harvest().stopped == "arXiv answered 404; run ingest again later"
    with (data / "arxiv" / "cs.CL.jsonl").open("a", encoding="utf-8") as stream:
        stream.write('{"arxiv_id": "2601.0')  # a kill in the middle of a line
    server.asked.clear()
    server.answers = [page(record("2601.00002"))]

    report = harvest()

    assert [query for _, query in server.asked] == [{"verb": "ListRecords", "resumptionToken": "more|1"}]
    assert (report.papers, ids(data)) == (2, ["2601.00001", "2601.00002"])


def test_a_page_that_came_twice_counts_once(server, harvest):
    server.answers = [page(record("2601.00001"), token="more|1"), page(record("2601.00001"))]

    assert harvest().papers == 1


def test_an_expired_token_starts_the_harvest_anew_and_loses_nothing(server, harvest):
    server.answers = [
        page(record("2601.00001"), token="old"),
        error("badResumptionToken"),
        page(record("2601.00001"), token="new"),
        page(record("2601.00002")),
    ]

    assert harvest().papers == 2
    assert [query.get("resumptionToken") for _, query in server.asked] == [None, "old", None, "new"]


def test_the_next_harvest_asks_from_the_day_on_which_the_last_one_began(server, harvest):
    server.answers = [page(record("2601.00001"))]
    harvest()
    server.asked.clear()
    server.answers = [page(record("2601.00001", title="A New Title"))]

    report = harvest(since=None)

    assert server.asked[0][1]["from"] == "2026-02-03"
    assert report.papers == 1


def test_a_first_harvest_needs_a_day(harvest):
    with pytest.raises(CorpusError, match="was never harvested whole; say from which day on with --since"):
        harvest(since=None)


def test_deleted_papers_go(server, harvest, data):
    server.answers = [page(record("2601.00001"), record("2601.00002"))]
    harvest()
    server.answers = [page(record("2601.00001", deleted=True))]

    report = harvest(since=None)

    assert (report.removed, report.papers, ids(data)) == (1, 1, ["2601.00002"])


def test_papers_of_other_categories_are_left_out_where_the_server_sends_a_wider_set(server, harvest, data):
    server.answers = [page(record("2601.00001", categories="cs.CV"), record("2601.00002", categories="stat.ML cs.CL"))]

    harvest()

    assert ids(data) == ["2601.00002"]


def test_records_without_an_id_or_an_abstract_are_counted_and_the_others_kept(server, harvest, data):
    odd = [record(""), record("../../evil"), record("2601.00009", abstract=""), "<record><header/></record>"]
    server.answers = [page(record("2601.00001"), *odd)]

    report = harvest()

    assert (report.malformed, ids(data)) == (4, ["2601.00001"])


def test_nothing_new_is_no_error(server, harvest):
    server.answers = [error("noRecordsMatch")]

    report = harvest()

    assert (report.came, report.papers, report.stopped) == (0, 0, "")


def test_a_set_that_arxiv_does_not_have_is_an_error_of_one_line(server, harvest):
    server.answers = [error("badArgument")]

    with pytest.raises(CorpusError, match=r"arXiv refuses the set cs\.XX: said the server"):
        harvest(name="cs.XX")


@pytest.mark.parametrize("share", [0.3, 0.6, 0.95])
def test_a_page_that_broke_off_is_not_taken_for_the_last_one(server, harvest, share):
    """The sickle and oaipmh-scythe libraries read such a page as whole, and end there."""
    status, headers, body = page(record("2601.00001"), record("2601.00002"), token="more|1")
    server.answers = [(status, headers, body[: int(len(body) * share)])]

    report = harvest()

    assert report.stopped.startswith("arXiv's answer could not be read")
    server.answers = [page(record("2601.00001"), record("2601.00002"))]
    assert harvest().papers == 2


def test_a_server_that_asks_to_wait_is_waited_for(server, harvest):
    server.answers = [(503, {"Retry-After": "20"}, b""), page(record("2601.00001"))]

    assert harvest().papers == 1
    assert harvest.slept == [20.0]


def test_a_storm_of_429_ends_the_run_and_what_came_is_kept(server, harvest, data):
    server.answers = [page(record("2601.00001"), token="more|1"), *[(429, {}, b"slow down")] * 3]

    report = harvest()

    assert report.stopped == "arXiv is busy; run ingest again later, what was fetched is kept"
    assert ids(data) == ["2601.00001"]
    assert len(server.asked) == 4


def test_a_body_that_trickles_in_is_given_up(server, harvest):
    server.drip = 0.05
    server.answers = [page(record("2601.00001"))]

    assert harvest(deadline=0.3).stopped == "arXiv cannot be reached; run ingest again when online"


def test_entities_that_stand_for_gigabytes_are_not_unpacked(server, harvest):
    entities = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 12))
    bomb = f'<!DOCTYPE x [<!ENTITY a0 "aaaaaaaaaa">{entities}]><OAI-PMH>&a11;</OAI-PMH>'
    server.answers = [(200, {}, bomb.encode())]

    assert harvest().stopped.startswith("arXiv's answer could not be read")
