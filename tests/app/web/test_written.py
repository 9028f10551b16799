"""Answers that a language model writes, on the page and for scripts."""

import asyncio
import json
import threading
from contextlib import aclosing

import pytest
from starlette.requests import Request
from starlette.testclient import TestClient

from app.answer.stopping import Stop
from app.state.answers import from_json, to_json
from app.types import Length
from app.web.application import build_pages
from app.web.chat import Asked, responder
from app.web.drawing import draw_turns
from app.web.shell import ChatShell
from app.web.waiting import until_gone

KEY = "sk-very-secret-0123456789"  # as in conftest.py
TRUE = "LoRA freezes the pretrained weights."
WRONG = "LoRA needs 24 GB of memory."
QUESTION = "What is LoRA?"


def ask(services, question=QUESTION, conversation="", *, quoted=False, language="en"):
    asked = Asked(question, conversation, None, Length.NORMAL, quoted=quoted)
    return list(responder(services)(asked, "anna", language))


def kept(services):
    (conversation,) = services.conversations.listed("anna")
    return services.conversations.turns(conversation.conversation_id)


def redrawn(services, language="en"):
    return draw_turns(kept(services), services.catalogue(), language)


def test_a_written_answer_shows_who_writes_and_each_sentence_with_its_verdict(writing, llm_server):
    llm_server.will(text=f"{TRUE} [1] {WRONG} [1]", pause=0.02, cut=8)

    first, *growing, last = ask(writing)

    assert "scripted is writing…" in first
    assert any('<span class="unchecked">' in html for html in growing)
    assert any("1 sentences checked, 1 supported." in html for html in growing)
    assert f'<del class="unsupported">{WRONG}</del>' in last
    assert "not supported: the sources do not have “24 GB”" in last
    assert f"{TRUE}<a " in last
    assert "of 2, 1 supported, 0 partly, 1 not." in last
    assert "unchecked" not in last


def test_a_reload_shows_the_same_written_answer(writing, llm_server):
    llm_server.will(text=f"{TRUE} {WRONG}")
    *_, last = ask(writing)

    again = redrawn(writing)

    said = last[last.index("bot message") : last.index("</article>")].split("</div>")[0]
    assert said in again
    assert 'data-do="quoted"' in again
    (turn,) = kept(writing)
    assert from_json(to_json(turn.answer)) == turn.answer


def test_what_nothing_supports_is_no_part_of_the_conversation_that_the_model_is_told(writing, llm_server):
    llm_server.will(text=f"{TRUE} {WRONG}")
    ask(writing)
    (conversation,) = writing.conversations.listed("anna")

    ask(writing, "And QLoRA?", conversation.conversation_id)

    told = json.dumps(llm_server.asked[1]["messages"])
    assert TRUE in told
    assert "24 GB" not in told


def test_a_reader_may_have_quotes_where_a_model_is(writing, llm_server):
    llm_server.will(text=TRUE)

    *_, last = ask(writing, quoted=True)

    assert llm_server.asked == []
    assert "scripted" not in last
    assert 'data-do="written"' in redrawn(writing)


@pytest.mark.parametrize(
    ("script", "why"),
    [
        ({"status": 401}, "the key was not accepted"),
        ({"status": 500}, "its server failed"),
        ({"text": TRUE, "stop": "broken"}, "its answer broke off"),
        ({"raw": b"<html></html>", "content_type": "text/html"}, "is not a model"),
    ],
)
def test_a_failure_shows_the_quotes_with_one_line_and_no_key(writing, llm_server, script, why, caplog):
    llm_server.will(**script)

    pictures = ask(writing)

    assert why in pictures[-1]
    assert "LoRA freezes the pretrained weights." in pictures[-1]
    assert why in redrawn(writing)
    assert KEY not in "".join(pictures) + redrawn(writing) + to_json(kept(writing)[0].answer) + caplog.text
    assert llm_server.headers[0]["authorization"] == f"Bearer {KEY}"


def test_a_question_without_evidence_is_declined_and_not_sent(writing, llm_server):
    *_, last = ask(writing, "How do I bake sourdough bread?")

    assert llm_server.asked == []
    assert 'data-state="done"' in last


@pytest.mark.parametrize(
    "said",
    [
        "<img src=x onerror=alert(1)> LoRA has 24 heads.",
        "**LoRA has [24 GB](https://evil.example/?q=1). It `has 12 heads.",
        "![x](https://evil.example/a.png) LoRA has 24 heads.",
        "\ue002LoRA\ue003 has \ue00024\ue001 heads.",
    ],
)
def test_a_model_can_neither_put_markup_nor_links_into_the_page(writing, llm_server, said):
    llm_server.will(text=said)

    *_, last = ask(writing)

    assert "<img" not in last
    assert 'href="https://evil' not in last
    assert last.count("<del") == last.count("</del>")
    assert last.count("<strong>") == last.count("</strong>")


def test_code_that_a_model_writes_stays_a_block(writing, llm_server):
    llm_server.will(text=f"{TRUE}\n```python\nx = a\\_b\n```\n{TRUE}")

    *_, last = ask(writing)

    assert '<pre><code class="language-python">x = a\\_b\n</code></pre>' in last


def test_the_page_names_the_model_and_what_it_sends_where(writing, services):
    def page(shared, **cookies):
        with TestClient(build_pages(shared), base_url="http://127.0.0.1", cookies=cookies) as client:
            shell = ChatShell(client.app, shared)
            cookie = "; ".join(f"{name}={value}" for name, value in cookies.items())
            headers = [(b"cookie", f"reader={'a' * 24}; {cookie}".encode())]
            scope = {"type": "http", "path": "/", "query_string": b"", "headers": headers, "server": ("127.0.0.1", 80),
                     "scheme": "http", "method": "GET", "root_path": "", "state": {"reader": "a" * 24}}  # fmt: skip
            return shell._framed("<head></head><gradio-app></gradio-app>", Request(scope))

    assert "written by scripted, checked" in page(writing)
    assert 'value="written" selected' in page(writing)
    assert 'value="quoted" selected' in page(writing, answers="quoted")
    assert "由 scripted 撰写，逐句核对" in page(writing, language="zh")
    assert writing.model.config.host in page(writing)
    assert KEY not in page(writing)
    assert 'value="written"' not in page(services)
    assert "quotes from the sources" in page(services)


def test_a_reader_who_goes_leaves_no_model_at_work(llm_server, writing):
    llm_server.will(text=" ".join(f"LoRA has {number} heads." for number in range(400)), pause=0.02)
    stop = Stop()
    answering = responder(writing)(Asked(QUESTION, "", None, Length.NORMAL), "anna", "en", stop)

    async def read_two():
        async with aclosing(until_gone(answering, stop)) as pictures:
            await anext(pictures)
            await anext(pictures)

    asyncio.run(read_two())

    assert llm_server.broken_off.wait(20)
    assert writing.conversations.listed("anna") == []  # an answer that was stopped is not kept


def test_eight_readers_at_once_each_get_their_own(writing, llm_server):
    llm_server.will(text=TRUE, pause=0.02)
    answers = {}

    def one(reader):
        *_, answers[reader] = responder(writing)(Asked(QUESTION, "", None, Length.NORMAL), reader, "en")

    threads = [threading.Thread(target=one, args=(f"reader{i}",)) for i in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)

    assert all("of 1, 1 supported" in html for html in answers.values())
    assert [len(writing.conversations.listed(reader)) for reader in answers] == [1] * 8


def events(client, **query):
    text = client.get("/api/v1/answer/stream", params={"q": QUESTION} | query).text
    pairs = [event.split("\n", 1) for event in text.strip().split("\n\n")]
    return [(name.removeprefix("event: "), json.loads(data.removeprefix("data: "))) for name, data in pairs]


@pytest.fixture
def client(writing):
    with TestClient(build_pages(writing), base_url="http://127.0.0.1") as client:
        yield client


def test_a_script_gets_written_sentences_with_their_verdicts(client, llm_server):
    llm_server.will(text=f"{TRUE} {WRONG}")

    *sentences, (name, whole) = events(client)

    assert [event["verdict"] for _, event in sentences] == ["supported", "unsupported"]
    assert "".join(event["text"] for _, event in sentences) == whole["answer"]
    assert (name, whole["writing"]["model"]) == ("answer", "scripted")


def test_a_script_is_told_to_start_anew_when_the_model_breaks_off(client, llm_server):
    llm_server.will(text=f"{TRUE} {TRUE} And", stop="broken")

    found = events(client)

    names = [name for name, _ in found]
    again = names.index("restart")
    assert names[0] == "sentence"
    assert "".join(event["text"] for _, event in found[again + 1 : -1]) == found[-1][1]["answer"]
    assert "broke off" in found[-1][1]["notices"][0]


def test_a_script_may_ask_for_quotes(client, llm_server):
    assert "writing" not in events(client, style="quoted")[-1][1]
    assert "writing" not in client.get("/api/v1/answer", params={"q": QUESTION, "style": "quoted"}).json()
    assert llm_server.asked == []
