import re
import socket
from itertools import pairwise

import pytest
from typer.testing import CliRunner

from app.__main__ import app
from app.web.chat import _pairs, _responder, serve
from app.web.reloading import LiveAssistant
from index.types import Turn
from ingest.errors import StudyError

LIST = """# Papers

- **LoRA: Low-Rank Adaptation** (LoRA). *Edward J. Hu.* ICLR, 2022. [[arxiv](https://arxiv.org/abs/2106.09685)]
  LoRA freezes the pretrained weights. It has no added latency at inference.
- **QLoRA: Efficient Finetuning** (QLoRA). *Tim Dettmers.* NeurIPS, 2023. [[arxiv](https://arxiv.org/abs/2305.14314)]
  QLoRA keeps the frozen weights in 4 bits.
"""


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    root = tmp_path_factory.mktemp("ui")
    (root / "corpus" / "lists").mkdir(parents=True)
    (root / "corpus" / "lists" / "papers.md").write_text(LIST, encoding="utf-8")
    arguments = ["ask", "What is LoRA?", "--corpus", str(root / "corpus"), "--data", str(root / "data")]
    assert CliRunner().invoke(app, arguments).exit_code == 0
    return root / "data"


@pytest.fixture(scope="module")
def respond(data):
    return _responder(LiveAssistant(data))


@pytest.fixture
def taken():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield listener.getsockname()[1]


def messages(*turns):
    return [message for question, answer in turns for message in (said("user", question), said("assistant", answer))]


def said(role, text):
    return {"role": role, "content": [{"type": "text", "text": text}]}


def test_a_port_in_use_is_said_in_one_line_that_offers_a_free_one(data, taken):
    corpus = str(data.parent / "corpus")

    result = CliRunner().invoke(app, ["--port", str(taken), "--corpus", corpus, "--data", str(data)])

    assert result.exit_code == 1
    (line,) = result.stderr.strip().splitlines()
    offered = re.fullmatch(rf"error: port {taken} is in use; try: python -m app --port (\d+)", line)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", int(offered[1])))
    assert int(offered[1]) > taken


def test_a_port_in_use_is_noticed_before_the_index_is_opened(tmp_path, taken):
    with pytest.raises(StudyError, match=f"port {taken} is in use"):
        serve(tmp_path, host="127.0.0.1", port=taken)


def test_an_answer_is_streamed_sentence_by_sentence_with_its_panel(respond):
    steps = list(respond("Compare LoRA with QLoRA", [], []))

    texts = [text for text, _, _ in steps]
    assert len(texts) > 1
    assert all(later.startswith(earlier) for earlier, later in pairwise(texts))
    assert "[[1]](#source-1-1)" in texts[0]
    assert "[[2]](#source-1-2)" in texts[-1]
    assert all('id="source-1-1"' in panel and 'id="source-1-2"' in panel for _, panel, _ in steps)


def test_turns_are_numbered_on(respond):
    *_, (_, _, turns) = respond("What is LoRA?", [], [])

    *_, (text, panel, turns) = respond("Who is Napoleon?", messages(("What is LoRA?", "…")), turns)
    *_, (text, panel, turns) = respond(
        "What is LoRA?", messages(("What is LoRA?", "…"), ("Who is Napoleon?", "…")), turns
    )

    assert "(#source-3-1)" in text
    assert len(turns) == 3
    assert 'id="source-1-1"' in panel
    assert 'id="source-3-1"' in panel


def test_asking_again_after_taking_a_turn_back_reuses_its_number(respond):
    *_, (_, _, turns) = respond("What is LoRA?", [], [])

    *_, (text, _, turns) = respond("What is LoRA?", [], turns)

    assert "(#source-1-1)" in text
    assert len(turns) == 1


def test_a_question_that_cannot_be_asked_is_answered_with_the_reason_and_costs_no_turn(respond):
    *_, (_, _, earlier) = respond("What is LoRA?", [], [])

    ((text, panel, turns),) = respond("x" * 2001, messages(("What is LoRA?", "…")), earlier)

    assert "上限是 2000" in text
    assert "the limit is 2000" in text
    assert turns == earlier
    assert 'id="source-1-1"' in panel


def test_earlier_turns_explain_what_a_question_points_at(respond):
    *_, (text, _, _) = respond(
        "Which latency has it at inference?", messages(("What is LoRA?", "LoRA freezes.")), ["<p>"]
    )

    assert "It has no added latency at inference." in text
    assert "(#source-2-1)" in text


@pytest.mark.parametrize(
    ("history", "pairs"),
    [
        ([], []),
        (messages(("a", "b"), ("c", "d")), [Turn("a", "b"), Turn("c", "d")]),
        ([{"role": "user", "content": "a"}, {"role": "assistant", "content": "b"}], [Turn("a", "b")]),
        ([said("user", "a"), said("user", "b"), said("assistant", "c")], [Turn("b", "c")]),
        ([said("user", "a")], []),  # not answered yet
        ([{"role": "user", "content": [{"type": "file", "file": {}}]}, said("assistant", "b")], [Turn("", "b")]),
    ],
)
def test_gradios_messages_become_turns(history, pairs):
    assert _pairs(history) == pairs
