import json

import numpy as np
import pytest
from safetensors import safe_open

from index.errors import TrainingError
from index.query.intent import BUCKETS, LABELS, IntentModel, buckets, shipped_intents, words_of
from index.query.tokens import folded, tidy
from index.training.intents.train import EXAMPLES, Wording, fit_intents, read_wordings


def wording(text, intent="definition", *, leans=False, language="en", family="f"):
    return Wording(text, intent, leans, language, family)


NAMES = "lora bert pruning mamba attention rlhf moe gqa".split()
TEMPLATES = {
    "definition": "what is {}?",
    "mechanism": "how does {} work",
    "reason": "why does {} help?",
    "result": "results of {} please",
    "fact": "and who wrote it, {}?",  # leans
    "comparison": "{} or bert, the difference",
    "list": "papers on {}",
    "how-to": "steps to train {}",
    "advice": "should i use {}",
    "yesno": "can {} be fast?",
    "smalltalk": "hello {}",
    "about": "are you {}",
    "outfield": "weather in {}",
}
TOY = [
    wording(template.format(name), label, leans=label == "fact")
    for label, template in TEMPLATES.items()
    for name in NAMES
]


@pytest.fixture(scope="module")
def toy():
    return fit_intents(TOY)


def load(file):
    with safe_open(str(file), framework="numpy") as tensors:
        values = {name: tensors.get_tensor(name) for name in ("weights", "scales", "bias")}
        return IntentModel(**values, common=frozenset(tensors.metadata()["common"].split(" ")))


def test_a_model_learns_its_wordings_and_others_like_them(toy):
    read = [(toy.read(w.text).label, toy.read(w.text).leans > 0.5) for w in TOY]

    assert read == [(w.intent, w.leans) for w in TOY]
    assert toy.read("what is quantisation?").label == "definition"
    assert toy.read("papers on quantisation").label == "list"


def test_the_same_wordings_give_the_same_model(toy):
    again = fit_intents(TOY)

    assert np.array_equal(again.weights, toy.weights)
    assert np.array_equal(again.bias, toy.bias)
    # words of at least eight wordings; each name stands in 13, bert in eight more
    assert again.common == toy.common == {word for w in TOY for word in words_of(w.text) if word.isalpha()}


def test_weights_are_kept_in_8_bits(toy):
    # one column a label, one for leaning; the largest weight of a column is 127 steps
    assert (toy.weights.dtype, toy.weights.shape) == (np.int8, (BUCKETS, len(LABELS) + 1))
    assert set(np.abs(toy.weights.astype(int)).max(axis=0)) <= {0, 127}


def test_a_saved_model_reads_as_before(toy, tmp_path):
    toy.save(tmp_path / "toy.safetensors")
    loaded = load(tmp_path / "toy.safetensors")

    for w in TOY:
        assert loaded.read(w.text) == toy.read(w.text)


@pytest.mark.parametrize("text", ["what is lora?", "", "？", "a" * 2000, "论文、" * 600, "\x00", "🙂"])
def test_the_probabilities_of_the_labels_sum_to_one(text):
    intent = shipped_intents().read(text)

    assert sum(intent.probabilities.values()) == pytest.approx(1.0)
    assert list(intent.probabilities) == LABELS
    assert intent.probabilities[intent.label] == max(intent.probabilities.values())
    assert 0.0 <= intent.leans <= 1.0


def test_questions_read_together_are_read_as_each_alone():
    texts = ["what is lora?", "", "哪些论文讲量化？", "why does lora work, and how much does it cost?"]

    together = shipped_intents().probabilities(texts)

    alone = [list(shipped_intents().read(text).probabilities.values()) for text in texts]
    assert together == pytest.approx(np.asarray(alone), abs=1e-6)


def test_names_decide_nothing():
    # "zyzzyva" and "qwerty" are names, since no question has them in common
    first, second = (buckets(f"what is {name}?", frozenset({"what", "is"})) for name in ("zyzzyva", "qwertyx"))

    assert len(set(first) & set(second)) >= 0.4 * len(first)
    assert len(set(first)) == len(first)
    assert 0 <= first.min() <= first.max() < BUCKETS


def test_of_a_long_question_the_beginning_and_the_end_are_read():
    words = [f"w{number}" for number in range(200)]

    assert words_of(" ".join(words)) == [*words[:40], *words[-40:]]


@pytest.mark.parametrize(
    ("question", "label"),
    [
        ("什么是 LoRA？", "definition"),
        ("What is RLHF?", "definition"),
        ("LoRA 是怎么省显存的？", "mechanism"),
        ("Why does layer normalisation help?", "reason"),
        ("LoRA 的作者是谁", "fact"),
        ("What is the difference between LoRA and QLoRA?", "comparison"),
        ("有哪些讲对齐的论文", "list"),
        ("papers on alignment since 2022", "list"),
        ("你好", "smalltalk"),
        ("你是谁", "about"),
    ],
)
def test_the_shipped_model_knows_plain_questions(question, label):
    assert shipped_intents().read(folded(tidy(question))).label == label


def test_the_shipped_model_reads_most_held_out_wordings_rightly(repository):
    rows = read_wordings(repository / "evals" / "data" / "intents.jsonl")
    read = [shipped_intents().read(folded(tidy(row.text))) for row in rows]

    assert sum(i.label == row.intent for i, row in zip(read, rows, strict=True)) / len(rows) >= 0.84
    leaning = [i.leans >= 0.35 for i, row in zip(read, rows, strict=True) if row.leans]
    alone = [i.leans >= 0.35 for i, row in zip(read, rows, strict=True) if not row.leans]
    assert sum(leaning) / len(leaning) >= 0.8
    assert sum(alone) / len(alone) <= 0.02


def test_no_family_and_no_wording_is_both_learned_from_and_held_out(repository):
    learned, held_out = read_wordings(EXAMPLES), read_wordings(repository / "evals" / "data" / "intents.jsonl")

    assert not {row.family for row in learned} & {row.family for row in held_out}
    texts = {folded(tidy(row.text)) for row in learned}
    assert not texts & {folded(tidy(row.text)) for row in held_out}
    assert {row.intent for row in learned} == {row.intent for row in held_out} == set(LABELS)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("{oops", r"examples.jsonl:2: not a wording"),
        ("[]", r"examples.jsonl:2: not a wording"),
        ('{"text": "?"}', r"examples.jsonl:2: not a wording"),
        (
            '{"text": "?", "intent": "riddle", "leans": false, "language": "en", "family": "f"}',
            r"examples.jsonl:2: unknown intent 'riddle'; use one of definition, mechanism",
        ),
    ],
)
def test_a_malformed_wording_is_named_by_file_and_line(tmp_path, line, message):
    good = {"text": "?", "intent": "list", "leans": False, "language": "en", "family": "f"}
    (tmp_path / "examples.jsonl").write_text(f"{json.dumps(good)}\n{line}\n", encoding="utf-8")

    with pytest.raises(TrainingError, match=message):
        read_wordings(tmp_path / "examples.jsonl")
