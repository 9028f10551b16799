import json

import pytest

from app.assistant import Assistant
from app.cli.batch import BatchItem, answer_batch, read_item
from app.errors import QuestionError
from app.types import Status
from index.build import build_index
from index.encoders.static import shipped_table
from index.search import Searcher
from index.types import Turn
from ingest.types import Entry, Kind, Library, Listing, Passage, PassageKind

LORA = Entry(
    "lora", "LoRA", "", Kind.PAPER, None, "", (), (), None,
    (Listing("list", (), "corpus/lists/list.md", 1, "LoRA"),), (), (),
)  # fmt: skip
NOTE = Passage(
    "1", "lora", PassageKind.NOTE, "zh", "LoRA 冻结预训练权重，推理时没有额外延迟。", "corpus/lists/list.md", 1, 1, 9
)

MALFORMED = {
    "cut short": '{"id": "b", "q": "什么是',
    "no object": '["b", "什么是 LoRA？"]',
    "no question": '{"id": "b"}',
    "question is no text": '{"id": "b", "q": 7}',
    "no id": '{"q": "什么是 LoRA？"}',
    "id is no name": '{"id": ["b"], "q": "什么是 LoRA？"}',
    "empty question": '{"id": "b", "q": "  "}',
    "long question": json.dumps({"id": "b", "q": "长" * 2001}),
    "history is no list": '{"id": "b", "q": "它呢？", "history": "什么是 LoRA？"}',
    "history has half a turn": '{"id": "b", "q": "它呢？", "history": [["什么是 LoRA？"]]}',
    "history has a number": '{"id": "b", "q": "它呢？", "history": [["什么是 LoRA？", 1]]}',
    "nested without end": "[" * 100_000,
    "a number of 5000 digits": f'{{"id": "b", "q": "什么是 LoRA？", "n": {"1" * 5000}}}',
}


@pytest.fixture(scope="module")
def assistant(tmp_path_factory):
    folder = tmp_path_factory.mktemp("batch")
    encoder = shipped_table()
    build_index(Library((LORA,), (NOTE,), (), ()), encoder, folder, corpus="c")
    searcher = Searcher.open(folder, encoder)
    yield Assistant(searcher)
    searcher.store.close()


def test_a_line_is_read_with_its_history():
    line = '{"id": "a", "q": "它呢？", "history": [["什么是 LoRA？", "一种方法。"], ["好", "嗯"]]}'

    assert read_item(line) == BatchItem("a", "它呢？", (Turn("什么是 LoRA？", "一种方法。"), Turn("好", "嗯")))


def test_other_keys_are_ignored_and_a_number_serves_as_id():
    assert read_item('{"id": 7, "q": "什么是 LoRA？", "gold": []}') == BatchItem("7", "什么是 LoRA？", ())


@pytest.mark.parametrize("history", ["null", "[]"])
def test_no_history_may_be_said_in_words(history):
    assert read_item(f'{{"id": "a", "q": "好", "history": {history}}}') == BatchItem("a", "好", ())


@pytest.mark.parametrize("line", MALFORMED.values(), ids=MALFORMED.keys())
def test_a_malformed_line_is_reported_with_its_number_and_the_others_are_answered(assistant, line):
    good = '{"id": "%s", "q": "什么是 LoRA？"}'

    results = list(answer_batch(assistant, [good % "a", line, good % "c"]))

    assert [number for number, _, _ in results] == [1, 2, 3]
    assert [results[0][1].id, results[2][1].id] == ["a", "c"]
    assert isinstance(results[1][2], QuestionError)
    assert [results[n][2].status for n in (0, 2)] == [Status.ANSWERED, Status.ANSWERED]


def test_half_of_a_character_costs_only_its_own_line(assistant):
    results = list(answer_batch(assistant, ['{"id": "a", "q": "LoRA \\ud800"}', '{"id": "b", "q": "什么是 LoRA？"}']))

    assert results[1][2].status is Status.ANSWERED


def test_empty_lines_are_passed_over_and_counted(assistant):
    lines = ["", '{"id": "a", "q": "什么是 LoRA？"}', "   ", '{"id": "b", "q": "什么是 LoRA？"}', ""]

    assert [(number, item.id) for number, item, _ in answer_batch(assistant, lines)] == [(2, "a"), (4, "b")]


def test_answers_come_while_the_file_is_being_read(assistant):
    def lines():
        yield '{"id": "a", "q": "什么是 LoRA？"}'
        raise AssertionError("the second line was read before the first was answered")

    number, item, answer = next(answer_batch(assistant, lines()))

    assert (number, item.id, answer.status) == (1, "a", Status.ANSWERED)


def test_history_resolves_what_a_question_points_back_to(assistant):
    line = '{"id": "a", "q": "它推理时有延迟吗？", "history": [["什么是 LoRA？", "一种方法。"]]}'

    ((_, _, answer),) = answer_batch(assistant, [line])

    assert answer.status is not Status.DECLINED
    assert answer.question == "它推理时有延迟吗？"
    assert {citation.entry.entry_id for citation in answer.citations} == {"lora"}
