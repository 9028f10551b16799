import os
import re
import shutil
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

CARD = """---
id: arxiv:2106.09685
title: "LoRA: Low-Rank Adaptation"
title_zh: "LoRA：低秩适配"
kind: paper
topics: [peft]
related: ["arxiv:2205.14135"]
aliases: ["LoRA"]
---

## English

LoRA freezes the pretrained weights and trains a pair of low-rank matrices.

### Questions

**What is LoRA?** <!-- what | explain low-rank adaptation -->
LoRA is a fine-tuning method that trains a pair of low-rank matrices `BA` beside a frozen weight.

**What are the limits of LoRA?** <!-- limit | drawbacks of low-rank tuning -->
The rank of LoRA is chosen by hand.

**Which matrices does LoRA adapt?** <!-- use | target modules -->
The paper's main experiments adapt the attention projections, above all query and value.

**How much memory does LoRA save?** <!-- cost | VRAM -->
A third of the memory is enough for the 175B model, compared with Adam.

**Why can a low rank be enough?** <!-- why | intrinsic rank -->
The change that a task needs is assumed to have low rank, since the model holds most of the knowledge.

## 中文

LoRA 冻结预训练权重，只训练一对低秩矩阵。

### 问答

**什么是 LoRA？** <!-- what | 低秩适配是什么 -->
LoRA 是一种微调方法，冻结预训练权重，只训练一对低秩矩阵。

**LoRA 有什么局限？** <!-- limit | 低秩微调的缺点 -->
LoRA 的秩要靠人工选定。
"""

pytestmark = pytest.mark.skipif(
    CHROMIUM is None, reason="needs Chromium; install it with: apt-get install chromium fonts-noto-cjk"
)


class Server:
    """The app over a small library, as a process of its own that can be started again over the same data."""

    def __init__(self, root):
        self.root = root
        (root / "corpus" / "lists").mkdir(parents=True)
        (root / "corpus" / "lists" / "papers.md").write_text(LIST, encoding="utf-8")
        (root / "corpus" / "papers").mkdir()
        (root / "corpus" / "papers" / "2106.09685.md").write_text(CARD, encoding="utf-8")
        self.port = 0
        self.start()

    def start(self):
        arguments = ["--port", str(self.port), "--corpus", self.root / "corpus", "--data", self.root / "data"]
        self._process = subprocess.Popen(
            [sys.executable, "-m", "app", *arguments],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, encoding="utf-8", cwd=ROOT,
            env=os.environ | {"PYTHONUNBUFFERED": "1", "PYTHONIOENCODING": "utf-8", "http_proxy": "http://127.0.0.1:9"},
        )  # fmt: skip
        heard = ""
        for line in self._process.stdout:
            heard += line
            if found := re.search(r"http://127\.0\.0\.1:(\d+)", line):
                self.port = int(found[1])
                return
        raise AssertionError(heard)

    def stop(self):
        self._process.terminate()
        self._process.wait(20)
        self._process.stdout.close()

    @property
    def address(self):
        return f"http://127.0.0.1:{self.port}"


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    server = Server(tmp_path_factory.mktemp("page"))
    yield server
    server.stop()


@pytest.fixture(scope="module")
def browser():
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


class Visit:
    """A reader's page, with everything it asked for and complained about."""

    def __init__(self, browser, server, locale, width, path="/"):
        touch = width < 500
        self.context = browser.new_context(
            locale=locale,
            viewport={"width": width, "height": 850},
            has_touch=touch,
            permissions=["clipboard-read", "clipboard-write"],
        )
        self.server = server
        self.page = self.context.new_page()
        self.page.set_default_timeout(20_000)
        self.requests, self.complaints = [], []
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.on("console", self._listen)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.goto(f"{server.address}{path}")
        self.input = self.page.get_by_role("textbox", name=re.compile("^(Question|问题)$"))
        self.turns = self.page.locator("#turns .turn")

    def _listen(self, message):
        if message.type == "error":
            self.complaints.append(message.text)

    def ask(self, question):
        number = self.turns.count()
        self.input.fill(question)
        self.input.press("Enter")
        self.turns.nth(number).wait_for()
        return self.turns.nth(number)

    def requests_elsewhere(self):
        return [url for url in self.requests if not url.startswith(("http://127.0.0.1:", "data:", "blob:"))]

    def width(self):
        return self.page.evaluate("document.documentElement.scrollWidth")


@pytest.fixture
def visit(browser, server):
    opened = []

    def visit(locale="en-US", width=1280, path="/"):
        opened.append(Visit(browser, server, locale, width, path))
        return opened[-1]

    yield visit
    for one in opened:
        one.context.close()


@dataclass(frozen=True)
class Reading:
    """What a reader with a browser in one language asks and sees."""

    locale: str
    title: str
    placeholder: str
    empty_panel: str
    example: str
    question: str
    answer: str
    mark: str
    off_topic: str
    refusal: str
    other: str


CHINESE = Reading(
    "zh-CN", "大语言模型学习助手", "输入问题，回车发送", "提问之后", "什么是 LoRA？",
    "LoRA 有什么局限？", "LoRA 的秩要靠人工选定", "✓ 逐字引用", "今天晚饭吃什么？", "所以我不作答", "English",
)  # fmt: skip
ENGLISH = Reading(
    "en-US", "LLM study assistant", "Type a question, press Enter", "Ask a question", "What is LoRA?",
    "What is FlashAttention?", "FlashAttention computes", "✓ verbatim", "How do I cook pasta?",
    "I will not guess", "中文",
)  # fmt: skip
BOTH = pytest.mark.parametrize("reading", [CHINESE, ENGLISH], ids=lambda reading: reading.locale)


@BOTH
def test_a_reader_asks_follows_a_mark_to_its_source_and_is_declined_what_is_not_there(visit, reading):
    reader = visit(reading.locale)
    page = reader.page
    expect(page).to_have_title(reading.title)
    expect(page.locator("#empty .examples a").first).to_have_text(reading.example)
    expect(reader.input).to_have_attribute("placeholder", reading.placeholder)
    expect(reader.input).to_be_focused()
    expect(page.locator("#panel")).to_contain_text(reading.empty_panel)

    turn = reader.ask(reading.question)
    expect(turn).to_contain_text(reading.answer)
    source = page.locator("#panel .source").first
    expect(source).to_contain_text("corpus/")
    expect(source).to_contain_text(reading.mark)
    expect(source).not_to_have_class(re.compile(r"\blit\b"))
    address = page.url
    turn.locator(".mark").first.click()
    expect(source).to_have_class(re.compile(r"\blit\b"))
    expect(source).to_be_in_viewport()
    assert page.url == address

    declined = reader.ask(reading.off_topic)
    expect(declined).to_contain_text(reading.refusal)
    for link in declined.locator(".nearest a").all():
        expect(link).to_have_attribute("href", re.compile("^/entry/"))

    assert reader.requests_elsewhere() == []
    assert [text for text in reader.complaints if "aborted" not in text.lower()] == []


@BOTH
def test_the_language_is_switched_everywhere_and_remembered(visit, reading):
    reader = visit(reading.locale)
    other = ENGLISH if reading is CHINESE else CHINESE
    reader.ask(reading.question)
    address = reader.page.url

    reader.page.get_by_role("link", name=reading.other).click()

    expect(reader.page.locator(".top .home")).to_have_text(other.title)
    assert reader.page.url == address
    expect(reader.turns).to_have_count(1)
    reader.page.goto(reader.server.address)
    expect(reader.input).to_have_attribute("placeholder", other.placeholder)
    expect(reader.page.locator("#empty .examples a").first).to_have_text(other.example)
    assert reader.page.evaluate("navigator.language").startswith(other.locale[:2])


def test_a_mark_of_an_earlier_answer_moves_the_panel_and_not_the_conversation(visit):
    reader = visit()
    reader.ask("What is LoRA?")
    for question in ("What is FlashAttention?", "What are the limits of LoRA?", "What is LoRA?"):
        reader.ask(question)
    page = reader.page
    mark = reader.turns.first.locator(".mark").first
    mark.scroll_into_view_if_needed()
    before = page.evaluate("scrollY")

    mark.click()

    expect(page.locator("#panel .turn-title")).to_have_text("What is LoRA?")
    expect(page.locator("#panel .source.lit")).to_have_count(1)
    assert page.evaluate("scrollY") == before
    expect(mark).to_be_in_viewport()


def test_a_conversation_is_the_same_after_a_reload_in_a_second_tab_and_after_a_restart(visit, server):
    reader = visit()
    reader.ask("What is LoRA?")
    reader.ask("What are its limits?")
    said = reader.page.locator("#turns").inner_text()
    panel = reader.page.locator("#panel").inner_text()
    assert "?c=" in reader.page.url

    reader.page.reload()
    assert reader.page.locator("#turns").inner_text() == said
    assert reader.page.locator("#panel").inner_text() == panel

    second = reader.context.new_page()
    second.goto(reader.page.url)
    assert second.locator("#turns").inner_text() == said

    server.stop()
    server.start()
    second.reload()
    assert second.locator("#turns").inner_text() == said
    reader.page.reload()
    reader.ask("What is FlashAttention?")
    second.reload()
    expect(second.locator("#turns .turn")).to_have_count(3)


def test_what_is_typed_while_an_answer_comes_stays_and_is_sent_in_order(visit):
    reader = visit()
    reader.input.press_sequentially("What is LoRA?")
    reader.input.press("Enter")
    reader.input.press_sequentially("What is FlashAttention?")
    reader.input.press("Enter")
    reader.input.press_sequentially("half a thou")

    reader.turns.nth(1).wait_for()
    expect(reader.turns.nth(0).locator(".user")).to_have_text("What is LoRA?")
    expect(reader.turns.nth(1).locator(".user")).to_have_text("What is FlashAttention?")
    expect(reader.input).to_have_value("half a thou")
    expect(reader.input).to_be_focused()


def test_the_keyboard_breaks_lines_finds_the_input_and_sends_nothing_blank(visit):
    reader = visit()
    reader.input.press("Enter")
    reader.input.press_sequentially("What is")
    reader.input.press("Shift+Enter")
    reader.input.press_sequentially("LoRA?")
    expect(reader.input).to_have_value("What is\nLoRA?")
    reader.input.press("Enter")
    reader.turns.first.wait_for()
    expect(reader.turns).to_have_count(1)
    expect(reader.input).to_have_value("")

    reader.turns.first.locator("[data-do=copy]").focus()
    reader.page.keyboard.press("/")

    expect(reader.input).to_be_focused()
    expect(reader.input).to_have_value("")


def test_a_question_that_is_too_long_is_said_before_it_is_sent_and_kept(visit):
    reader = visit()
    reader.input.fill("x" * 2001)
    expect(reader.page.locator("#limit")).to_contain_text("2001 characters, the limit is 2000")
    reader.input.press("Enter")
    expect(reader.input).to_have_value("x" * 2001)
    expect(reader.turns).to_have_count(0)

    reader.input.fill("x" * 1990)
    expect(reader.page.locator("#limit")).to_have_text("10 characters left")


def test_a_copied_answer_is_plain_text_with_references_and_addresses(visit):
    reader = visit()
    turn = reader.ask("What is FlashAttention?")
    turn.locator("[data-do=copy]").click()
    expect(reader.page.locator("#toast")).to_have_text("Copied")

    copied = reader.page.evaluate("navigator.clipboard.readText()")

    assert "FlashAttention computes exact attention in tiles. [1]" in copied
    assert "[1] FlashAttention. https://arxiv.org/abs/2205.14135" in copied
    assert "](" not in copied


def test_an_answer_is_rated_repeated_deleted_and_taken_back(visit):
    reader = visit()
    page = reader.page
    turn = reader.ask("What is LoRA?")
    up = turn.locator("[data-do=up]")
    up.click()
    expect(up).to_have_attribute("aria-pressed", "true")
    turn.locator("[data-do=down]").click()
    page.locator("#toast input").fill("too short")
    page.locator("#toast input").press("Enter")
    expect(page.locator("#toast")).to_have_text("Noted, thank you.")
    page.reload()
    expect(turn.locator("[data-do=down]")).to_have_attribute("aria-pressed", "true")

    number = turn.get_attribute("id")
    turn.locator("[data-do=long]").click()
    expect(turn.locator("[data-do=down]")).to_have_attribute("aria-pressed", "false")
    expect(reader.turns).to_have_count(1)
    assert turn.get_attribute("id") == number

    turn.locator("[data-do=delete]").click()
    expect(reader.turns).to_have_count(0)
    page.get_by_role("button", name="Undo").click()
    expect(reader.turns).to_have_count(1)
    turn.locator("[data-do=edit]").click()
    expect(reader.turns).to_have_count(0)
    expect(reader.input).to_have_value("What is LoRA?")


def test_conversations_are_found_renamed_exported_deleted_and_taken_back(visit):
    reader = visit()
    page = reader.page
    reader.ask("What is FlashAttention?")
    chosen = page.locator("#conversations li:has([aria-current])")
    chosen.locator("summary").click()
    chosen.get_by_role("button", name="Rename").click()
    page.keyboard.type("Tiles & <b>bold</b>")
    page.keyboard.press("Enter")
    expect(chosen.get_by_role("link").first).to_have_text("Tiles & <b>bold</b>")
    page.locator("#search-conversations").fill("tiles bold")
    expect(page.locator("#conversation-list li")).to_have_count(1)

    exported = {}
    for ending, name in (("md", "Markdown"), ("html", "HTML"), ("bib", "BibTeX")):
        chosen.locator("summary").click()
        with page.expect_download() as download:
            chosen.get_by_role("link", name=f"Export as {name}").click()
        assert download.value.suggested_filename == f"Tiles-b-bold-b.{ending}"
        exported[ending] = Path(download.value.path()).read_text(encoding="utf-8")
    assert exported["md"].startswith("# Tiles & \\<b\\>bold\\</b\\>\n\n## What is FlashAttention?\n\nFlashAttention")
    assert "<b>" not in exported["html"]
    assert "eprint        = {2205.14135}" in exported["bib"]
    assert all("https://arxiv.org/abs/2205.14135" in text for text in exported.values())

    chosen.locator("summary").click()
    chosen.get_by_role("button", name="Delete").click()
    expect(reader.turns).to_have_count(0)
    expect(page.locator("#conversation-list li")).to_have_count(0)
    page.get_by_role("button", name="Undo").click()
    expect(reader.turns).to_have_count(1)
    expect(page.locator("#conversation-list li")).to_have_count(1)


def test_an_address_asks_opens_and_goes_back_and_forward(visit):
    reader = visit(path="/?q=What+is+FlashAttention%3F")
    page = reader.page
    expect(reader.turns.first).to_contain_text("in tiles")
    first = page.url
    assert "?c=" in first
    page.reload()
    expect(reader.turns).to_have_count(1)  # it is not asked again

    page.get_by_role("link", name="New conversation").click()
    expect(reader.turns).to_have_count(0)
    reader.ask("What is LoRA?")
    second = page.url
    page.go_back()
    expect(reader.turns.first).to_contain_text("in tiles")
    assert page.url == first
    page.go_forward()
    expect(reader.turns.first).to_contain_text("What is LoRA?")
    assert page.url == second

    page.goto(f"{reader.server.address}/?c=nothing")
    expect(page.get_by_role("alert")).to_contain_text("There is no such conversation")


def test_examples_and_suggestions_ask_and_none_is_suggested_twice(visit):
    reader = visit()
    reader.page.locator("#empty").get_by_role("link", name="What is LoRA?").click()
    suggestion = reader.turns.first.locator(".suggestions a").first
    question = suggestion.inner_text()
    assert question in CARD
    assert question != "What is LoRA?"

    suggestion.click()

    expect(reader.turns.nth(1).locator(".user")).to_have_text(question)
    assert not {"What is LoRA?", question} & set(reader.turns.nth(1).locator(".suggestions a").all_inner_texts())
    expect(reader.input).to_be_focused()


def test_markup_in_the_corpus_and_in_a_question_is_shown_and_not_obeyed(visit):
    reader = visit()
    page = reader.page
    question = "What is the danger of brackets? <img src=x onerror=\"document.title='broken'\">"

    turn = reader.ask(question)

    expect(turn.locator(".user")).to_have_text(question)
    expect(turn.locator(".bot")).to_contain_text("obeys <img src=https://a.org/y onerror")
    expect(page.locator("#panel blockquote").first).to_contain_text("obeys <img src=https://a.org/y onerror")
    expect(page.locator("#panel .turn-title")).to_have_text(question)
    expect(reader.ask("What does the `<eos>` token do?").locator(".user")).to_have_text(
        "What does the `<eos>` token do?"
    )
    page.reload()
    expect(page.locator("#chat img, #panel img, #panel script, #conversations img")).to_have_count(0)
    assert "broken" not in page.evaluate("document.title").split("·")[-1]
    assert reader.requests_elsewhere() == []


def test_a_question_costs_the_same_however_long_the_conversation_is(visit):
    reader = visit()
    sizes = []

    def count(response):
        if "/gradio_api/" in response.url and response.request.method == "POST":
            sent.append(len(response.request.post_data or ""))

    reader.page.on("response", count)
    for number in range(6):
        sent = []
        reader.ask(f"What is LoRA? ({number})")
        sizes.append(sum(sent))

    assert max(sizes) - min(sizes) < 100
    assert max(sizes) < 2_000


def test_on_a_phone_sources_come_from_below_and_back_puts_them_away(visit):
    reader = visit("zh-CN", width=390)
    page = reader.page
    turn = reader.ask("LoRA 有什么局限？")
    panel = page.locator("#panel")
    expect(panel).not_to_be_in_viewport()
    address = page.url
    mark = turn.locator(".mark").first
    thumb = page.evaluate(
        "mark => { const c = getComputedStyle(mark, '::after'); return [parseFloat(c.width), parseFloat(c.height)] }",
        mark.element_handle(),
    )
    assert min(thumb) >= 44

    mark.tap()
    expect(panel.locator(".source.lit")).to_be_in_viewport()
    page.go_back()
    expect(panel).not_to_be_in_viewport()
    assert page.url == address
    turn.locator(".show-sources").tap()
    expect(panel).to_be_in_viewport()
    page.locator("#close-panel").tap()
    expect(panel).not_to_be_in_viewport()
    assert reader.width() <= 390


@pytest.mark.parametrize("width", [390, 820, 1280, 1440])
def test_no_page_scrolls_sideways(visit, width):
    reader = visit(width=width)
    reader.ask("Compare LoRA with FlashAttention")
    assert reader.width() <= width
    for path in ("/library", "/entry/arxiv:2106.09685"):
        reader.page.goto(f"{reader.server.address}{path}")
        assert reader.width() <= width


def test_a_quote_leads_to_its_line_on_the_page_of_its_entry_also_where_that_is_folded(visit):
    reader = visit("zh-CN")
    page = reader.page
    reader.ask("What are the limits of LoRA?")  # answered in English, on a Chinese page
    link = page.locator("#panel .source a[href*='#L']").first
    line = link.get_attribute("href").split("#")[1]

    link.click()

    expect(page.locator("h1")).to_have_text("LoRA：低秩适配")
    expect(page.locator(f"#{line}")).to_be_in_viewport()
    page.get_by_role("link", name="就它提问").click()
    expect(reader.turns.first.locator(".user")).to_have_text("什么是 LoRA？")


def test_the_library_is_searched_as_one_types_and_filtered_by_its_facets(visit):
    reader = visit(path="/library")
    page = reader.page
    expect(page.locator(".summary strong")).to_have_text("3 entries")
    page.locator("#q").press_sequentially("tri dao")
    expect(page.locator(".summary strong")).to_have_text("1 entry")
    expect(page).to_have_url(re.compile(r"q=tri\+dao"))
    page.reload()
    expect(page.locator(".entries h2")).to_have_text("FlashAttention")
    page.locator("#q").fill("")
    expect(page.locator(".summary strong")).to_have_text("3 entries")
    page.locator(".years a").first.click()
    expect(page.locator(".summary strong")).to_have_text("1 entry")
    page.get_by_role("link", name="中文").click()
    expect(page.locator(".summary strong")).to_have_text("1 个条目")
    assert reader.complaints == []


def test_filters_read_from_a_question_are_taken_away_and_changed(visit):
    reader = visit()
    page = reader.page
    turn = reader.ask("Which papers from 2022 are there?")
    chips = turn.locator(".chips .chip")
    expect(chips).to_have_text([re.compile(r"Year\s*2022"), re.compile(r"Kind\s*paper")])

    chips.first.get_by_role("button", name="Remove 2022").click()
    expect(chips).to_have_text([re.compile(r"Kind\s*paper")])
    expect(turn.locator(".bot")).to_contain_text("LoRA")
    expect(turn.locator(".bot")).to_contain_text("FlashAttention")
    expect(reader.turns).to_have_count(1)

    chips.first.locator("[data-do=filter]").click()
    expect(page.locator("#filter-kinds")).to_be_focused()
    expect(page.locator("#filter-kinds")).to_have_value("paper")
    page.locator("#filter-authors").fill("Tri Dao")
    page.locator("#filters [value=ask]").click()
    expect(chips.last).to_have_text(re.compile(r"Author\s*Tri Dao"))
    expect(turn.locator(".bot")).to_contain_text("FlashAttention")
    expect(turn.locator(".bot")).not_to_contain_text("LoRA")
    expect(reader.input).to_be_focused()

    page.reload()
    turn.locator("[data-do=short]").click()  # what the reader has changed holds
    expect(turn.locator(".bot")).not_to_contain_text("LoRA")
    expect(chips.last).to_have_text(re.compile(r"Author\s*Tri Dao"))
    page.locator(".actions [data-do=filter]").click()
    page.keyboard.press("Escape")
    expect(page.locator("#filters")).not_to_be_visible()
    assert reader.complaints == []


def test_a_finger_that_rests_on_a_mark_sees_its_quote_and_opens_no_sheet(visit):
    reader = visit(width=390)
    page = reader.page
    turn = reader.ask("What is FlashAttention?")
    box = turn.locator(".mark").first.bounding_box()
    touch = page.context.new_cdp_session(page)
    point = [{"x": box["x"] + box["width"] / 2, "y": box["y"] + box["height"] / 2}]

    touch.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": point})
    expect(page.locator("#preview blockquote")).to_contain_text("exact attention in tiles")
    touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})

    expect(page.locator("#preview")).to_be_visible()
    expect(page.locator("#panel")).not_to_be_in_viewport()
    page.locator("#chat .user").first.tap()
    expect(page.locator("#preview")).to_have_count(0)


def test_a_mark_shows_its_quote_to_the_mouse_and_to_the_keyboard(visit):
    reader = visit()
    mark = reader.ask("What is FlashAttention?").locator(".mark").first
    preview = reader.page.locator("#preview blockquote")

    mark.hover()
    expect(preview).to_contain_text("exact attention in tiles")
    reader.page.mouse.move(5, 400)
    expect(preview).to_have_count(0)
    reader.input.focus()
    for _ in range(40):
        reader.page.keyboard.press("Shift+Tab")
        if mark.evaluate("mark => mark === document.activeElement"):
            break
    expect(preview).to_contain_text("exact attention in tiles")


def test_the_keyboard_goes_from_a_mark_to_its_source_and_back(visit):
    reader = visit()
    mark = reader.ask("What is FlashAttention?").locator(".mark").first

    mark.focus()
    mark.press("Enter")
    card = reader.page.locator('#panel .sources [data-n="1"]')
    expect(card).to_be_focused()
    card.press("Escape")

    expect(mark).to_be_focused()


def test_each_mark_shows_the_quote_that_it_stands_behind(visit):
    reader = visit()
    marks = reader.ask("What is LoRA, and what are its limits?").locator(".mark")
    preview = reader.page.locator("#preview blockquote")
    assert marks.count() > 1  # of one source

    marks.first.hover()
    expect(preview).to_contain_text("trains a pair of low-rank matrices")
    marks.last.hover()
    expect(preview).to_contain_text("chosen by hand")


def test_the_map_is_walked_by_keyboard_and_its_dots_open_entries(visit):
    reader = visit(path="/library")
    page = reader.page
    page.get_by_role("link", name="Map").click()
    page.wait_for_url("**/library/map**")  # and loaded: a key pressed before the script is there is lost
    chart = page.locator("svg.map")
    chart.focus()
    page.keyboard.press("ArrowRight")
    said = page.locator("#map-said")
    expect(said).to_have_text(re.compile("LoRA|FlashAttention|Danger"))
    name = said.inner_text()
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text(name)

    page.go_back()
    page.locator("#q").fill("tri dao")
    expect(page.locator(".summary strong")).to_have_text("1 entry")
    page.locator("svg.map").focus()
    page.keyboard.press("ArrowUp")
    expect(page.locator("#map-said")).to_have_text("FlashAttention")
    assert reader.complaints == []
    assert reader.requests_elsewhere() == []
