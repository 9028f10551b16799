import numpy as np
import pytest

from index.encoders.static import StaticEncoder
from index.retrieval.readings import Readings
from index.text.spans import compared_texts
from ingest.types import Passage, PassageKind

NOTE = Passage("n#1", "n", PassageKind.NOTE, "en", "LoRA trains few weights. 它冻结了原来的权重。", "n.md", 3, 3, 9)
ANSWER = Passage(
    "n#2",
    "n",
    PassageKind.ANSWER,
    "en",
    "**What is LoRA?** <!-- what | lora in a nutshell -->\nA way to *train* few weights.",
    "n.md",
    5,
    6,
    9,
)
ROW = Passage(
    "l#1", "l", PassageKind.LISTING, "en", "| LoRA | 2021 |", "l.md", 7, 7, 4, cells=("Name: LoRA", "Year: 2021")
)
PASSAGES = [NOTE, ANSWER, ROW, NOTE]


@pytest.fixture(scope="module")
def table():
    return StaticEncoder.load()


class NeverReads:
    def tokenize(self, texts):
        assert not texts, "everything was known"
        return []


def arrays(readings, folder):
    readings.save(folder)
    return {file.name: file.read_bytes() for file in folder.iterdir()}


def test_what_questions_are_compared_with_is_spans_their_questions_and_the_whole():
    assert compared_texts(ANSWER) == [
        "A way to train few weights.",
        "What is LoRA",
        "lora in a nutshell",
        "What is LoRA? A way to *train* few weights.",
    ]


def test_every_text_of_the_passages_is_known_as_the_table_reads_it(table, tmp_path):
    Readings.build(table, PASSAGES).save(tmp_path / "readings")
    readings = Readings.load(tmp_path / "readings")
    texts = [text for passage in PASSAGES for text in compared_texts(passage)]

    assert readings.size == len(PASSAGES)
    for known, tokens in zip(readings.tokens(texts), table.tokenize(texts), strict=True):
        assert np.array_equal(known, tokens)
        assert known.dtype == tokens.dtype


@pytest.mark.parametrize("passages", [PASSAGES, []])
def test_a_text_of_no_passage_is_not_known(table, passages):
    assert Readings.build(table, passages).tokens(["nobody wrote this", ""]) == [None, None]


def test_a_table_reads_itself_only_what_is_not_known(table):
    known = compared_texts(NOTE)[0]
    knowing = table.knowing(lambda texts: [np.asarray([1, 2, 3]) if text == known else None for text in texts])

    new, old, newer = knowing.tokenize(["few weights", known, "权重"])

    assert old.tolist() == [1, 2, 3]
    for tokens, text in ((new, "few weights"), (newer, "权重")):
        assert np.array_equal(tokens, table.tokenize([text])[0])
    assert table.tokenize([known])[0].tolist() != [1, 2, 3]


def test_what_is_taken_from_an_earlier_index_is_not_read_again_and_gives_the_same_bytes(table, tmp_path):
    earlier = Readings.build(table, [ROW, NOTE, ANSWER])

    again = Readings.build(NeverReads(), PASSAGES, earlier)

    assert arrays(again, tmp_path / "again") == arrays(Readings.build(table, PASSAGES), tmp_path / "anew")


def test_a_passage_of_another_kind_has_spans_of_its_own(table):
    listing = Passage("n#1", "n", PassageKind.LISTING, "en", NOTE.text, "n.md", 3, 3, 9)
    readings = Readings.build(table, [listing], Readings.build(table, [NOTE]))

    assert all(known is not None for known in readings.tokens(compared_texts(listing)))
