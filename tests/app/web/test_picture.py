import re

import pytest
from starlette.testclient import TestClient

from app.web.application import build_pages
from app.web.facets import MAP, Choice
from app.web.picture import HEIGHT, WIDTH, dots, groups, year_table

HTML = {"Accept": "text/html", "Accept-Language": "en"}


@pytest.fixture
def client(services):
    with TestClient(build_pages(services), base_url="http://127.0.0.1", headers=HTML) as client:
        yield client


def test_every_entry_is_a_dot_on_the_map_and_what_does_not_fit_is_dim(client, services):
    page = client.get("/library/map?year=2022").text

    bright = re.findall(r'<path class="dots c\d+" d="(.*?)"', page)
    dim = re.search(r'<path class="dots dim" d="(.*?)"', page)[1]
    assert sum(path.count("M") for path in bright) == 1
    assert dim.count("M") == 1
    places = [tuple(map(int, place)) for place in re.findall(r"M(\d+) (\d+)h0", dim + bright[0])]
    assert all(0 <= x <= WIDTH and 0 <= y <= HEIGHT for x, y in places)
    assert dots(services.catalogue().entries, services.catalogue()).count("M") == 2


def test_the_names_of_the_dots_come_on_request_and_fit_the_filter(client):
    rows = client.get("/library/map.json?year=2022").json()

    assert [(name, href) for _, _, name, href in rows] == [
        ("LoRA: Low-Rank Adaptation", "/entry/arxiv:2106.09685"),
    ]
    assert len(client.get("/library/map.json").json()) == 2


def test_the_table_counts_entries_by_topic_and_year_and_its_cells_filter(client, services):
    catalogue = services.catalogue()
    topic = next(iter(catalogue.entries.values())).topics[0]

    table = year_table(Choice.read({"year": "2022"}, MAP), catalogue, "en")

    assert table["years"] == [2022, 2023]  # the years beside the one chosen are still offered
    assert [[cell["n"] for cell in row["cells"]] for row in table["rows"] if row["topic"] == topic] == [[1, 1]]
    assert f'href="/library/map?topic={topic}&amp;year=2023"' in client.get("/library/map").text


def test_both_views_keep_what_is_chosen(client):
    assert 'href="/library/map?year=2022"' in client.get("/library?year=2022").text
    assert 'href="/library?year=2022"' in client.get("/library/map?year=2022").text


def test_nothing_that_fits_is_said_and_an_odd_address_is_shown_as_text(client):
    page = client.get("/library/map", params={"q": "<script>alert(1)</script>", "topic": "\x00"})

    assert page.status_code == 200
    assert "No entry fits." in page.text
    assert "<script>alert" not in page.text


def test_names_on_the_map_do_not_lie_on_each_other(shipped_searcher):
    from app.catalogue import Catalogue

    catalogue = Catalogue(shipped_searcher.store)
    named = [one for one in groups(list(catalogue.entries.values()), catalogue, "en") if one.name]

    assert len(named) == 10
    assert not any(abs(a.x - b.x) < 180 and abs(a.y - b.y) < 26 for i, a in enumerate(named) for b in named[:i])
