from dataclasses import replace

import pytest

from app.answer.draft import Draft
from app.answer.extractive import (
    ExtractiveConfig,
    ExtractiveWriter,
    named_hits,
    says_more,
)
from app.answer.ordering import not_said_before
from app.answer.spans import opens_with_a_verdict
from app.answer.support import is_carried
from app.answer.wishes import Wishes, read_wishes
from app.render.text import plain_markdown
from app.types import Length
from index.text.spans import spans_of
from index.types import Turn
from ingest.types import Kind, Passage, PassageKind

PLAIN = Wishes(defines=False, wants_list=False, compares=False, facts=())


@pytest.fixture(scope="module")
def write(small):
    def write(question, length=Length.NORMAL, only=None, **config):
        found = small.find(question)
        hits = [hit for hit in found.hits if only is None or hit.entry.entry_id in only]
        writer = ExtractiveWriter(small.store, small.table, ExtractiveConfig(**config))
        ranked = writer.candidates(found.question, hits)
        return writer.write(found.question, read_wishes(found.question), hits, ranked, length)

    return write


@pytest.fixture(scope="module")
def facts(small):
    def facts(question, names):
        found = small.find(question)
        writer = ExtractiveWriter(small.store, small.table)
        return writer.write_facts(found.question, replace(PLAIN, facts=names), found.hits)

    return facts


def texts(draft):
    return [sentence.text for sentence in draft.sentences]


def entries_of(draft):
    return list(dict.fromkeys(citation.entry.entry_id for citation in draft.citations))


def test_a_definition_is_the_answer_that_says_what_it_is(write):
    draft = write("What is GPTQ?", Length.SHORT)

    assert texts(draft) == ["GPTQ is a method that rounds weights to few bits. It is exact."]
    (citation,) = draft.citations
    assert (citation.n, citation.quote, citation.support) == (1, texts(draft)[0], 1.0)


def test_the_language_of_the_question_is_preferred(write):
    assert texts(write("什么是 GPTQ？", Length.SHORT)) == ["GPTQ 是一种把权重舍入成几位的方法。它很精确。"]


def test_another_language_is_quoted_when_there_is_nothing_else(write):
    assert texts(write("Retro 从数据库里取什么？", only={"retro"})) == [
        "Chunks are fetched from a database by a frozen retriever."
    ]


@pytest.mark.parametrize("question", ["What is GPTQ?", "How does GPTQ round the weights?", "GPTQ 是什么？"])
def test_a_longer_answer_starts_with_the_shorter_one_and_keeps_its_bounds(write, question):
    short, normal, long = (texts(write(question, length)) for length in Length)

    assert len(short) == 1
    assert len(normal) <= ExtractiveConfig().spans[1]
    assert len(long) <= ExtractiveConfig().spans[2]
    assert short[0] == normal[0] == long[0]
    assert set(normal) <= set(long)


def test_no_span_stands_twice_and_quotes_of_one_entry_share_its_number(write):
    draft = write("What is GPTQ, and how does it round the weights?", Length.LONG, adds=(0.0, 0.0, 0.0))

    assert len(set(texts(draft))) == len(texts(draft)) > 2
    assert len({(c.passage.passage_id, c.quote) for c in draft.citations}) == len(draft.citations)
    numbers = {}
    for citation in draft.citations:
        assert numbers.setdefault(citation.entry.entry_id, citation.n) == citation.n
    assert sorted(numbers.values()) == list(range(1, len(numbers) + 1))


def test_what_says_the_same_again_is_left_out(write):
    # no two vectors have a cosine of -1 or less: everything after the first span says "the same"
    assert len(write("What is GPTQ?", Length.LONG, same=-1.0).sentences) == 1


def test_front_matter_is_never_quoted_as_prose(write):
    draft = write("GPTQ MIT 7B 2023", Length.LONG, adds=(0.0, 0.0, 0.0))

    assert all(citation.passage.kind is not PassageKind.RECORD for citation in draft.citations)


def test_without_hits_nothing_is_written(write):
    draft = write("What is GPTQ?", only=set())

    assert (draft.sentences, draft.citations) == ([], [])


def test_a_comparison_states_the_difference_first_and_sets_the_sides_beside_each_other(write):
    draft = write("Compare GPTQ with AWQ")

    difference, table = draft.sentences
    assert difference.text == "GPTQ corrects rounding errors, while AWQ scales the salient channels before it rounds."
    assert table.text.split("\n") == [
        "|  | GPTQ | AWQ |",
        "|---|---|---|",
        "| What it is | GPTQ is a method that rounds weights to few bits. It is exact. [1] "
        "| AWQ is a method that protects one percent of the weights. [2] |",
        "| How it works | GPTQ works layer by layer and corrects each column by the error of the columns before. [1] "
        r"| AWQ scales channels by their \| activations \|. [2] |",
    ]
    assert table.marked
    assert (difference.citations, table.citations) == ((1,), (1, 2))
    assert [(c.n, c.entry.entry_id) for c in draft.citations] == [
        (1, "gptq"), (1, "gptq"), (2, "awq"), (1, "gptq"), (2, "awq")
    ]  # fmt: skip


def test_a_work_and_a_concept_are_not_set_beside_each_other(small):
    found = small.find("Compare GPTQ with AWQ")
    writer = ExtractiveWriter(small.store, small.table)
    ranked = writer.candidates(found.question, found.hits)

    def texts_with(kind):
        hits = [replace(h, entry=replace(h.entry, kind=kind)) if h.entry.entry_id == "awq" else h for h in found.hits]
        return texts(writer.write(found.question, read_wishes(found.question), hits, ranked, Length.NORMAL))

    assert any(text.startswith("|") for text in texts_with(Kind.PAPER))
    assert not any(text.startswith("|") for text in texts_with(Kind.CONCEPT))
    assert texts_with(Kind.CONCEPT)[0] == texts_with(Kind.PAPER)[0]


def test_the_sides_stand_in_the_order_in_which_they_are_named(write):
    assert "|  | AWQ | GPTQ |" in texts(write("Compare AWQ with GPTQ"))[1]


def test_a_short_comparison_is_the_difference_alone(write):
    assert texts(write("GPTQ 和 AWQ 有什么区别？", Length.SHORT)) == ["GPTQ 修正舍入误差，AWQ 先放大重要的通道再舍入。"]


def test_an_aspect_that_only_one_side_speaks_of_has_no_row(write):
    table = texts(write("GPTQ 和 AWQ 有什么区别？"))[1]

    assert [line.split(" | ")[0] for line in table.split("\n")[2:]] == ["| 是什么"]


@pytest.mark.parametrize(
    ("question", "chance", "leads"),
    [
        ("Compare GPTQ with AWQ", 0.75, True),
        ("Compare GPTQ with AWQ", 0.65, False),  # another span is much likelier to hold what is asked for
        ("How does GPTQ differ from rounding to nearest?", 0.95, False),  # what tells it from AWQ is not asked
    ],
)
def test_the_difference_goes_first_where_both_sides_are_named_and_it_is_hardly_less_likely(
    small, question, chance, leads
):
    found = small.find(question)
    writer = ExtractiveWriter(small.store, small.table)
    hits = small.find("Compare GPTQ with AWQ").hits
    ranked = writer.candidates(found.question, hits)
    contrast = next(c for c in ranked if c.span.asked and c.span.asked.other)
    other = next(c for c in ranked if c.hit.entry.entry_id == "gptq" and c.span.asked and not c.span.asked.other)
    spans = [replace(other, probability=1.0), replace(contrast, probability=chance)]
    wishes = replace(PLAIN, compares=True)

    draft = writer.write(found.question, wishes, hits, spans, Length.SHORT)

    assert (texts(draft)[0] == contrast.span.plain) is leads


def test_works_are_found_in_the_order_in_which_a_question_names_them(small):
    found = small.find("Compare AWQ with GPTQ")

    assert [hit.entry.entry_id for hit in named_hits(found.question, found.hits)] == ["awq", "gptq"]
    assert named_hits(found.question, found.hits[:0]) == []


def test_a_fact_is_one_sentence_about_the_named_work_from_its_record(facts):
    draft = facts("Which licence and sizes has GPTQ?", ("licence", "sizes"))

    assert texts(draft) == [
        "The licence of “GPTQ: Accurate Quantization” is MIT.",
        "Size of GPTQ: 7B, 13B.",
    ]
    assert [(c.n, c.quote, c.support) for c in draft.citations] == [
        (1, 'licence: "MIT"', 1.0),
        (1, "sizes: [7B, 13B]", 1.0),
    ]
    assert [sentence.starts_paragraph for sentence in draft.sentences] == [True, False]


def test_of_several_named_works_the_first_that_has_the_fact_states_it(facts):
    assert texts(facts("Which licence have AWQ and GPTQ?", ("licence",))) == [
        "The licence of “GPTQ: Accurate Quantization” is MIT."
    ]


@pytest.mark.parametrize(("question", "names"), [("Which licence has AWQ?", ("licence",)), ("What is GPTQ?", ())])
def test_no_fact_is_stated_that_the_corpus_lacks_or_nobody_asks_for(facts, question, names):
    assert facts(question, names).sentences == []


def span(text, kind=PassageKind.NOTE):
    return spans_of(Passage("p", "gptq", kind, "en", text, "corpus/notes/a.md", 1, 1 + text.count("\n"), 9))[-1]


def test_a_paragraph_of_another_entry_is_labelled_unless_it_starts_with_the_name(small):
    entry = next(entry for entry in small.store.entries() if entry.entry_id == "gptq")
    draft, chinese = Draft("en"), Draft("zh")

    draft.quote(span("Rounding loses accuracy."), entry, label=True)
    draft.quote(span("With GPTQ rounding is exact."), entry, label=True)
    chinese.quote(span("Rounding loses accuracy."), entry, label=True)

    assert texts(draft) == ["**GPTQ**: Rounding loses accuracy.", "With GPTQ rounding is exact."]
    assert texts(chinese) == ["**GPTQ**：Rounding loses accuracy."]


def test_numbered_steps_start_a_paragraph_of_their_own(small):
    entry = next(entry for entry in small.store.entries() if entry.entry_id == "gptq")
    draft = Draft("en")

    draft.quote(span("1. Collect the pairs.\n2. Train a model."), entry, label=True)

    (sentence,) = draft.sentences
    assert sentence.text == "**GPTQ**:\n\n1. Collect the pairs.\n2. Train a model."
    assert sentence.starts_paragraph


def test_what_is_not_a_span_is_supported_as_far_as_its_words_are(small):
    entry = next(entry for entry in small.store.entries() if entry.entry_id == "gptq")
    draft = Draft("en")

    draft.quote(span("GPTQ rounds weights."), entry, text="GPTQ rounds columns.")
    draft.quote(span("GPTQ keeps weights."), entry, text="GPTQ keeps 90 weights.")
    draft.quote(span("licence: MIT it is"), entry, text="The licence of AWQ is MIT.", value="MIT")

    # columns are not weights; 90 is no number of the quote; the value of a fact stands there
    assert [is_carried(citation.support) for citation in draft.citations] == [False, False, True]


@pytest.fixture(scope="module")
def candidates(small):
    found = small.find("How does GPTQ round the weights?")
    return found.question, ExtractiveWriter(small.store, small.table).candidates(found.question, found.hits)


@pytest.fixture(scope="module")
def quoted(small, candidates):
    """Writes spans as if they held what is asked for with the given probabilities; returns how many it wrote."""
    question, ranked = candidates
    writer = ExtractiveWriter(small.store, small.table, ExtractiveConfig(same=2.0, new=0.0))

    def quoted(*probabilities, wishes=PLAIN):
        of_first = [c for c in ranked if not opens_with_a_verdict(c.span.plain) and c.hit.row == ranked[0].hit.row]
        assert len(of_first) > len(probabilities)
        given = zip(of_first, (*probabilities, *[0.0] * len(of_first)), strict=False)
        spans = [replace(candidate, probability=probability) for candidate, probability in given]
        return len(writer.write(question, wishes, (), spans, Length.NORMAL).sentences)

    return quoted


@pytest.mark.parametrize(
    ("probabilities", "number"),
    [
        ((0.96, 0.96, 0.96), 1),  # the first one holds what is asked for almost surely
        ((0.50, 0.17, 0.15), 2),  # 0.5 * 0.17 is worth it, 0.5 * 0.83 * 0.15 is not
        ((0.50, 0.17, 0.20), 3),  # 0.5 * 0.83 * 0.20 is
        ((0.07, 0.07, 0.07), 1),
    ],
)
def test_a_further_span_must_be_likely_to_hold_what_those_before_do_not(quoted, probabilities, number):
    assert quoted(*probabilities) == number


def test_what_is_less_likely_stands_apart_from_the_answer_below_the_question_that_it_answers(small, candidates):
    question, ranked = candidates
    asked = [c for c in ranked if c.span.asked and not opens_with_a_verdict(c.span.plain)][:3]
    spans = [replace(c, probability=chance) for c, chance in zip(asked, (0.5, 0.4, 0.3), strict=True)]
    writer = ExtractiveWriter(small.store, small.table, ExtractiveConfig(same=2.0, new=0.0))

    first, second, third = texts(writer.write(question, PLAIN, (), spans, Length.NORMAL))

    assert [first, second] == [spans[0].span.plain, spans[1].span.plain]  # 0.5 * 0.4 = 0.20, 0.5 * 0.6 * 0.3 = 0.09
    assert third == f"Related:\n\n- **{spans[2].span.asked.question}** {spans[2].span.plain}"


def test_a_definition_goes_on_with_how_the_thing_works(write):
    first, second, *_ = texts(write("What is GPTQ?"))

    assert first == "GPTQ is a method that rounds weights to few bits. It is exact."
    assert second == "GPTQ works layer by layer and corrects each column by the error of the columns before."


def test_a_sure_definition_is_filled_up_and_a_sure_figure_is_not(quoted):
    assert quoted(0.98) == 1
    assert quoted(0.98, wishes=replace(PLAIN, defines=True)) > 1


def test_a_verdict_has_its_question_before_it_unless_that_is_the_one_asked(small, candidates):
    question, ranked = candidates
    asked = next(candidate for candidate in ranked if candidate.span.asked)
    said = "Not fully. The columns are rounded one by one."
    other = replace(asked.span.asked, question="Is GPTQ exact?")
    writer = ExtractiveWriter(small.store, small.table)

    def first(answered):
        span = replace(asked.span, text=said, plain=said, asked=answered)
        return writer.write(question, PLAIN, (), [replace(asked, span=span)], Length.SHORT)

    draft = first(other)
    assert texts(draft) == [f"**Is GPTQ exact?** {said}"]
    assert plain_markdown(texts(draft)[0]) == f"Is GPTQ exact? {said}"  # no mark that the renderers do not know
    assert [(citation.quote, citation.support) for citation in draft.citations] == [(said, 1.0)]
    assert texts(first(replace(other, question=question.text))) == [said]


@pytest.mark.parametrize(
    ("text", "opens"),
    [
        ("Because the set-ups differ.", True),
        ("Only in part. The hypothesis fits style.", True),
        ("Large enough to judge what the policy writes.", True),
        ("在一定程度上可以。ROME 改动几个前馈矩阵。", True),
        ("因为它很快就过拟合。", True),
        ("Large enough models can correct their own bias.", False),
        ("Large models hold more weights than they need.", False),
        ("Only keys and values are cached.", False),
    ],
)
def test_an_answer_without_its_question_in_it_is_told(text, opens):
    assert opens_with_a_verdict(text) is opens


@pytest.mark.parametrize(
    ("label", "probability", "more"), [("fact", 0.6, True), ("fact", 0.4, False), ("why", 0.1, True)]
)
def test_prose_comes_before_the_record_where_it_is_sure_or_the_question_is_of_another_kind(
    candidates, label, probability, more
):
    question, ranked = candidates
    asked = replace(question, intent=replace(question.intent, label=label))

    assert says_more(asked, [replace(ranked[0], probability=probability)]) is more
    assert not says_more(asked, ())


def test_what_an_earlier_answer_quoted_supports_no_later_one(candidates):
    _, ranked = candidates
    first, second = ranked[0].span.plain, next(c.span.plain for c in ranked if c.span.plain != ranked[0].span.plain)
    earlier = (Turn("What is GPTQ?", f"- {first} [1]"), Turn("And?", f"{second} [1]"))

    fresh = [candidate.span.plain for candidate in not_said_before(ranked, earlier)]

    assert fresh[0] == first  # it may be what is asked for now
    assert second not in fresh
    assert len(fresh) > 1
    assert not_said_before(ranked, ()) == list(ranked)
