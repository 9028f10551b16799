from dataclasses import replace
from html.parser import HTMLParser

import pytest

from app.render.html import anchor, linked_marks, panel, turn_panel
from app.types import Answer, Citation, Sentence, Status, Timings
from index.catalogue.filters import Filters
from index.types import Found, Hit, Intent, Match, ParsedQuery
from ingest.text.markup import plain_text
from ingest.types import Entry, Kind, Link, Listing, Passage, PassageKind

LISTING = Listing("path", ("微调", "方法"), "corpus/lists/path.md", 12, "LoRA")
LORA = Entry(
    "arxiv:2106.09685", "LoRA", "", Kind.PAPER, 2022, "", (),
    (Link("arxiv", "https://arxiv.org/abs/2106.09685"), Link("一篇博客", "https://www.example.org/blog")),
    "2106.09685", (LISTING,), (), (),
)  # fmt: skip
NOTE = Passage("n", LORA.entry_id, PassageKind.LISTING, "en", "It freezes the weights.", LISTING.path, 13, 13, 9)

ATTACKS = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<img src=x onerror=alert(1) //",
    '" onmouseover="alert(1)',
    "' onmouseover='alert(1)",
    "</blockquote></article><script>alert(1)</script>",
    "&lt;script&gt;",
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

    @property
    def links(self):
        return [attributes["href"] for tag, attributes in self.elements if tag == "a"]


def parsed(text, language="en", spellings=()):
    """A question that was read and says nothing special."""
    nothing, intent = Filters(), Intent("definition", {}, 0.0)
    return ParsedQuery(
        text, text, language, (), (), intent, (), text, text, spellings, spellings, (), {}, (), None, (),
        nothing, nothing, nothing, (),
    )  # fmt: skip


def answer(entry=LORA, note=NOTE, quote=NOTE.text, question="What is LoRA?", support=1.0, language="en"):
    hit = Hit(entry, (Match(note, 0.9, 1.0, 0.5, 0.5),), 0.9, 1)
    found = Found((hit,), parsed(question, language), {})
    citation = Citation(1, entry, note, quote, 13, support)
    sentences = (Sentence("It freezes.", (1,)),)
    return Answer(question, language, Status.ANSWERED, sentences, (citation,), found, Timings(1, 1, 2))


def declined(entry):
    return replace(answer(entry), status=Status.DECLINED, citations=())


def page_of(answer):
    return Page(turn_panel(answer, 1))


def assert_harmless(page):
    assert {tag for tag, _ in page.elements} <= {
        "section", "h3", "article", "h4", "span", "p", "blockquote", "code", "a",
    }  # fmt: skip
    assert not any(name.startswith("on") or name == "style" for _, attributes in page.elements for name in attributes)
    assert all(link.startswith(("http://", "https://")) for link in page.links)


def test_a_source_shows_entry_place_quote_and_links():
    page = Page(turn_panel(answer(), 3))

    assert ("article", {"class": "source", "id": "source-3-1"}) in page.elements
    for shown in (
        "LoRA",
        "2022",
        "path › 微调 › 方法",
        "It freezes the weights.",
        "corpus/lists/path.md:13",
        "✓ verbatim",
    ):
        assert shown in page.text
    assert page.links == ["https://arxiv.org/abs/2106.09685", "https://www.example.org/blog"]


def test_links_open_apart_and_are_named_by_a_short_latin_label_or_their_host():
    page = page_of(answer())

    anchors = [attributes for tag, attributes in page.elements if tag == "a"]
    assert all(a["target"] == "_blank" and a["rel"] == "noopener noreferrer" for a in anchors)
    assert page.text.endswith("arxivexample.org")


@pytest.mark.parametrize("attack", ATTACKS)
@pytest.mark.parametrize("place", ["title", "quote", "question", "section", "list", "path", "label"])
def test_markup_from_the_corpus_or_the_question_is_shown_and_not_obeyed(attack, place):
    listing = replace(LISTING, section=(attack,)) if place == "section" else LISTING
    listing = replace(listing, list_id=attack) if place == "list" else listing
    entry = replace(LORA, listings=(listing,), title=attack if place == "title" else "LoRA")
    entry = replace(entry, links=(Link(attack[:12], "https://a.org"),)) if place == "label" else entry
    note = replace(NOTE, path=attack) if place == "path" else NOTE
    texts = {name: attack for name in ("quote", "question") if name == place}

    page = page_of(answer(entry, note, **texts))

    assert_harmless(page)
    if place != "label":
        assert (plain_text(attack) if place == "quote" else attack) in page.text


@pytest.mark.parametrize("attack", ATTACKS)
def test_markup_in_a_nearest_entry_is_shown_and_not_obeyed(attack):
    listing = replace(LISTING, list_id=attack, section=(attack,))

    page = page_of(declined(replace(LORA, title=attack, listings=(listing,))))

    assert_harmless(page)
    assert page.text.count(attack) == 3


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "JavaScript:alert(1)",
        " javascript:alert(1)",
        "java\nscript:alert(1)",
        "data:text/html,<script>alert(1)</script>",
        "vbscript:msgbox(1)",
        "file:///etc/passwd",
        "//evil.example.org",
        "https-evil:alert(1)",
        "",
    ],
)
def test_only_web_addresses_become_links(url):
    for shown in (answer, declined):
        page = page_of(shown(replace(LORA, links=(Link("paper", url), Link("code", "https://github.com/a/b")))))

        assert page.links == ["https://github.com/a/b"]


def test_quotation_marks_in_an_address_stay_inside_it():
    url = "https://example.org/?q=\"'><script>alert(1)</script>"

    page = page_of(answer(replace(LORA, links=(Link("", url),))))

    assert_harmless(page)
    assert page.links == [url]


def test_at_most_five_links_are_shown():
    links = tuple(Link("", f"https://example.org/{n}") for n in range(8))

    assert page_of(answer(replace(LORA, links=links))).links == [f"https://example.org/{n}" for n in range(5)]


@pytest.mark.parametrize(
    ("support", "language", "mark", "kind"),
    [
        (1.0, "en", "✓ verbatim", "full"),
        (1.0, "zh", "✓ 原文", "full"),
        (0.5, "en", "support 50%", "partial"),
        (0.5, "zh", "支持度 50%", "partial"),
    ],
)
def test_the_support_of_a_quote_is_told(support, language, mark, kind):
    page = page_of(answer(support=support, language=language))

    assert mark in page.text
    assert ("span", {"class": kind}) in page.elements


def test_a_declined_question_shows_the_nearest_entries_without_marks():
    page = page_of(declined(LORA))

    assert "The nearest entries:" in page.text
    assert "LoRA 2022" in page.text
    assert ("article", {"class": "source"}) in page.elements
    assert page.links == ["https://arxiv.org/abs/2106.09685", "https://www.example.org/blog"]


def test_small_talk_has_no_sources_and_no_nearest_entries():
    assert turn_panel(replace(answer(), citations=()), 1) == ""


def test_marks_become_links_to_the_sources_of_their_turn():
    assert linked_marks("It freezes. [1] More.[2][13]", 4) == (
        "It freezes. [[1]](#source-4-1) More.[[2]](#source-4-2)[[13]](#source-4-13)"
    )


@pytest.mark.parametrize("text", ["no marks", "[a]", "[1a]", "[]", "[2021-05]", "array[1234]"])
def test_other_brackets_are_left_alone(text):
    assert linked_marks(text, 1) == text


def test_a_mark_leads_to_the_id_of_its_source():
    assert linked_marks("[7]", 2) == f"[[7]](#{anchor(2, 7)})"


def test_the_latest_turn_stands_first():
    page = Page(panel([turn_panel(answer(question="First?"), 1), turn_panel(answer(question="Second?"), 2)], "en"))

    assert page.text.index("Second?") < page.text.index("First?")


@pytest.mark.parametrize(("language", "words"), [("zh", "提问之后"), ("en", "Ask a question")])
def test_an_empty_panel_says_what_will_stand_there(language, words):
    page = Page(panel((), language))

    assert words in page.text


def test_quotes_of_one_entry_share_one_source_that_is_there_once():
    given = answer(LORA, quote="First quote.")
    more = replace(given.citations[0], quote="Second quote.", line=14)

    shown = turn_panel(replace(given, citations=(given.citations[0], more)), 1)

    assert shown.count('id="source-1-1"') == 1
    assert shown.count("<article") == 1
    assert "First quote." in shown
    assert "Second quote." in shown
    assert ":13</code>" in shown
    assert ":14</code>" in shown


@pytest.mark.parametrize(
    ("language", "title", "section"),
    [
        ("zh", "低秩适配（LoRA）", "path › 微调 › 方法"),
        ("en", "LoRA", "path › Tuning › Methods"),
    ],
)
@pytest.mark.parametrize(
    "make", [answer, lambda **given: replace(answer(**given), status=Status.DECLINED, citations=())]
)
def test_the_panel_shows_title_and_section_in_the_language_of_the_answer(make, language, title, section):
    listing = replace(LISTING, section_zh=("微调", "方法"), section_en=("Tuning", "Methods"))
    page = Page(turn_panel(make(entry=replace(LORA, title_zh="低秩适配", listings=(listing,)), language=language), 1))

    assert title in page.text
    assert section in page.text


def test_a_section_without_a_translation_is_shown_as_written():
    assert "path › 微调 › 方法" in Page(turn_panel(answer(language="en"), 1)).text
