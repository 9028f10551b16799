import re

import pytest
from starlette.testclient import TestClient

from app.web.application import build_pages
from app.web.facets import Choice, choose, count
from app.web.words import _WORDS

HTML = {"Accept": "text/html"}


@pytest.fixture
def client(services):
    with TestClient(build_pages(services), base_url="http://127.0.0.1", headers=HTML) as client:
        yield client


@pytest.fixture
def catalogue(services):
    return services.catalogue()


def chosen(catalogue, **query):
    return [entry.aliases[0] if entry.aliases else entry.title for entry in choose(Choice.read(query), catalogue)]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({}, ["QLoRA", "LoRA"]),
        ({"q": "LORA  hu"}, ["LoRA"]),
        ({"q": "lora"}, ["QLoRA", "LoRA"]),
        ({"year": "2022"}, ["LoRA"]),
        ({"year": "2022", "q": "dettmers"}, []),
        ({"sort": "title"}, ["LoRA", "QLoRA"]),
        ({"kind": "paper", "list": "papers", "language": "en"}, ["QLoRA", "LoRA"]),
        ({"kind": "nothing"}, []),
        ({"page": "-3", "sort": "odd", "unknown": "x"}, ["QLoRA", "LoRA"]),
    ],
)
def test_facets_and_words_are_read_from_the_address(catalogue, query, found):
    assert [name.split(":")[0] for name in chosen(catalogue, **query)] == found


def test_a_facet_counts_what_fits_everything_else(catalogue):
    counted = count(Choice.read({"year": "2022"}), catalogue)

    assert [(v.value, v.count, v.chosen) for v in counted["year"]] == [("2023", 1, False), ("2022", 1, True)]
    assert [(v.value, v.count) for v in counted["kind"]] == [("paper", 1)]


def test_an_address_keeps_what_is_chosen_and_changes_one_thing():
    choice = Choice.read({"q": "a&b", "year": "2022", "page": "3"})

    assert choice.href(kind="paper") == "/library?q=a%26b&kind=paper&year=2022"
    assert choice.href(year="", q="") == "/library"


def test_the_library_lists_entries_and_offers_the_nearest_when_nothing_fits(client):
    assert "2 entries" in client.get("/library").text
    nothing = client.get("/library", params={"q": "adapters with four bits"}).text
    assert "No entry fits." in nothing
    assert "/entry/arxiv:2305.14314" in nothing


def test_an_entry_has_its_listing_its_lines_and_its_record(client):
    page = client.get("/entry/arxiv:2106.09685").text

    assert "<h1>LoRA: Low-Rank Adaptation</h1>" in page
    assert "corpus/lists/papers.md:3" in page
    assert re.search(r'id="papers-L[34]"', page)
    assert "@article{hu2022lora" in page
    assert 'href="/?q=What%20is%20LoRA%3F"' in page


@pytest.mark.parametrize("path", ["/entry/none", "/entry/%3Cscript%3E", "/nothing", "/entry/"])
def test_what_is_not_there_is_told_on_a_page_in_the_readers_language(client, path):
    chinese = client.get(path, headers=HTML | {"Accept-Language": "zh-CN"})

    assert chinese.status_code == 404
    assert "<script>" not in chinese.text
    if path != "/nothing":  # which no page goes by: the guard says so in a line
        assert "没有这个页面" in chinese.text


@pytest.mark.parametrize("page", ["/library", "/library/map"])
def test_a_year_in_which_nothing_fits_is_no_error(client, page):
    answer = client.get(f"{page}?q=zzzz&year=2022", headers=HTML)

    assert answer.status_code == 200
    assert 'aria-current="true"' in answer.text  # the year is shown, and can be given up


@pytest.mark.parametrize("path", ["/library", "/entry/arxiv:2106.09685", "/library?q=zzz"])
def test_a_page_speaks_one_language(client, path):
    english = client.get(path, headers=HTML | {"Accept-Language": "en"}).text
    chinese = client.get(path, headers=HTML | {"Accept-Language": "zh"}).text

    assert re.findall(r"[\u4e00-\u9fff]+", english) == ["中文"]  # the switch
    words = {english for _, english in _WORDS.values() if len(english) > 3 and "{" not in english}
    text = re.sub(r"<[^>]*>|@article.*?\n}", " ", chinese, flags=re.S)
    assert sorted(word for word in words - {"English"} if re.search(rf"\b{re.escape(word)}\b", text)) == []


def test_the_language_is_remembered_and_leads_nowhere_else(client):
    answer = client.get("/language/zh?next=/library?year%3D2022", follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, "/library?year=2022")
    assert "文库" in client.get("/library").text
    for away in ("https://evil.example.org/", "//evil.example.org", "/\\evil.example.org", "javascript:alert(1)"):
        there = client.get("/language/en", params={"next": away}, follow_redirects=False)
        assert there.headers["location"] == "/"
    assert client.get("/language/fr", follow_redirects=False).status_code == 404
