from dataclasses import replace

import pytest

from app.render.explain import explain_json, explain_text
from app.render.json import answer_json
from app.render.places import listing_of, section_path
from app.render.text import answer_text
from app.types import Answer, Citation, Sentence, Status, Timings
from index.catalogue.filters import Filters
from index.types import Found, Hit, Intent, Match, ParsedQuery, Step
from ingest.types import Entry, Kind, Link, Listing, Passage, PassageKind

PATH = Listing("path", ("微调", "方法"), "corpus/lists/path.md", 12, "LoRA")
PAPERS = Listing("papers", ("Tuning",), "corpus/lists/papers.md", 30, "LoRA")
LORA = Entry(
    "arxiv:2106.09685", "LoRA", "低秩适配", Kind.PAPER, 2022, "ICLR", ("Edward J. Hu",),
    (Link("arxiv", "https://arxiv.org/abs/2106.09685"), Link("code", "https://github.com/microsoft/LoRA")),
    "2106.09685", (PATH, PAPERS), (), ("LoRA",),
)  # fmt: skip
BARE = Entry("list/x", "Bare", "", Kind.ARTICLE, None, "", (), (), None, (replace(PATH, section=()),), (), ())
NOTE = Passage(
    "n", LORA.entry_id, PassageKind.LISTING, "en", "- **LoRA**. 2022.\n  It *freezes* the weights.",
    "corpus/lists/papers.md", 30, 31, 9,
)  # fmt: skip
RECORD = Passage("r", LORA.entry_id, PassageKind.RECORD, "en", "year: 2022", "corpus/papers/2106.09685.md", 2, 2, 3)


def hit(*passages, entry=LORA, rank=1):
    matches = tuple(Match(passage, 0.91234567 - n / 10, 3.0, 0.5, 0.7) for n, passage in enumerate(passages))
    steps = (Step("lexical", 3.0, 2), Step("late", 0.7, 1))
    return Hit(entry, matches, matches[0].score, rank, steps=steps, words=("lora",))


def parsed(text, language="en", spellings=()):
    """A question that was read and says nothing special."""
    nothing, intent = Filters(), Intent("definition", {}, 0.0)
    return ParsedQuery(
        text, text, language, (), (), intent, (), text, text, spellings, spellings, (), {}, (), None, (),
        nothing, nothing, nothing, (),
    )  # fmt: skip


def found(*hits):
    asked = "What does it do?"
    read = replace(parsed("What does LoRA do?"), raw=asked, corrected=asked, terms=("lora",))
    return Found(hits, read, {"lexical": 0.25, "late": 1.5})


ANSWER = Answer(
    question="What does LoRA do?",
    language="en",
    status=Status.ANSWERED,
    sentences=(Sentence("**LoRA**: It freezes the weights.", (1,), starts_paragraph=True), Sentence("More.", (2,))),
    citations=(
        Citation(1, LORA, NOTE, "It *freezes* the weights.", 31, 1.0),
        Citation(2, LORA, RECORD, "year: 2022", 2, 0.5),
    ),
    found=found(hit(RECORD, NOTE)),
    timings=Timings(1.5, 2.25, 3.75),
)


def test_the_json_of_an_answer_is_exactly_what_scripts_read():
    assert answer_json(ANSWER, "q1") == {
        "id": "q1",
        "question": "What does LoRA do?",
        "language": "en",
        "status": "answered",
        "answer": "**LoRA**: It freezes the weights. [1] More. [2]",
        "notices": [],
        "citations": [
            {
                "n": 1,
                "entry_id": "arxiv:2106.09685",
                "title": "LoRA",
                "section": "Tuning",
                "list": "papers",
                "source": "corpus/lists/papers.md",
                "line": 31,
                "links": ["https://arxiv.org/abs/2106.09685", "https://github.com/microsoft/LoRA"],
                "arxiv_id": "2106.09685",
                "quote": "It *freezes* the weights.",
                "support": 1.0,
            },
            {
                "n": 2,
                "entry_id": "arxiv:2106.09685",
                "title": "LoRA",
                "section": "微调 > 方法",
                "list": "path",
                "source": "corpus/papers/2106.09685.md",
                "line": 2,
                "links": ["https://arxiv.org/abs/2106.09685", "https://github.com/microsoft/LoRA"],
                "arxiv_id": "2106.09685",
                "quote": "year: 2022",
                "support": 0.5,
            },
        ],
        "hits": [
            {
                "rank": 1,
                "score": 0.912346,
                "entry_id": "arxiv:2106.09685",
                "title": "LoRA",
                "section": "Tuning",
                "year": 2022,
                "kind": "paper",
                "links": ["https://arxiv.org/abs/2106.09685", "https://github.com/microsoft/LoRA"],
                "arxiv_id": "2106.09685",
                "source": "corpus/lists/papers.md",
                "line": 30,
                "text": "LoRA. 2022.\nIt freezes the weights.",
                "steps": {"lexical": {"score": 3.0, "rank": 2}, "late": {"score": 0.7, "rank": 1}},
                "words": ["lora"],
            }
        ],
        "timings_ms": {"retrieve": 1.5, "answer": 2.25, "total": 3.75},
    }


def test_an_unknown_year_arxiv_id_and_question_id_are_null():
    fields = answer_json(replace(ANSWER, citations=(), found=found(hit(NOTE, entry=BARE))), None)

    assert fields["id"] is None
    assert (fields["hits"][0]["year"], fields["hits"][0]["arxiv_id"], fields["hits"][0]["links"]) == (None, None, [])
    assert fields["hits"][0]["section"] == ""


def test_a_hit_shows_front_matter_only_when_it_has_nothing_else():
    assert answer_json(replace(ANSWER, found=found(hit(RECORD))), None)["hits"][0]["text"] == "year: 2022"


def test_the_text_of_an_answer_has_its_sources_below():
    assert answer_text(ANSWER) == (
        "LoRA: It freezes the weights. [1] More. [2]\n"
        "\n"
        "Sources:\n"
        "[1] LoRA — corpus/lists/papers.md:31 (support 1.00)\n"
        "    https://arxiv.org/abs/2106.09685\n"
        "[2] LoRA — corpus/papers/2106.09685.md:2 (support 0.50)\n"
        "    https://arxiv.org/abs/2106.09685"
    )


def test_a_chinese_answer_joins_its_sentences_without_spaces():
    answer = replace(
        ANSWER,
        language="zh",
        sentences=(Sentence("第一句。", (1,), starts_paragraph=True), Sentence("第二句。", (2,)),
                   Sentence("另一段。", (1, 2), starts_paragraph=True)),
    )  # fmt: skip

    assert answer.text == "第一句。[1]第二句。[2]\n\n另一段。[1][2]"
    assert answer_text(answer).splitlines()[4] == "出处:"


def test_the_pieces_of_an_answer_join_to_its_text():
    pieces = ANSWER.pieces()

    assert "".join(text for text, _ in pieces) == ANSWER.text
    assert [citations for _, citations in pieces] == [(1,), (2,)]


def test_a_declined_answer_shows_the_addresses_it_offers_and_no_sources():
    offered = Sentence("- [LoRA](https://arxiv.org/abs/2106.09685)", (), starts_paragraph=True)
    declined = replace(ANSWER, status=Status.DECLINED, sentences=(Sentence("Nothing.", ()), offered), citations=())

    assert answer_text(declined) == "Nothing.\n\n- LoRA — https://arxiv.org/abs/2106.09685"


def test_a_table_holds_its_marks_itself():
    table = Sentence("|  | A |\n|---|---|\n| x | y [1] |", (1,), starts_paragraph=True, marked=True)
    answer = replace(ANSWER, sentences=(Sentence("First.", (1,)), table))

    assert answer.text == f"First. [1]\n\n{table.text}"
    assert answer.pieces()[1] == (f"\n\n{table.text}", (1,))


@pytest.mark.parametrize(
    ("path", "line", "listing"),
    [
        ("corpus/lists/path.md", 12, PATH),
        ("corpus/lists/path.md", 13, PATH),
        ("corpus/lists/papers.md", 31, PAPERS),
        ("corpus/papers/2106.09685.md", 40, PATH),  # a study card belongs to the first listing
    ],
)
def test_a_passage_belongs_to_the_listing_of_its_file(path, line, listing):
    assert listing_of(LORA, replace(NOTE, path=path, start_line=line)) == listing


@pytest.mark.parametrize(("line", "section"), [(12, "微调 > 方法"), (13, "微调 > 方法"), (50, "附录"), (52, "附录")])
def test_of_two_listings_in_one_file_a_passage_belongs_to_the_one_it_stands_in(line, section):
    twice = replace(LORA, listings=(PATH, replace(PATH, section=("附录",), line=50)))

    assert section_path(listing_of(twice, replace(NOTE, path=PATH.path, start_line=line))) == section


def test_an_explanation_says_how_the_question_was_read_and_what_each_step_gave():
    lines = explain_text(ANSWER.found, "en").split("\n")

    assert lines == [
        "Searched for: What does LoRA do?",
        "terms: lora",
        "milliseconds: lexical 0.2, late 1.5",
        "  1. 0.912  LoRA  [arxiv:2106.09685]",
        "     lexical 3.000 (#2)  late 0.700 (#1)",
        "     words held: lora",
    ]
    assert explain_text(ANSWER.found, "zh").startswith("检索的问题: What does LoRA do?")
    assert explain_json(ANSWER.found) == {
        "question": "What does LoRA do?", "terms": ["lora"], "read": [], "milliseconds": {"lexical": 0.25, "late": 1.5}
    }  # fmt: skip
