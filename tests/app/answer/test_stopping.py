import socket
import threading

import pytest

from app.answer.llm import LanguageModel, LlmConfig
from app.answer.stopping import Stop
from app.errors import LlmError

ASKED = [{"role": "user", "content": "What is LoRA?"}]


@pytest.fixture
def silent():
    """A server that takes a question, says nothing, and tells when the asker has gone."""
    listener = socket.create_server(("127.0.0.1", 0))
    gone, asked = threading.Event(), threading.Event()

    def serve():
        connection, _ = listener.accept()
        with connection:
            while received := connection.recv(65_536):
                if b"What is LoRA?" in received:
                    asked.set()
            gone.set()

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{listener.getsockname()[1]}/v1", asked, gone
    listener.close()


def test_a_model_that_has_said_nothing_yet_is_stopped_at_once(silent):
    url, asked, gone = silent
    stop, failed = Stop(), []

    def ask():
        try:
            LanguageModel(LlmConfig("m", url, token_timeout=60.0)).stream(ASKED, stop)
        except LlmError as error:
            failed.append(error)

    thread = threading.Thread(target=ask)
    thread.start()
    assert asked.wait(30)
    stop.press()

    assert gone.wait(20)  # not the minute that the asker would have waited
    thread.join(20)
    assert len(failed) == 1  # and it is not asked again


def test_a_model_that_is_writing_is_stopped_from_another_thread(llm_server):
    llm_server.will(text="LoRA freezes the weights. " * 400, pause=0.01)
    stop = Stop()

    with LanguageModel(LlmConfig("m", llm_server.url)).stream(ASKED, stop) as reply:
        threading.Timer(0.2, stop.press).start()
        with pytest.raises(LlmError):
            list(reply)

    assert llm_server.broken_off.wait(20)
    assert len(llm_server.asked) == 1


def test_what_was_stopped_before_it_began_sends_no_second_request(llm_server):
    llm_server.will(status=503)
    stop = Stop()
    stop.press()

    with pytest.raises(LlmError):
        LanguageModel(LlmConfig("m", llm_server.url, retries=5)).stream(ASKED, stop)

    assert len(llm_server.asked) <= 1


def test_pressing_late_or_twice_does_no_harm(llm_server):
    llm_server.will(text="LoRA freezes the weights.")
    stop = Stop()
    with LanguageModel(LlmConfig("m", llm_server.url)).stream(ASKED, stop) as reply:
        assert "".join(reply) == "LoRA freezes the weights."

    stop.press()
    stop.press()

    assert stop.pressed
