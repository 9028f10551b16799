from dataclasses import replace

import pytest

from app.assistant import Assistant
from app.types import Answer, Citation, Sentence, Status, Timings
from evals.questions import Gold, Question
from evals.suite import Outcome, list_recall, refusal_curve, run_suite, slices_of, summarise, unjudged_rate
from index.build import build_index
from index.catalogue.filters import Filters
from index.encoders.static import shipped_table
from index.search import Searcher
from index.types import Found, Hit, Intent, Match, ParsedQuery, Turn
from ingest.types import Entry, Kind, Library, Listing, Passage, PassageKind

LINES = {
    1: "LoRA freezes the pretrained weights.",
    2: "LoRA 冻结预训练权重，推理时没有额外延迟。",
    3: "Attention in tiles.",
}


def work(entry_id, title):
    listing = Listing("list", (), "corpus/lists/list.md", 1, title)
    return Entry(entry_id, title, "", Kind.PAPER, None, "", (), (), None, (listing,), (), ())


def passage(line, entry_id, language="en"):
    return Passage(f"p{line}", entry_id, PassageKind.NOTE, language, LINES[line], "corpus/lists/list.md", line, line, 9)


LORA, FLASH = work("lora", "LoRA"), work("flash", "FlashAttention")
EN, ZH, TILES = passage(1, "lora"), passage(2, "lora", "zh"), passage(3, "flash")


def question(id_, text, language="en", *, gold=("lora",), kind="definition", split="dev", facts=(), history=()):
    return Question(
        id_, text, language, kind, "peft", split, tuple(Gold(entry, 2, "quote") for entry in gold), facts, history, 1
    )


def cite(n, entry, passage, *, quote=None, support=1.0):
    return Citation(n, entry, passage, quote or passage.text, passage.start_line, support)


def parsed(text, language="en", spellings=()):
    """A question that was read and says nothing special."""
    nothing, intent = Filters(), Intent("definition", {}, 0.0)
    return ParsedQuery(
        text, text, language, (), (), intent, (), text, text, spellings, spellings, (), {}, (), None, (),
        nothing, nothing, nothing, (),
    )  # fmt: skip


def outcome(asked, citations=(), *, ndcg=0.0, milliseconds=1.0, probability=0.5, hits=(LORA,)):
    sentences = tuple(Sentence(citation.quote, (citation.n,)) for citation in citations)
    answer = Answer(
        asked.text, asked.language, Status.ANSWERED if citations else Status.DECLINED, sentences, tuple(citations),
        Found((), parsed(asked.text, asked.language), {}), Timings(1, 1, 2),
    )  # fmt: skip
    found = tuple(Hit(entry, (Match(EN, 0.5, 0, 0, 0),), 0.5, rank) for rank, entry in enumerate(hits, start=1))
    measures = dict.fromkeys(("nDCG@10", "R@10", "Success@1", "Success@5", "RR@10"), ndcg) if asked.answerable else {}
    return Outcome(asked, answer, found, measures, probability, milliseconds)


OUTCOMES = [
    outcome(question("zh-1", "什么是 LoRA？", "zh", facts=("冻结",)), [cite(1, LORA, ZH)], ndcg=1.0, milliseconds=4.0),
    outcome(
        question("en-1", "What is LoRA?", split="test", gold=("lora", "qlora"), facts=("freez", "latency")),
        [cite(1, LORA, EN), cite(2, FLASH, TILES, quote="Attention in pieces.", support=0.2)],
        ndcg=0.5,
        milliseconds=1.0,
    ),
    outcome(question("en-2", "Why is LoRA fast?"), ndcg=0.0, milliseconds=3.0),
    outcome(question("en-3", "Who is Napoleon?", gold=(), kind="out-of-scope"), milliseconds=2.0),
    outcome(
        question("en-4", "What is the LoRA of Mars?", gold=(), kind="near-miss"), [cite(1, LORA, EN)], milliseconds=9.0
    ),
]


def line_of(path, line):
    assert path == "corpus/lists/list.md"
    return LINES[line]


@pytest.fixture(scope="module")
def report():
    return summarise(OUTCOMES, line_of)


def test_questions_are_counted(report):
    assert report.counts == {"questions": 5, "answerable": 3}


def test_retrieval_is_averaged_over_answerable_questions_by_slice(report):
    # all: (1 + 0.5 + 0) / 3; en: (0.5 + 0) / 2; dev: zh-1 and en-2
    ndcg = {name: scores["nDCG@10"] for name, scores in report.scores.items()}

    assert ndcg == pytest.approx({"all": 0.5, "zh": 1.0, "en": 0.25, "dev": 0.5, "test": 0.5, "definition": 0.5})


def test_intervals_enclose_their_means(report):
    assert set(report.intervals) == set(report.scores)
    for name, (low, high) in report.intervals.items():
        assert low <= report.scores[name]["nDCG@10"] <= high


def test_answers_are_judged_by_shares(report):
    assert report.answers["all"] == pytest.approx(
        {
            "declined, near-miss": 0.0,
            "declined, out-of-scope": 1.0,
            "said missing, near-miss": 0.0,
            "declined, unanswerable": 1 / 2,
            "declined, answerable": 1 / 3,
            "said missing, answerable": 1 / 3,
            "quote at its line": 2 / 3,  # of the three citations of zh-1 and en-1, one quotes other words
            "citation recall": 2 / 3,
            "citation precision": 2 / 3,
            "cites gold": 1.0,
            "cited entry is gold": 2 / 3,
            "gold is cited": 2 / 3,  # lora twice, qlora never
            "all facts present": 1 / 2,  # "latency" is missing from en-1
            "facts present": 3 / 4,  # and its other one is there
            "fact in the first sentence": 1.0,
            "in the question's language": 1.0,
        }
    )


def test_an_answer_that_says_what_is_missing_counts_as_such_and_not_as_declined():
    told = [
        replace(o, answer=replace(o.answer, status=Status.PARTLY_ANSWERED)) if o.answer.citations else o
        for o in OUTCOMES
    ]
    shares = summarise(told, line_of).answers["all"]

    assert (shares["declined, near-miss"], shares["said missing, near-miss"]) == (0.0, 1.0)
    assert shares["declined, answerable"] == pytest.approx(1 / 3)  # en-2
    assert shares["said missing, answerable"] == 1.0  # and the two partly answered ones


def test_a_slice_is_judged_by_its_own_questions(report):
    assert report.answers["zh"]["declined, answerable"] == 0.0
    assert report.answers["en"]["declined, answerable"] == 0.5
    assert report.answers["near-miss"]["declined, unanswerable"] == 0.0


def test_times_are_median_and_95th_percentile(report):
    # sorted: 1, 2, 3, 4, 9; the middle one and the one at int(0.95 * 5) = 4
    assert report.milliseconds == {"p50": 3.0, "p95": 9.0}


def test_an_answer_in_another_language_than_the_question_is_noticed():
    english = replace(ZH, language="en", text="LoRA freezes the pretrained weights of the model.")
    zh = outcome(question("zh-1", "什么是 LoRA？", "zh"), [cite(1, LORA, english)])

    assert summarise([zh], lambda path, line: english.text).answers["all"]["in the question's language"] == 0.0


def test_slices_are_everything_then_languages_splits_and_kinds():
    slices = {name: [o.question.id for o in members] for name, members in slices_of(OUTCOMES).items()}

    assert slices == {
        "all": ["zh-1", "en-1", "en-2", "en-3", "en-4"],
        "zh": ["zh-1"],
        "en": ["en-1", "en-2", "en-3", "en-4"],
        "dev": ["zh-1", "en-2", "en-3", "en-4"],
        "test": ["en-1"],
        "definition": ["zh-1", "en-1", "en-2"],
        "out-of-scope": ["en-3"],
        "near-miss": ["en-4"],
    }


def test_the_refusal_curve_gives_both_shares_at_every_threshold():
    good, bad = question("a", "?"), question("b", "?", gold=(), kind="out-of-scope")
    outcomes = [outcome(good, probability=p) for p in (0.9, 0.3)] + [outcome(bad, probability=p) for p in (0.1, 0.5)]

    points = {threshold: shares for threshold, *shares in refusal_curve(outcomes)}

    assert len(points) == 51
    # at 0.4 one of each is below; at 0 nobody is; at 1 everybody is
    assert (points[0.0], points[0.4], points[1.0]) == ([0.0, 0.0], [0.5, 0.5], [1.0, 1.0])


def test_the_unjudged_rate_counts_hits_nobody_has_looked_at():
    outcomes = [
        outcome(question("a", "?"), hits=(LORA, FLASH)),
        outcome(question("b", "?"), hits=(FLASH,)),
        outcome(question("c", "?", gold=(), kind="near-miss"), hits=(FLASH,)),  # not answerable: not counted
    ]

    # lora is gold; flash is judged for b and not for a: one of three hits
    assert unjudged_rate(outcomes, {"b": {"flash": 0}}) == pytest.approx(1 / 3)


def test_running_the_suite_asks_every_question_and_scores_its_hits(tmp_path):
    encoder = shipped_table()
    build_index(Library((LORA, FLASH), (EN, ZH, TILES), (), ()), encoder, tmp_path, corpus="c")
    searcher = Searcher.open(tmp_path, encoder)
    asked = [
        question("zh-1", "什么是 LoRA？", "zh"),
        question("zh-2", "它推理时有额外延迟吗？", "zh", history=(Turn("什么是 LoRA？", "一种方法。"),)),
        question("en-1", "Who is Napoleon?", gold=(), kind="out-of-scope"),
    ]
    steps = []

    outcomes = run_suite(Assistant(searcher), asked, lambda *step: steps.append(step))

    assert [o.question.id for o in outcomes] == ["zh-1", "zh-2", "en-1"]
    assert [o.declined for o in outcomes] == [False, False, True]
    assert outcomes[0].measures["RR@10"] == outcomes[1].measures["RR@10"] == 1.0
    assert outcomes[2].measures == {}
    assert next(iter(outcomes[0].run)) == "lora"
    assert outcomes[0].probability > 0.5 > outcomes[2].probability
    assert steps == [(1, 3), (2, 3), (3, 3)]
    searcher.store.close()


def test_lists_are_judged_by_the_works_of_the_gold_list():
    asked = question("l-1", "Which papers?", gold=("lora", "qlora", "note:peft"), kind="list")
    listed = replace(
        outcome(asked, [cite(1, LORA, EN), cite(2, FLASH, TILES)]), relevant=frozenset({"lora", "qlora", "note:peft"})
    )
    declined = outcome(question("l-2", "Which tools?", kind="list"))

    shares = summarise([listed, declined], line_of).answers["all"]

    # one of two works is cited (the note is none), and nothing by the second; one of two cited entries is relevant
    assert shares["list recall"] == pytest.approx((1 / 2 + 0) / 2)
    assert shares["list precision"] == pytest.approx(1 / 2)


def test_a_list_of_more_than_ten_works_need_not_be_whole():
    asked = question("l-3", "Which papers?", gold=("lora", *(f"w{i}" for i in range(11))), kind="list")

    assert list_recall(outcome(asked, [cite(1, LORA, EN)])) == pytest.approx(1 / 10)
