import pytest

from evals.beir import SYSTEMS, evaluate_dataset, read_dataset
from evals.errors import EvaluationError

CORPUS = """\
{"_id": "d1", "title": "LoRA", "text": "It trains a pair of low-rank matrices and freezes the weights."}
{"_id": "d2", "title": "", "text": "FlashAttention computes exact attention in tiles."}
{"_id": 3, "text": "奖励模型由人类的比较训练而成。"}
"""
QUERIES = """\
{"_id": "q1", "text": "low-rank matrices"}
{"_id": "q2", "text": "exact attention in tiles"}
{"_id": "q3", "text": "nobody judged this"}
"""
QRELS = "query-id\tcorpus-id\tscore\nq1\td1\t2\nq1\t3\t0\nq2\td2\t1\n"


@pytest.fixture
def write(tmp_path):
    def write(corpus=CORPUS, queries=QUERIES, qrels=QRELS, qrels_name="qrels.tsv"):
        for name, text in (("corpus.jsonl", corpus), ("queries.jsonl", queries), (qrels_name, qrels)):
            if text is not None:
                (tmp_path / name).parent.mkdir(exist_ok=True)
                (tmp_path / name).write_text(text, encoding="utf-8")
        return tmp_path

    return write


def fault(folder):
    with pytest.raises(EvaluationError) as caught:
        read_dataset(folder)
    return str(caught.value).removeprefix(f"{folder}/")


def test_a_set_is_read_whole(write):
    folder = write()

    dataset = read_dataset(folder)

    assert dataset.name == folder.name
    assert [(entry.entry_id, entry.title) for entry in dataset.library.entries] == [
        ("d1", "LoRA"),
        ("d2", ""),
        ("3", ""),
    ]
    assert [passage.text[:4] for passage in dataset.library.passages] == ["It t", "Flas", "奖励模型"]
    assert [passage.language for passage in dataset.library.passages] == ["en", "en", "zh"]
    assert [passage.start_line for passage in dataset.library.passages] == [1, 2, 3]
    assert dataset.queries["q2"] == "exact attention in tiles"
    assert dataset.qrels == {"q1": {"d1": 2, "3": 0}, "q2": {"d2": 1}}


@pytest.mark.parametrize(
    ("qrels", "name"),
    [
        ("q1\td1\t2\nq1\t3\t0\nq2\td2\t1\n", "qrels.tsv"),  # no header
        ("q1\t0\td1\t2\nq1\t0\t3\t0\nq2\t0\td2\t1\n", "qrels.tsv"),  # TREC's four columns
        (QRELS, "qrels/test.tsv"),  # where BEIR's own archives have it
    ],
)
def test_the_usual_shapes_of_judgements_are_read(write, qrels, name):
    assert read_dataset(write(qrels=qrels, qrels_name=name)).qrels == {"q1": {"d1": 2, "3": 0}, "q2": {"d2": 1}}


@pytest.mark.parametrize("name", ["corpus", "queries", "qrels"])
def test_a_missing_file_is_named(write, name):
    assert fault(write(**{name: None})).startswith(f"{name}.{'tsv' if name == 'qrels' else 'jsonl'} is missing")


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("{oops", "not a JSON object"),
        ("", "not a JSON object"),
        ("7", "not a JSON object"),
        ("null", "not a JSON object"),
        ('{"_id": "d4"}', "needs the keys _id, text"),
        ('{"text": "words"}', "needs the keys _id, text"),
        ("[]", ""),
        ('["_id", "text"]', ""),
        ('"_id and text"', ""),
    ],
)
@pytest.mark.parametrize("name", ["corpus", "queries"])
def test_a_malformed_line_is_named_by_file_and_number(write, name, line, said):
    good = {"corpus": CORPUS, "queries": QUERIES}[name]

    message = fault(write(**{name: f"{good}{line}\n{good}"}))

    assert message.startswith(f"{name}.jsonl:4: ")
    assert said in message


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("q1 d1 1", "needs query, document and a whole-number grade"),
        ("q1\td1", "needs query, document and a whole-number grade"),
        ("q1\td1\tgood", "needs query, document and a whole-number grade"),
        ("q1\td1\t0.5", "needs query, document and a whole-number grade"),
        ("q1\td1\t--1", "needs query, document and a whole-number grade"),
        ("q1\td1\t", "needs query, document and a whole-number grade"),
        ("q9\td1\t1", "unknown query q9"),
        ("q1\td9\t1", "unknown document d9"),
    ],
)
def test_a_malformed_judgement_is_named_by_file_and_number(write, line, said):
    message = fault(write(qrels=f"{QRELS}{line}\nq2\td1\t0\n"))

    assert message.startswith("qrels.tsv:5: ")
    assert said in message


def test_a_document_given_twice_is_named_by_file_and_number(write):
    message = fault(write(corpus=CORPUS + '{"_id": "d1", "text": "again"}\n'))

    assert message.startswith("corpus.jsonl:4: ")
    assert "d1" in message


def test_every_system_is_scored_on_the_judged_queries(write):
    steps = []

    result = evaluate_dataset(read_dataset(write()), progress=lambda *step: steps.append(step))

    assert set(result["systems"]) == set(SYSTEMS) == {"lexical", "dense", "dense+late", "hybrid"}
    for scores in result["systems"].values():
        # both judged queries find their only relevant document first
        assert scores == {"nDCG@10": 1.0, "R@10": 1.0, "Success@5": 1.0, "RR@10": 1.0}
    assert steps == [(name, done, 2) for name in SYSTEMS for done in (1, 2)]


def test_vectors_read_chinese_questions_where_words_cannot(write):
    queries = '{"_id": "q1", "text": "怎样训练一对低秩矩阵，冻结权重？"}\n'

    systems = evaluate_dataset(read_dataset(write(queries=queries, qrels="q1\td1\t1\n")))["systems"]

    # by words the Chinese document comes first: it shares 训 and 练 with the question, d1 shares nothing
    assert systems["lexical"]["RR@10"] == 0.5
    assert systems["dense"]["RR@10"] == systems["dense+late"]["RR@10"] == 1.0
