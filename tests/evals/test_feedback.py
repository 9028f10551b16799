import json

import pytest
from typer.testing import CliRunner

import evals.__main__
from app.state.answers import KeptAnswer, KeptCitation, KeptSentence
from app.state.conversations import Conversations
from app.state.database import FILE_NAME, Database
from app.state.ratings import Ratings
from app.types import Status
from evals.errors import EvaluationError
from evals.feedback import write_candidates
from evals.questions import read_questions


def kept(question, entry="arxiv:2106.09685"):
    citation = KeptCitation(1, entry, "LoRA", "", "p1", "corpus/papers.md", 3, "LoRA freezes the weights.", 1.0)
    said = (KeptSentence("LoRA freezes the weights.", (1,), False, False),)
    return KeptAnswer(question, "en", Status.ANSWERED, said, (citation,), (), ())


@pytest.fixture
def data(tmp_path):
    database = Database(tmp_path / FILE_NAME)
    conversations, ratings = Conversations(database), Ratings(database)
    one = conversations.start("ann", "What is a frob?")
    first, second = (conversations.add(one, kept(question)) for question in ("What is a frob?", "Who  made it?"))
    ratings.rate(first.turn_id, "up")
    ratings.rate(second.turn_id, "down", "wrong people")
    other = conversations.start("bob", "What is a frob?")
    ratings.rate(conversations.add(other, kept("What is a frob?")).turn_id, "down", "too short")
    ratings.rate(conversations.add(other, kept(read_questions()[0].text)).turn_id, "up")
    conversations.add(other, kept("Never rated"))
    database.close()
    return tmp_path


def test_rated_questions_become_rows_that_the_suite_takes_once_somebody_completes_them(data, tmp_path):
    out = tmp_path / "candidates.jsonl"
    assert write_candidates(data, out) == 2  # two readers asked the same; one question is in the suite already

    first, second = (json.loads(line) for line in out.read_text(encoding="utf-8").splitlines())
    assert first["verdicts"] == [{"verdict": "up", "reason": ""}, {"verdict": "down", "reason": "too short"}]
    assert second["q"] == "Who made it?"
    assert second["history"] == [["What is a frob?", "LoRA freezes the weights. [1]"]]
    assert (second["verdicts"][0]["reason"], second["gold"]) == ("wrong people", [])
    with pytest.raises(EvaluationError, match="not a question"):
        read_questions(out)
    second |= {"gold": [{"entry": "arxiv:2106.09685", "grade": 2, "quote": "LoRA freezes the weights."}]}
    first |= {"gold": second["gold"]}
    done = [row | {"kind": "fact", "topic": "peft", "split": "dev"} for row in (first, second)]
    out.write_text("".join(f"{json.dumps(row)}\n" for row in done), encoding="utf-8")
    assert [question.text for question in read_questions(out)] == ["What is a frob?", "Who made it?"]


def test_a_good_answer_brings_what_it_cited(tmp_path):
    database = Database(tmp_path / FILE_NAME)
    conversations = Conversations(database)
    turn = conversations.add(conversations.start("ann", "What is a frob?"), kept("What is a frob?"))
    Ratings(database).rate(turn.turn_id, "up")
    database.close()
    write_candidates(tmp_path, tmp_path / "out.jsonl")

    row = json.loads((tmp_path / "out.jsonl").read_text(encoding="utf-8"))

    assert row["gold"] == [{"entry": "arxiv:2106.09685", "grade": 2, "quote": "LoRA freezes the weights."}]


def test_somebodys_work_is_not_written_over_and_no_database_is_made(data, tmp_path):
    (tmp_path / "done.jsonl").write_text("work", encoding="utf-8")
    with pytest.raises(EvaluationError, match="may hold somebody's work"):
        write_candidates(data, tmp_path / "done.jsonl")
    with pytest.raises(EvaluationError, match="rate answers in the app"):
        write_candidates(tmp_path / "none", tmp_path / "out.jsonl")
    assert not (tmp_path / "none").exists()


def test_the_command_ends_in_one_line(tmp_path):
    cli = evals.__main__.commands()
    result = CliRunner().invoke(cli, ["import-feedback", str(tmp_path / "out"), "--data", str(tmp_path)])
    assert result.exit_code == 1
    assert len(result.stderr.strip().splitlines()) == 1
