import re
from html.parser import HTMLParser

import pytest

from app.catalogue import Catalogue
from app.state.answers import KeptAnswer, KeptCitation, KeptSentence
from app.state.conversations import KeptTurn
from app.types import Status
from app.web.drawing import copy_text, draw_turn
from index.storage.store import Store, write_store
from ingest.types import Entry, Kind, Library, Link, Listing, Passage, PassageKind

LISTING = Listing("path", ("微调", "方法"), "corpus/lists/path.md", 12, "LoRA")
LORA = Entry(
    "arxiv:2106.09685", "LoRA", "低秩适配", Kind.PAPER, 2022, "", (),
    (Link("arxiv", "https://arxiv.org/abs/2106.09685"), Link("bad", "javascript:alert(1)"), Link("odd", "http://[")),
    "2106.09685", (LISTING,), (), (),
)  # fmt: skip
PASSAGE = Passage("n", LORA.entry_id, PassageKind.LISTING, "en", "It freezes the weights.", LISTING.path, 13, 13, 9)
CARD = "corpus/papers/2106.09685.md"
ATTACKS = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    '" onmouseover="alert(1)',
    "</blockquote></article><script>alert(1)</script>",
    "&lt;script&gt;",
    "![x](https://a.org/x.png)",
    "[x](javascript:alert(1))",
    "<template><script>alert(1)</script></template>",
]


class Page(HTMLParser):
    """Collects what a browser would see: elements with their attributes, and text."""

    def __init__(self, html):
        super().__init__()
        self.elements, self.text = [], ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag, attributes):
        self.elements.append((tag, dict(attributes)))

    def handle_data(self, data):
        self.text += data


@pytest.fixture(scope="module")
def catalogue(tmp_path_factory):
    file = tmp_path_factory.mktemp("drawing") / "store.sqlite"
    write_store(file, Library((LORA,), (PASSAGE,), (), ()))
    return Catalogue(Store(file))


def cited(quote="It freezes the weights.", line=13, path=LISTING.path, entry_id=LORA.entry_id, support=1.0):
    return KeptCitation(1, entry_id, "LoRA", "https://arxiv.org/abs/2106.09685", "n", path, line, quote, support)


def turn(
    text="It freezes the weights.", question="What is LoRA?", citations=None, status=Status.ANSWERED, marked=False
):
    citations = (cited(),) if citations is None else citations
    sentence = KeptSentence(text, tuple(c.n for c in citations[:1]), starts_paragraph=False, marked=marked)
    return KeptTurn(7, KeptAnswer(question, "en", status, (sentence,), citations, (), ((LORA.entry_id, "LoRA"),)))


def draw(shown, catalogue, language="en"):
    return draw_turn(shown, catalogue, language, ())


@pytest.mark.parametrize("attack", ATTACKS)
@pytest.mark.parametrize("where", ["question", "text", "quote"])
def test_markup_from_outside_is_shown_and_not_obeyed(catalogue, attack, where):
    harmless = Page(draw(turn(), catalogue))
    fields = {"citations": (cited(attack),)} if where == "quote" else {where: attack}

    page = Page(draw(turn(**fields), catalogue))

    tags = [tag for tag, _ in page.elements if tag not in ("p", "a")]
    assert tags == [tag for tag, _ in harmless.elements if tag not in ("p", "a")]
    assert not any(name.startswith("on") for _, attributes in page.elements for name in attributes)
    assert all(
        re.match(r"https?://|/|#", attributes["href"])
        for tag, attributes in page.elements
        if tag == "a" and "href" in attributes
    )
    if where != "text":
        assert attack in page.text


@pytest.mark.parametrize("quote", ["p_actor(y|x) and max|x|", "a **bold** `code` <eos>", "x*y*z \\(a_1\\)"])
def test_a_quote_that_is_called_verbatim_is_shown_to_the_letter(catalogue, quote):
    html = draw(turn(citations=(cited(quote),)), catalogue)

    assert quote in Page(html).text
    assert "✓ verbatim" in html


@pytest.mark.parametrize("text", ["max|x| of x*y*z", "use `<eos>` or <eos>", "\\(a_1\\) is \\frac{1}{2}", "a &lt; b"])
def test_an_answer_keeps_every_character_of_a_formula(catalogue, text):
    html = draw(turn(text), catalogue)

    said = Page(html[html.index("bot message") :].split("</p>")[0].split(">", 1)[1]).text
    assert said.strip().startswith(text.replace("`", ""))


def test_only_marks_of_citations_become_links(catalogue):
    page = Page(draw(turn("| [1] | [2] |\n|---|---|\n| a | b [1] |", marked=True), catalogue))

    marks = [attributes for tag, attributes in page.elements if attributes.get("class") == "mark"]
    assert [mark["data-n"] for mark in marks] == ["1", "1"]
    assert "[2]" in page.text


def test_a_quote_leads_to_its_line_on_the_page_of_its_entry(catalogue):
    html = draw(turn(citations=(cited(), cited(path=CARD, line=25))), catalogue)

    assert 'href="/entry/arxiv:2106.09685#path-L13"' in html
    assert 'href="/entry/arxiv:2106.09685#L25"' in html


def test_a_source_whose_entry_is_gone_still_shows_what_was_quoted(catalogue):
    page = Page(draw(turn(citations=(cited(entry_id="arxiv:0000.00000"),)), catalogue))

    assert "It freezes the weights." in page.text
    assert not any(str(attributes.get("href")).startswith("/entry/") for _, attributes in page.elements)


def test_the_page_speaks_its_own_language_around_an_answer(catalogue):
    chinese, english = (draw(turn(citations=(cited(support=0.5),)), catalogue, x) for x in ("zh", "en"))

    assert "低秩适配（LoRA）" in chinese
    assert "支持度 50%" in chinese
    assert "support 50%" in english


def test_a_declined_answer_offers_the_nearest_entries_as_links(catalogue):
    declined = turn("Nothing answers this.", citations=(), status=Status.DECLINED)
    said = ("The nearest entries:", "- [LoRA](https://arxiv.org/abs/2106.09685): A <b>method</b>.")
    nearest = [KeptSentence(text, (), starts_paragraph=True, marked=False) for text in said]
    answer = declined.answer
    offered = KeptTurn(7, KeptAnswer(
        answer.question, "en", answer.status, (*answer.sentences, *nearest), (), (), answer.nearest
    ))  # fmt: skip

    html = draw(offered, catalogue)
    assert '<a href="/entry/arxiv:2106.09685">LoRA</a><br>A &lt;b&gt;method&lt;/b&gt;.' in html
    assert "/entry/" not in draw(declined, catalogue)  # a question of another field is offered nothing


def test_a_copy_is_plain_text_with_numbered_references():
    shown = turn("**LoRA** freezes the weights.", citations=(cited(), cited("another")))

    assert copy_text(shown.answer, "en") == (
        "LoRA freezes the weights. [1]\n\nReferences:\n[1] LoRA. https://arxiv.org/abs/2106.09685"
    )
