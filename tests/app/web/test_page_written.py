"""Written answers in a real browser: the page of ``test_page`` with a scripted model behind it."""

import importlib.util
import re
import sqlite3
from pathlib import Path

import pytest
from playwright.sync_api import expect

# Test modules are no package; the pages, readers and server of the other browser tests are used here, too.
_spec = importlib.util.spec_from_file_location("page_tests", Path(__file__).with_name("test_page.py"))
_page = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(_page)
browser, visit, Server, pytestmark = _page.browser, _page.visit, _page.Server, _page.pytestmark

expect.set_options(timeout=30_000)  # the first question loads the model's library
KEY = "sk-very-secret-0123456789"
TRUE = "LoRA freezes the pretrained weights and trains a pair of low-rank matrices."
WRONG = "LoRA needs 24 GB of memory."
LONG = " ".join(f"LoRA trains {number} pairs of low-rank matrices." for number in range(400))


@pytest.fixture(scope="module")
def server(tmp_path_factory, llm_http):
    with pytest.MonkeyPatch.context() as patch:
        names = {
            "OPENAI_BASE_URL": llm_http.url,
            "OPENAI_API_KEY": KEY,
            "LLM_MODEL": "scripted",
            "NO_PROXY": "127.0.0.1",
        }
        for name, value in names.items():
            patch.setenv(name, value)
        server = Server(tmp_path_factory.mktemp("written"))
    yield server
    server.stop()
    for file in server.root.rglob("*.sqlite*"):
        assert KEY.encode() not in file.read_bytes()


def style(reader):
    return reader.page.get_by_label(re.compile("^(Answers|回答方式)"))


def test_a_written_answer_comes_with_verdicts_and_is_the_same_after_a_reload(visit, llm_server):
    llm_server.will(text=f"{TRUE} [1] {WRONG} [1]", pause=0.02, cut=6)
    reader = visit()
    expect(style(reader)).to_have_value("written")
    expect(style(reader).locator("option").first).to_have_text("written by scripted, checked")

    turn = reader.ask("What is LoRA?")

    expect(turn.locator("del")).to_have_text(WRONG)
    expect(turn.locator(".why")).to_contain_text("24 GB")
    expect(turn.locator(".status-line")).to_contain_text("of 2, 1 supported, 0 partly, 1 not")
    expect(turn.locator("a.mark")).to_have_count(1)
    before = turn.locator(".bot").inner_text()
    reader.page.reload()
    expect(reader.turns.first.locator(".bot")).to_have_text(re.compile(re.escape(before.split("\n")[0])))
    expect(reader.turns.first.locator("del")).to_have_text(WRONG)
    assert KEY not in reader.page.content()
    assert reader.complaints == []
    assert reader.requests_elsewhere() == []


def test_a_sentence_is_shown_while_it_is_written_and_checked_when_it_ends(visit, llm_server):
    llm_server.will(text=f"{TRUE} {WRONG}", pause=0.1, cut=4)
    reader = visit()
    reader.input.fill("What is LoRA?")
    reader.input.press("Enter")
    growing = reader.page.locator(".answering")

    expect(growing.locator(".status-line")).to_contain_text("scripted is writing…")
    expect(growing.locator(".unchecked")).to_contain_text("LoRA freezes")
    expect(growing.locator(".status-line")).to_contain_text("1 sentences checked, 1 supported")
    expect(growing.locator("del")).to_have_count(0)
    expect(reader.turns.first.locator("del")).to_have_text(WRONG)


@pytest.mark.parametrize("by", ["key", "button"])
def test_stopping_breaks_the_request_off_and_gives_the_question_back(visit, llm_server, by):
    llm_server.will(text=LONG, pause=0.03)
    reader = visit()
    reader.input.fill("What is LoRA?")
    reader.input.press("Enter")
    expect(reader.page.locator(".answering .unchecked, .answering a.mark").first).to_be_visible()

    if by == "key":
        reader.page.keyboard.press("Escape")
    else:
        reader.page.get_by_role("button", name="Stop").click()

    assert llm_server.broken_off.wait(15)
    expect(reader.input).to_have_value("What is LoRA?")
    expect(reader.turns).to_have_count(0)
    llm_server.will(text=TRUE)
    reader.input.press("Enter")
    expect(reader.turns.first.locator(".status-line")).to_contain_text("of 1, 1 supported")


def test_a_model_that_says_nothing_is_stopped_too(visit, llm_server):
    llm_server.will(text=TRUE, wait=4.0)
    reader = visit()
    reader.input.fill("What is LoRA?")
    reader.input.press("Enter")
    expect(reader.page.locator(".answering .status-line")).to_contain_text("scripted is writing…")

    reader.page.keyboard.press("Escape")

    expect(reader.input).to_have_value("What is LoRA?")
    assert llm_server.broken_off.wait(15)
    expect(reader.turns).to_have_count(0)


def test_a_reader_switches_to_quotes_and_the_browser_remembers(visit, llm_server):
    llm_server.will(text=TRUE)
    reader = visit("zh-CN")
    expect(style(reader).locator("option").first).to_have_text("由 scripted 撰写，逐句核对")
    style(reader).select_option("quoted")

    turn = reader.ask("什么是 LoRA？")

    expect(turn.locator(".status-line")).to_have_count(0)
    assert llm_server.asked == []
    reader.page.reload()
    expect(style(reader)).to_have_value("quoted")

    reader.turns.first.locator("[data-do=written]").click()  # this one answer, in the place of the quotes
    expect(reader.turns.first.locator(".status-line")).to_contain_text("由 scripted 撰写")
    reader.turns.first.locator("[data-do=quoted]").click()
    expect(reader.turns.first.locator(".status-line")).to_have_count(0)
    expect(reader.turns).to_have_count(1)


def test_a_model_that_fails_leaves_the_quotes_with_the_reason(visit, llm_server, server):
    llm_server.will(status=401)
    reader = visit()

    turn = reader.ask("What is LoRA?")

    expect(turn.locator(".notice")).to_contain_text("the key was not accepted")
    expect(turn.locator(".bot")).to_contain_text("LoRA is a fine-tuning method")
    assert KEY not in reader.page.content()
    (kept,) = (
        sqlite3.connect(next(server.root.rglob("*.sqlite")))
        .execute("SELECT answer FROM turns ORDER BY rowid DESC")
        .fetchone()
    )
    assert "key was not accepted" in kept


def test_on_a_phone_the_switch_fits(visit, llm_server):
    llm_server.will(text=f"{TRUE} {WRONG}")
    reader = visit(width=375)

    reader.ask("What is LoRA?")

    assert reader.width() <= 375
    expect(style(reader)).to_be_visible()
