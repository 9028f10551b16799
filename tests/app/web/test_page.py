import os
import re
import shutil
import socket
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import expect, sync_playwright

ROOT = Path(__file__).resolve().parents[3]
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

LIST = """# Papers

## Tuning

- **LoRA: Low-Rank Adaptation** (LoRA). *Edward J. Hu.* ICLR, 2022. [[arxiv](https://arxiv.org/abs/2106.09685)]
  LoRA freezes the pretrained weights and trains a pair of low-rank matrices.
  LoRA 冻结预训练权重，只训练一对低秩矩阵，推理时没有额外延迟。
- **FlashAttention**. *Tri Dao.* NeurIPS, 2022. [[arxiv](https://arxiv.org/abs/2205.14135)]
  FlashAttention computes exact attention in tiles.
- **Danger of Brackets**. *A. Author.* 2021. [[website](https://example.org/tags?a=1&b=2)]
  The danger of brackets is that a page obeys <img src=https://a.org/y onerror=document.title='broken' where 1 < 2.
"""

pytestmark = pytest.mark.skipif(
    CHROMIUM is None, reason="needs Chromium; install it with: apt-get install chromium fonts-noto-cjk"
)


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    root = tmp_path_factory.mktemp("page")
    (root / "corpus" / "lists").mkdir(parents=True)
    (root / "corpus" / "lists" / "papers.md").write_text(LIST, encoding="utf-8")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    arguments = ["--port", str(port), "--corpus", root / "corpus", "--data", root / "data"]
    server = subprocess.Popen(
        [sys.executable, "-m", "app", *arguments],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, encoding="utf-8", cwd=ROOT,
        env=os.environ | {"PYTHONUNBUFFERED": "1", "PYTHONIOENCODING": "utf-8"},
    )  # fmt: skip
    heard = ""
    for line in server.stdout:
        heard += line
        if f"http://127.0.0.1:{port}" in line:
            break
    assert server.poll() is None, heard
    yield f"http://127.0.0.1:{port}"
    server.terminate()
    server.wait(20)
    server.stdout.close()


@pytest.fixture(scope="module")
def browser():
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


class Visit:
    """A reader's page, with everything it asked for and complained about."""

    def __init__(self, browser, address, locale, width):
        self.context = browser.new_context(locale=locale, viewport={"width": width, "height": 900})
        self.page = self.context.new_page()
        self.page.set_default_timeout(20_000)
        self.requests, self.complaints = [], []
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.on("console", self._listen)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.goto(address)
        self.page.locator("textarea").wait_for()

    def _listen(self, message):
        if message.type == "error":
            self.complaints.append(message.text)

    def ask(self, question):
        answers = self.page.locator("#chat .bot.message")
        number = answers.count()
        self.page.locator("textarea").fill(question)
        self.page.locator("textarea").press("Enter")
        answers.nth(number).wait_for()
        self.page.locator(".sources .turn", has_text=question).wait_for()
        return answers.nth(number)

    def requests_elsewhere(self):
        return [url for url in self.requests if not url.startswith(("http://127.0.0.1:", "data:", "blob:"))]


@pytest.fixture
def visit(browser, address):
    opened = []

    def visit(locale, width=1280):
        opened.append(Visit(browser, address, locale, width))
        return opened[-1]

    yield visit
    for one in opened:
        one.context.close()


@dataclass(frozen=True)
class Reading:
    """What a reader with a browser in one language asks and sees."""

    locale: str
    heading: str
    placeholder: str
    empty_panel: str
    question: str
    answer: str
    mark: str
    off_topic: str
    refusal: str


CHINESE = Reading(
    "zh-CN", "大语言模型学习助手", "输入问题，回车发送", "提问之后",
    "LoRA 推理时有延迟吗？", "LoRA 冻结预训练权重", "✓ 原文", "今天晚饭吃什么？", "所以我不作答",
)  # fmt: skip
ENGLISH = Reading(
    "en-US", "LLM study assistant", "Type a question, press Enter", "Ask a question",
    "What is FlashAttention?", "FlashAttention computes", "✓ verbatim", "why is the sky blue?",
    "I will not guess",
)  # fmt: skip


@pytest.mark.parametrize("reading", [CHINESE, ENGLISH], ids=lambda reading: reading.locale)
def test_a_reader_asks_follows_a_mark_to_its_source_and_is_declined_what_is_not_there(visit, reading):
    reader = visit(reading.locale)
    page = reader.page
    expect(page.locator("#head h1")).to_have_text(reading.heading)
    expect(page.locator("textarea")).to_have_attribute("placeholder", reading.placeholder)
    expect(page.locator("#panel")).to_contain_text(reading.empty_panel)

    answer = reader.ask(reading.question)
    expect(answer).to_contain_text(reading.answer)
    source = page.locator("#source-1-1")
    expect(source).to_contain_text("corpus/lists/papers.md:")
    expect(source).to_contain_text(reading.mark)
    expect(source).not_to_have_class(re.compile(r"\blit\b"))

    address = page.url
    answer.get_by_role("link", name="[1]", exact=True).first.click()
    expect(source).to_have_class(re.compile(r"\blit\b"))
    expect(source).to_be_in_viewport()
    assert page.url == address

    declined = reader.ask(reading.off_topic)
    expect(declined).to_contain_text(reading.refusal)
    for address in declined.locator("a").all():  # what is nearest is offered with its own address
        expect(address).to_have_attribute("href", re.compile(r"^https://(?:arxiv|example)\.org/"))
    expect(page.locator(".sources section").first.locator(".source")).not_to_have_count(0)

    assert reader.requests_elsewhere() == []
    assert [text for text in reader.complaints if "aborted" not in text.lower()] == []


def test_marks_of_a_later_turn_lead_to_its_own_sources_and_only_one_is_lit(visit):
    reader = visit("en-US")
    first = reader.ask("What is LoRA?")
    second = reader.ask("What is FlashAttention?")
    lit = reader.page.locator(".source.lit")

    second.get_by_role("link", name="[1]", exact=True).first.click()
    expect(lit).to_have_attribute("id", "source-2-1")
    expect(lit).to_contain_text("FlashAttention")

    first.get_by_role("link", name="[1]", exact=True).first.click()
    expect(lit).to_have_count(1)
    expect(lit).to_have_attribute("id", "source-1-1")
    expect(lit).to_contain_text("LoRA")
    expect(reader.page.locator(".sources .turn").first).to_have_text("What is FlashAttention?")


def test_markup_in_the_corpus_and_in_a_question_is_shown_and_not_obeyed(visit):
    reader = visit("en-US")
    page, title = reader.page, reader.page.title()

    answer = reader.ask("What is the danger of brackets? <img src=x onerror=\"document.title='broken'\">")

    expect(answer).to_contain_text("obeys <img src=https://a.org/y onerror")
    expect(page.locator("#source-1-1 blockquote")).to_contain_text("obeys <img src=https://a.org/y onerror")
    expect(page.locator(".sources .turn")).to_contain_text("<img src=x onerror")
    expect(page.locator("#panel img, #panel script, #chat .bot img, #chat .bot script")).to_have_count(0)
    assert page.title() == title
    assert reader.requests_elsewhere() == []


def test_a_phone_shows_the_page_without_sideways_scrolling(visit):
    reader = visit("zh-CN", width=390)

    reader.ask("什么是 LoRA？")

    assert reader.page.evaluate("document.documentElement.scrollWidth") <= 390
    expect(reader.page.locator("#source-1-1")).to_be_attached()
