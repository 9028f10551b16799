import asyncio
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from evals.errors import EvaluationError
from evals.load import Load, put_load

ROOT = Path(__file__).resolve().parents[2]
LIST = """# Papers

- **LoRA: Low-Rank Adaptation** (LoRA). *Edward J. Hu.* ICLR, 2022. [[arxiv](https://arxiv.org/abs/2106.09685)]
  LoRA freezes the pretrained weights. It has no added latency at inference.
"""


@pytest.fixture
def address(tmp_path):
    (tmp_path / "corpus" / "lists").mkdir(parents=True)
    (tmp_path / "corpus" / "lists" / "papers.md").write_text(LIST, encoding="utf-8")
    where = ["--corpus", tmp_path / "corpus", "--data", tmp_path / "data"]
    process = subprocess.Popen(
        [sys.executable, "-m", "app", "--port", "0", *where], stdout=subprocess.PIPE, text=True, encoding="utf-8",
        cwd=ROOT, env=os.environ | {"PYTHONUNBUFFERED": "1", "PYTHONIOENCODING": "utf-8"},
    )  # fmt: skip
    yield re.search(r"http://127\.0\.0\.1:\d+", process.stdout.readline())[0]
    process.terminate()
    process.wait(20)
    process.stdout.close()


def test_users_ask_by_the_page_and_by_the_api_and_every_answer_is_counted(address):
    chat, api = asyncio.run(put_load(address, ["What is LoRA?", "How do I cook pasta?"], users=6, each=2))

    assert (chat.way, len(chat.seconds), chat.failures) == ("chat", 12, ())
    assert (api.way, len(api.seconds), api.failures) == ("api", 12, ())
    assert 0 < chat.within(0.5) <= chat.within(0.95) <= chat.took
    _, refused = asyncio.run(put_load(address, [""], users=2, each=1))
    assert len(refused.failures) == 2  # an empty question is no answer


def test_where_no_app_answers_that_is_said():
    with pytest.raises(EvaluationError, match="start one with: python -m app"):
        asyncio.run(put_load("http://127.0.0.1:9", ["x"], users=1, each=1))


def test_shares_are_of_the_sorted_times():
    """Of 20 answers in 1 to 20 s, half came before the 11th and 95 % before the 20th."""
    load = Load("api", tuple(float(n) for n in range(1, 21)), (), 20.0)
    assert (load.within(0.5), load.within(0.95), load.within(1)) == (11.0, 20.0, 20.0)
    assert Load("api", (), (), 1.0).within(0.5) == 0.0
