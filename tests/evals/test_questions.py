import json

import pytest

from evals.errors import EvaluationError
from evals.questions import Gold, check_gold, qrels_of, read_judgements, read_questions
from index.storage.store import Store, write_store
from index.types import Turn
from ingest.types import Entry, Kind, Library, Listing, Passage, PassageKind

ROW = {
    "id": "zh-1", "q": "什么是 LoRA？", "language": "zh", "kind": "definition", "topic": "peft", "split": "dev",
    "gold": [{"entry": "lora", "grade": 2, "quote": "LoRA 冻结预训练权重"}],
}  # fmt: skip
OFF_TOPIC = ROW | {"id": "zh-2", "q": "今天吃什么？", "kind": "out-of-scope", "gold": []}


def without(key):
    return {name: value for name, value in ROW.items() if name != key}


def gold(**changes):
    return ROW | {"id": "zh-9", "gold": [ROW["gold"][0] | changes]}


@pytest.fixture
def write(tmp_path):
    file = tmp_path / "questions.jsonl"

    def write(*rows):
        lines = [row if isinstance(row, str) else json.dumps(row, ensure_ascii=False) for row in rows]
        file.write_text("\n".join(lines) + "\n", encoding="utf-8")
        return file

    return write


@pytest.fixture
def store(tmp_path):
    listing = Listing("list", (), "corpus/lists/list.md", 1, "LoRA")
    texts = ["LoRA 冻结预训练权重，只训练低秩矩阵。", "Inference has no added latency."]
    entry = Entry("lora", "LoRA", "", Kind.PAPER, None, "", (), (), None, (listing,), (), ())
    passages = tuple(
        Passage(f"p{n}", "lora", PassageKind.NOTE, "zh", text, "corpus/lists/list.md", n, n, 9)
        for n, text in enumerate(texts)
    )
    write_store(tmp_path / "store.sqlite", Library((entry,), passages, (), ()))
    store = Store(tmp_path / "store.sqlite")
    yield store
    store.close()


def fault(read, *arguments):
    with pytest.raises(EvaluationError) as caught:
        read(*arguments)
    return str(caught.value)


def test_questions_are_read_in_order_with_their_lines(write):
    followed = ROW | {
        "id": "zh-3",
        "kind": "follow-up",
        "history": [["什么是 LoRA？", "一种方法。"]],
        "facts": ["低秩|low.rank"],
    }

    first, second, third = read_questions(write(ROW, "", OFF_TOPIC, followed))

    assert (first.id, first.text, first.line, first.answerable) == ("zh-1", "什么是 LoRA？", 1, True)
    assert first.gold == (Gold("lora", 2, "LoRA 冻结预训练权重"),)
    assert (second.id, second.line, second.answerable) == ("zh-2", 3, False)
    assert (third.history, third.facts) == ((Turn("什么是 LoRA？", "一种方法。"),), ("低秩|low.rank",))


def test_an_id_used_twice_is_named_by_file_and_line(write):
    file = write(ROW, OFF_TOPIC, ROW)

    assert fault(read_questions, file) == f"{file}:3: id 'zh-1' is used twice"


def test_an_answerable_question_without_gold_is_named_by_file_and_line(write):
    file = write(OFF_TOPIC, ROW | {"gold": []})

    assert fault(read_questions, file).startswith(f"{file}:2: 'zh-1' has no gold")


def test_an_unanswerable_question_with_gold_is_named_by_file_and_line(write):
    file = write(ROW | {"kind": "near-miss"})

    assert fault(read_questions, file) == f"{file}:1: 'zh-1' must have no gold"


@pytest.mark.parametrize(
    "row",
    [
        "{oops",
        "[]",
        "7",
        without("id"),
        without("q"),
        without("gold"),
        ROW | {"kind": "riddle"},
        ROW | {"language": "fr"},
        ROW | {"split": "train"},
        ROW | {"facts": ["(half"]},
        ROW | {"history": [["only a question"]]},
        ROW | {"gold": ["lora"]},
        ROW | {"gold": None},
        gold(quote="  "),
        gold(quote=7),
        gold(grade=3),
        gold(grade=0),
        gold(grade="good"),
    ],
    ids=lambda row: row if isinstance(row, str) else json.dumps(row, ensure_ascii=False)[-40:],
)
def test_a_malformed_question_is_named_by_file_and_line(write, row):
    file = write(OFF_TOPIC, row)

    assert fault(read_questions, file).startswith(f"{file}:2: not a question")


def test_a_missing_question_file_is_named(tmp_path):
    assert fault(read_questions, tmp_path / "none.jsonl").startswith(f"cannot read {tmp_path / 'none.jsonl'}")


def test_gold_that_stands_in_the_corpus_passes(write, store):
    quoted_from_the_second_passage = gold(quote="no added latency")

    check_gold(read_questions(write(ROW, OFF_TOPIC, quoted_from_the_second_passage)), store)


def test_an_unknown_gold_entry_is_named_by_file_and_line(write, store):
    file = write(ROW, OFF_TOPIC, gold(entry="qlora"))

    assert fault(check_gold, read_questions(file), store, file) == f"{file}:3: unknown entry 'qlora'"


@pytest.mark.parametrize("quote", ["LoRA 解冻预训练权重", "lora 冻结", "低秩矩阵。\nInference"])
def test_a_vanished_quote_is_named_by_file_and_line(write, store, quote):
    file = write(ROW, gold(quote=quote))

    message = fault(check_gold, read_questions(file), store, file)

    assert message.startswith(f"{file}:2: lora no longer says “{quote[:5]}")


def test_grades_are_those_of_the_answerable_questions(write):
    two = ROW | {"id": "zh-3", "gold": [*ROW["gold"], {"entry": "qlora", "grade": 1, "quote": "QLoRA"}]}

    assert qrels_of(read_questions(write(ROW, OFF_TOPIC, two))) == {
        "zh-1": {"lora": 2},
        "zh-3": {"lora": 2, "qlora": 1},
    }


def test_judgements_are_read_by_question(tmp_path):
    file = tmp_path / "judged.qrels"
    file.write_text("zh-1 0 qlora 0\nzh-1 0 lora 2\n\nzh-2 0 lora 1\n", encoding="utf-8")

    assert read_judgements(file) == {"zh-1": {"qlora": 0, "lora": 2}, "zh-2": {"lora": 1}}


@pytest.mark.parametrize(
    "line", ["zh-1 qlora 0", "zh-1 0 qlora 3", "zh-1 0 qlora", "zh-1 0 q lora 1", "zh-1 0 qlora -1"]
)
def test_a_malformed_judgement_is_named_by_file_and_line(tmp_path, line):
    file = tmp_path / "judged.qrels"
    file.write_text(f"zh-1 0 lora 2\n{line}\n", encoding="utf-8")

    assert fault(read_judgements, file).startswith(f"{file}:2: needs question, 0, entry and a grade")
