import re

import pytest
from starlette.testclient import TestClient
from typer.testing import CliRunner

from app.__main__ import app
from app.state.database import Database
from app.state.reviews import NEW_A_DAY
from app.web.application import build_pages
from app.web.reloading import LiveAssistant
from app.web.services import Services

CARD = """---
id: arxiv:2106.09685
title: "LoRA"
kind: paper
topics: [peft]
---

## English

LoRA trains two matrices.

### Questions

**What is LoRA?** <!-- what | explain -->
LoRA trains two thin matrices.

**What are its limits?** <!-- limit | drawbacks -->
Its rank is chosen by hand.

## 中文

LoRA 只训练两个细长矩阵。

### 问答

**什么是 LoRA？** <!-- what | 解释 -->
LoRA 只训练两个细长矩阵。
"""

GLOSSARY = "en\tzh\taliases\nattention\t注意力\t\nquantisation\t量化\tPTQ\nQLoRA\tQLoRA\t\n"


@pytest.fixture(scope="module")
def live(tmp_path_factory):
    root = tmp_path_factory.mktemp("study")
    for folder, name, text in (
        ("papers", "2106.09685.md", CARD),
        ("lists", "a.md", "# A\n\n- **LoRA**. [[arxiv](https://arxiv.org/abs/2106.09685)] A method.\n"),
    ):
        (root / "corpus" / folder).mkdir(parents=True)
        (root / "corpus" / folder / name).write_text(text, encoding="utf-8")
    (root / "corpus" / "glossary.tsv").write_text(GLOSSARY, encoding="utf-8")
    arguments = ["ask", "What is LoRA?", "--corpus", str(root / "corpus"), "--data", str(root / "data")]
    assert CliRunner().invoke(app, arguments).exit_code == 0
    return LiveAssistant(root / "data")


@pytest.fixture
def client(live, tmp_path):
    database = Database(tmp_path / "readers.sqlite")
    services = Services.over(database, live, local=True)
    with TestClient(build_pages(services), base_url="http://127.0.0.1", headers={"Accept-Language": "en"}) as client:
        yield client
    database.close()


def heading(page):
    return re.search(r"<h1[^>]*>(.*?)</h1>", page.text)[1]


def key_of(page):
    return re.search(r'name="card" value="(\w+)"', page.text)[1]


def test_a_reader_goes_through_the_cards_and_is_done(client):
    first = client.get("/study/card")
    assert heading(first) == "What is LoRA?"
    assert "LoRA trains two thin matrices." in first.text
    assert 'href="/entry/arxiv:2106.09685#L15"' in first.text

    second = client.post("/study/card", data={"card": key_of(first), "rating": "4"})
    assert heading(second) == "What are its limits?"
    last = client.post("/study/card", data={"card": key_of(second), "rating": "4"})

    assert heading(last) == "No more cards for today."
    assert "All seen" in last.text
    assert "2 / 2" in client.get("/study").text


def test_a_reader_who_has_had_the_cards_of_a_day_may_have_more(live, tmp_path):
    database = Database(tmp_path / "readers.sqlite")
    services = Services.over(database, live, local=True)
    with TestClient(build_pages(services), base_url="http://127.0.0.1", headers={"Accept-Language": "en"}) as client:
        for number in range(NEW_A_DAY):  # of other decks
            services.reviews.rate("local", f"{number:016x}", 4)
        done = client.get("/study/card")
        assert heading(done) == "No more cards for today."

        further = client.get(re.search(r'class="button" href="([^"]*)"', done.text)[1].replace("&amp;", "&"))
        assert heading(further) == "What is LoRA?"
        second = client.post(
            re.search(r'<form[^>]*action="([^"]*)"', further.text)[1].replace("&amp;", "&"),
            data={"card": key_of(further), "rating": "4"},
        )

        assert heading(second) == "What are its limits?"
    database.close()


def test_cards_speak_the_language_of_the_page_or_another(client):
    assert heading(client.get("/study/card?cards=zh")) == "什么是 LoRA？"
    assert heading(client.get("/study/card", headers={"Accept-Language": "zh"})) == "什么是 LoRA？"
    assert "1 张卡片" in client.get("/study", headers={"Accept-Language": "zh"}).text


@pytest.mark.parametrize(("right", "said"), [(True, "✓ Right"), (False, "✗ Not this one")])
def test_a_choice_is_told_right_or_wrong_and_counts(client, right, said):
    page = client.get("/study/card?mode=recognise")
    key = key_of(page)

    told = client.post("/study/card?mode=recognise", data={"card": key, "choice": key if right else "f" * 16})

    assert said in told.text
    assert "1 / 2" in client.get("/study").text


def test_what_is_typed_is_shown_beside_the_answer_as_text(client):
    key = key_of(client.get("/study/card?mode=type"))

    told = client.post("/study/card?mode=type", data={"card": key, "typed": "<b>two matrices</b>"})

    assert "&lt;b&gt;two matrices&lt;/b&gt;" in told.text
    assert re.search(r"you wrote [1-9]\d% of the words", told.text)
    assert "0 / 2" in client.get("/study").text  # it counts when the reader has rated it


@pytest.mark.parametrize("data", [{"card": "x"}, {"card": "0" * 16, "rating": "7"}, {}])
def test_odd_forms_are_refused(client, data):
    assert client.post("/study/card", data=data).status_code == 422


def test_an_unknown_card_is_not_rated_and_an_unknown_topic_has_none(client):
    assert client.post("/study/card", data={"card": "0" * 16, "rating": "3"}).status_code == 404
    assert heading(client.get("/study/card?topic=nothing")) == "No more cards for today."


def test_a_deck_is_exported_for_anki(client):
    package = client.get("/study/cards.apkg?topic=peft")

    assert package.content.startswith(b"PK")
    assert "peft.apkg" in package.headers["content-disposition"]


def test_terms_of_the_glossary_are_cards_in_both_directions(client):
    overview = client.get("/study?kind=terms").text
    assert "0 / 2" in overview  # the third is the same in both languages
    asked = {heading(client.get(f"/study/card?kind=terms&cards={code}")) for code in ("en", "zh")}
    assert asked <= {"attention", "quantisation", "注意力", "量化"}
    assert len(asked) == 2

    page = client.get("/study/card?kind=terms&cards=zh&mode=type")
    name = {"注意力": "attention", "量化": "PTQ"}[heading(page)]  # an alias is as right
    typed = {"card": key_of(page), "typed": f" {name.upper()}"}
    told = client.post("/study/card?kind=terms&cards=zh&mode=type", data=typed)
    assert "✓ Right" in told.text
    assert "corpus/glossary.tsv:" in told.text


def test_other_answers_of_a_term_are_terms(client):
    page = client.get("/study/card?kind=terms&cards=en&mode=recognise").text

    assert set(re.findall(r"</kbd> (.*?)</button>", page)) == {"注意力", "量化"}


def test_terms_are_exported_for_anki(client):
    assert client.get("/study/cards.apkg?kind=terms").content.startswith(b"PK")
