import gc
from weakref import ref

import numpy as np
import pytest

from app.support.alignment import Ground, align, coverage
from app.support.features import FEATURES, compare
from app.support.lexicon import lexicon_of, shipped_lexicon
from app.support.reading import Reader, remembered
from app.support.roles import roles_of
from index.encoders.static import shipped_table


@pytest.fixture(scope="module")
def reader():
    return Reader(shipped_table(), {"chainofthought": frozenset({"思维链"}), "思维链": frozenset({"chainofthought"})})


@pytest.fixture(scope="module")
def features(reader):
    def features(sentence, text):
        said, ground = reader.read(sentence), Ground.of(reader.read(text))
        match = coverage(said, [ground])[0]
        return dict(zip(FEATURES, compare(said, ground, match, reader.terms).features.tolist(), strict=True))

    return features


def test_what_belongs_together_is_told_from_the_same_words_elsewhere(features):
    text = "The teacher writes a reasoning chain for each question, and the student is fine-tuned on these chains."
    kept = features("The teacher writes a reasoning chain, and the student is fine-tuned.", text)
    turned = features("The student writes a reasoning chain, and the teacher is fine-tuned.", text)

    assert kept["covered"] == pytest.approx(turned["covered"], abs=0.02)  # word by word both say the same
    assert turned["torn"] > kept["torn"]
    assert turned["shape"] < kept["shape"]


@pytest.mark.parametrize(
    ("sentence", "roles"),
    [
        ("LoRA outperforms Adapter on GLUE.", [("quality", "+", "lora", "adapter")]),
        ("QLoRA 比 LoRA 慢。", [("speed", "-", "qlora", "lora")]),
        ("Compared with BERT, RoBERTa is larger.", [("amount", "+", "roberta", "bert")]),
        ("BERT 被 RoBERTa 超过。", [("quality", "+", "roberta", "bert")]),
        ("Nothing is compared here.", []),
    ],
)
def test_the_sides_of_a_comparison(reader, sentence, roles):
    assert roles_of(reader.read(sentence)) == roles


def test_a_comparison_turned_round_is_told(features):
    text = "Gopher has 280 billion parameters. Chinchilla beats Gopher by 7 points on MMLU."

    assert features("Chinchilla outperforms Gopher.", text)["role_turned"] == 0
    assert features("Gopher outperforms Chinchilla.", text)["role_turned"] == 1


def test_a_number_word_is_not_the_digit_of_a_name(features):
    assert features("沿三条分支往下看。", "GPT-3 有两条分支。")["words_missing"] == 1


@pytest.mark.parametrize(
    ("text", "missing"), [("Llama 3 is a family of models by Google.", 0), ("Llama 3 is by Meta.", 1)]
)
def test_a_firm_is_the_same_in_either_script(features, text, missing):
    assert features("Llama 3 是谷歌的模型家族。", text)["names_missing"] == missing


def test_a_translation_counts_as_the_same_piece(reader):
    table = reader.table
    one, other = table.tokenize(["shorter", "缩短"])
    lexicon = lexicon_of(np.asarray([[one[0], other[0]]], np.int32), np.asarray([255], np.uint8))
    said, ground = reader.read("shorter"), Ground.of(reader.read("缩短"))

    assert coverage(said, [ground], lexicon)[0][0, 0] == pytest.approx(0.9)
    assert coverage(said, [ground], {})[0][0, 0] < 0.9


def test_the_shipped_table_of_translations_is_small_and_right(reader):
    english, chinese = (int(ids[0]) for ids in reader.table.tokenize(["calibration", "校准"]))

    assert chinese in {other for other, _ in shipped_lexicon()[english]}
    assert sum(map(len, shipped_lexicon().values())) < 30_000


def test_terms_match_their_other_names(reader):
    said, ground = reader.read("思维链"), Ground.of(reader.read("It is called chain of thought."))
    laid = align(said, ground, coverage(said, [ground], {})[0], reader.terms)

    assert laid.best.min() >= 0.9


def test_what_belongs_to_a_reading_is_computed_once_and_forgotten_with_it(reader):
    calls = []

    @remembered
    def count(reading):
        calls.append(reading.text)
        return len(reading.ids)

    one, other = reader.read("LoRA freezes the weights."), reader.read("LoRA freezes the weights.")

    assert count(one) == count(one) == count(other)
    assert len(calls) == 2  # once for each reading, however alike they are
    kept = ref(one)
    del one
    gc.collect()
    assert kept() is None


def test_a_clause_is_a_reading_of_its_own(reader):
    said = reader.read("LoRA freezes the weights of the model, and it trains two small matrices.")

    part, pieces = said.part(1, said.names[0])

    assert [said.text[said.starts[piece] : said.ends[piece]] for piece in pieces[:1]] == ["LoRA"[: said.ends[0]]]
    assert len(part.ids) == len(part.vectors) == len(part.starts) == len(pieces)
    assert part.names == (said.names[0],)
