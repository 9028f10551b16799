import time
import traceback
from types import SimpleNamespace

import pytest

from app.answer.llm import Failure, LanguageModel, LlmConfig, configured
from app.errors import LlmError, LlmSettingsError

KEY = "sk-very-secret-0123456789"
ASKED = [{"role": "user", "content": "What is LoRA?"}]
HTML = b"<!doctype html><html><body>Welcome to nginx</body></html>"


def script(**fields):
    values = {"text": "", "status": 200, "content_type": "text/event-stream", "raw": None, "stop": "done"}
    return SimpleNamespace(**values | {"wait": 0.0, "pause": 0.0, "cut": 3, "reason": "stop"} | fields)


def model(server, **fields):
    values = {"token_timeout": 2.0, "retries": 0, "backoff": 0.01, "api_key": KEY}
    return LanguageModel(LlmConfig("scripted", server.url, **values | fields))


def read(server, **fields):
    with model(server, **fields).stream(ASKED) as reply:
        return "".join(reply), reply.usage


def failure(server, **fields):
    with pytest.raises(LlmError) as caught:
        read(server, **fields)
    return Failure(caught.value.failure)


def test_an_answer_comes_in_pieces_with_what_it_cost(llm_server):
    llm_server.will(text="LoRA freezes 权重 [1].")

    text, usage = read(llm_server)

    assert text == "LoRA freezes 权重 [1]."
    assert (usage.prompt_tokens, usage.answer_tokens) == (100, 20)
    assert llm_server.asked[0]["messages"] == ASKED
    assert llm_server.asked[0]["stream"] is True


def test_the_first_piece_does_not_wait_for_the_last(llm_server):
    llm_server.will(text="abc" * 10, pause=0.05)

    with model(llm_server).stream(ASKED) as reply:
        started = time.monotonic()
        assert next(iter(reply)) == "abc"
        assert time.monotonic() - started < 0.3


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        ({"status": 401}, Failure.UNAUTHORISED),
        ({"status": 403}, Failure.UNAUTHORISED),
        ({"status": 404}, Failure.REFUSED),
        ({"status": 429}, Failure.LIMITED),
        ({"status": 500}, Failure.SERVER),
        ({"status": 503}, Failure.SERVER),
        ({"raw": HTML, "content_type": "text/html"}, Failure.NOT_A_MODEL),
        ({"raw": b'{"answer": 42}', "content_type": "application/json"}, Failure.NOT_A_MODEL),
        ({"raw": b"data: {oops\n\n"}, Failure.NOT_A_MODEL),
        ({"raw": b"data: \xff\xfe\n\n"}, Failure.NOT_A_MODEL),
        ({"raw": b"data: [1, 2]\n\ndata: 7\n\n"}, Failure.NOT_A_MODEL),
        ({"raw": b'data: {"error": {"message": "overloaded"}}\n\n'}, Failure.SERVER),
        ({"raw": b": keep-alive\n\n"}, Failure.EMPTY),
        ({"raw": b"data: [DONE]\n\n"}, Failure.EMPTY),
        ({"text": ""}, Failure.EMPTY),
        ({"text": "LoRA freezes the", "stop": "broken"}, Failure.INTERRUPTED),
        ({"text": "LoRA", "wait": 1.0}, Failure.TIMEOUT),
    ],
)
def test_every_failure_has_its_name_and_tells_no_key(llm_server, script, expected, caplog):
    llm_server.will(**script)

    with pytest.raises(LlmError) as caught:
        read(llm_server, token_timeout=0.4)

    assert Failure(caught.value.failure) is expected
    told = "".join(traceback.format_exception(caught.value)) + repr(model(llm_server).config) + caplog.text
    assert KEY not in told
    assert KEY in llm_server.headers[0]["authorization"]  # the server did get it, and said it back


def test_a_refused_connection_fails_at_once(llm_server):
    started = time.monotonic()
    with pytest.raises(LlmError, match="unreachable"):
        LanguageModel(LlmConfig("m", "http://127.0.0.1:9/v1", retries=0)).stream(ASKED)
    assert time.monotonic() - started < 3.0  # the library is imported meanwhile


def test_a_stream_that_never_ends_is_given_up(llm_server):
    llm_server.will(text="a" * 300, pause=0.02)

    assert failure(llm_server, total_timeout=0.3) is Failure.TIMEOUT


def test_what_may_pass_is_tried_again_before_the_first_token(llm_server):
    llm_server.will(script(status=503), script(status=503), script(text="At last."))
    slept = []

    writer = LanguageModel(LlmConfig("m", llm_server.url, retries=2, backoff=0.1), sleep=slept.append)

    assert "".join(writer.stream(ASKED)) == "At last."
    assert len(llm_server.asked) == 3
    assert slept[1] > 1.2 * slept[0]


def test_what_broke_off_is_not_asked_again(llm_server):
    llm_server.will(text="LoRA freezes", stop="broken")

    assert failure(llm_server, retries=2) is Failure.INTERRUPTED
    assert len(llm_server.asked) == 1


def test_a_wrong_key_is_not_tried_again(llm_server):
    llm_server.will(status=401)

    assert failure(llm_server, retries=2) is Failure.UNAUTHORISED
    assert len(llm_server.asked) == 1


def test_closing_stops_the_request(llm_server):
    llm_server.will(text="abc" * 400, pause=0.02)

    with model(llm_server).stream(ASKED) as reply:
        next(iter(reply))

    assert llm_server.broken_off.wait(3.0)
    assert len(llm_server.sent) < 200


def test_a_stream_without_its_last_line_is_whole(llm_server):
    llm_server.will(text="LoRA freezes the weights.", stop="no_done")

    assert read(llm_server)[0] == "LoRA freezes the weights."


def test_a_server_without_stream_options_is_asked_without(llm_server):
    llm_server.will(script(status=400), script(text="Fine."))

    assert read(llm_server)[0] == "Fine."
    assert "stream_options" not in llm_server.asked[1]


def test_nothing_is_configured_by_default():
    assert configured(env={}) is None
    assert configured(env={"OPENAI_API_KEY": KEY}) is None


def test_options_come_before_the_environment():
    env = {"OPENAI_BASE_URL": "http://a:1/v1", "OPENAI_API_KEY": KEY, "LLM_MODEL": "one"}

    assert configured(env=env) == LlmConfig("one", "http://a:1/v1", KEY)
    assert configured("http://b:2/v1", "two", env) == LlmConfig("two", "http://b:2/v1", KEY)


def test_an_address_without_a_path_gets_the_usual_one():
    assert LlmConfig("m", "http://localhost:11434").base_url == "http://localhost:11434/v1"
    assert LlmConfig("m", "http://localhost:11434/api/").base_url == "http://localhost:11434/api/"


@pytest.mark.parametrize(
    "address", ["localhost:11434", "ftp://a/v1", "http://", "http://[", "http://a:99999/v1", "x y"]
)
def test_an_address_that_is_none_is_told(address):
    with pytest.raises(LlmSettingsError, match="--llm"):
        LlmConfig("m", address)


@pytest.mark.parametrize("key", [f"{KEY}\nX-Evil: 1", f"{KEY}密", f"{KEY} more"])
def test_a_key_that_would_break_the_header_is_told_without_it(key):
    with pytest.raises(LlmSettingsError) as caught:
        LlmConfig("m", "http://a/v1", key)
    assert KEY not in str(caught.value)


def test_an_address_alone_asks_for_a_model():
    with pytest.raises(LlmSettingsError, match="--model"):
        configured("http://a:1/v1", env={})
