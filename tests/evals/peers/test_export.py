import json

from evals.peers.export import asked_questions, write_export
from ingest.library import read_library


def test_only_test_questions_that_can_be_answered_and_stand_alone_are_asked():
    asked = asked_questions()

    assert len(asked) > 200
    assert {(question.answerable, question.split, question.history) for question in asked} == {(True, "test", ())}
    assert {question.language for question in asked} == {"zh", "en"}
    assert asked_questions(3) == asked[:3]


def test_passages_carry_the_names_of_their_entry_and_lead_back_to_it(corpus, tmp_path, ask):
    library = read_library(corpus, tmp_path / "data")

    exported = write_export(library, [ask("q1", "低秩是什么", "arxiv:2106.09685")], tmp_path / "home")

    rows = [json.loads(line) for line in (tmp_path / "home/passages.jsonl").read_text(encoding="utf-8").splitlines()]
    assert {row["id"] for row in rows} == set(exported.entry_of) == {p.passage_id for p in library.passages}
    of_lora = [row["text"] for row in rows if exported.entry_of[row["id"]] == "arxiv:2106.09685"]
    assert of_lora
    assert all(text.startswith("LoRA: Low-Rank Adaptation of Large Language Models") for text in of_lora)
    assert (tmp_path / "home/questions.jsonl").read_text(encoding="utf-8") == '{"id": "q1", "q": "低秩是什么"}\n'
