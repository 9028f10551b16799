import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect, sync_playwright

from app.state.accounts import set_password

ROOT = Path(__file__).resolve().parents[3]
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
LIST = """# Papers

- **LoRA: Low-Rank Adaptation** (LoRA). *Edward J. Hu.* ICLR, 2022. [[arxiv](https://arxiv.org/abs/2106.09685)]
  LoRA freezes the pretrained weights. It has no added latency at inference.
"""
PAGES = ("/", "/library", "/entry/arxiv:2106.09685", "/path?goal=LoRA", "/study", "/quality", "/api", "/entry/none")
SHARES = ("quote at its line", "facts present", "declined, out-of-scope", "declined, near-miss", "declined, answerable")
MEASURES = ("nDCG@10", "R@10", "Success@1", "Success@5", "RR@10")

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="needs Chromium")


def run_of_the_suite(value):
    parts = {f"retrieval {part}": dict.fromkeys(MEASURES, value) for part in ("all", "zh", "en")}
    parts |= {f"answers {part}": dict.fromkeys(SHARES, value) for part in ("all", "zh", "en")}
    return json.dumps({"commit": "0123456789", "scores": {"counts": {"questions": 9}} | parts})


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    root = tmp_path_factory.mktemp("accessible")
    (root / "corpus" / "lists").mkdir(parents=True)
    (root / "corpus" / "lists" / "papers.md").write_text(LIST, encoding="utf-8")
    (root / "data" / "evals" / "results" / "earlier").mkdir(parents=True)
    results = root / "data" / "evals" / "results"
    (results / "results.json").write_text(run_of_the_suite(0.8), encoding="utf-8")
    (results / "earlier" / "2026-01-01T10-00-00.json").write_text(run_of_the_suite(0.7), encoding="utf-8")
    set_password(root / "accounts", "ann", "correct horse")
    where = ["--corpus", root / "corpus", "--data", root / "data", "--auth", root / "accounts"]
    process = subprocess.Popen(
        [sys.executable, "-m", "app", "--port", "0", *where], stdout=subprocess.PIPE, text=True, encoding="utf-8",
        cwd=ROOT, env=os.environ | {"PYTHONUNBUFFERED": "1", "PYTHONIOENCODING": "utf-8"},
    )  # fmt: skip
    yield re.search(r"http://127\.0\.0\.1:\d+", process.stdout.readline())[0]
    process.terminate()
    process.wait(20)
    process.stdout.close()


@pytest.fixture(scope="module")
def browser():
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(params=["light", "dark"])
def scheme(request):
    return request.param


@pytest.fixture(params=["zh-CN", "en-US"])
def page(request, browser, scheme):
    context = browser.new_context(locale=request.param, color_scheme=scheme, viewport={"width": 1280, "height": 850})
    page = context.new_page()
    page.set_default_timeout(30_000)
    yield page
    context.close()


def faults(page):
    found = Axe().run(page).response["violations"]
    return [
        (page.url, fault["id"], fault["nodes"][0]["html"])
        for fault in found
        if fault["impact"] in ("serious", "critical")
    ]


def log_in(page, address, path="/"):
    page.goto(f"{address}{path}")
    page.get_by_label(re.compile("^(用户名|Name)$")).fill("ann")
    page.get_by_label(re.compile("^(密码|Password)$")).fill("correct horse")
    page.keyboard.press("Enter")
    page.wait_for_url(f"{address}{path}")


def test_no_page_has_a_serious_fault_in_either_language_light_or_dark(page, address):
    page.goto(f"{address}/login?next=/quality")
    found = faults(page)
    page.get_by_label(re.compile("^(用户名|Name)$")).fill("ann")
    page.get_by_label(re.compile("^(密码|Password)$")).fill("wrong")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_be_visible(timeout=30_000)
    found += faults(page)
    log_in(page, address)
    for path in PAGES:
        page.goto(f"{address}{path}")
        page.locator("h1").first.wait_for(state="attached")
        found += faults(page)

    assert found == []


def test_a_reader_logs_in_asks_finds_it_again_refreshes_and_logs_out(browser, address):
    context = browser.new_context(locale="en-US")
    page = context.new_page()
    complaints = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    log_in(page, address, "/library")
    page.goto(address)
    page.get_by_role("textbox", name="Question").fill("What is LoRA?")
    page.keyboard.press("Enter")
    expect(page.locator("#turns .turn")).to_contain_text("freezes", timeout=30_000)
    conversation = page.url
    page.reload()
    expect(page.locator("#turns .turn")).to_contain_text("freezes", timeout=30_000)

    page.goto(f"{address}/quality")
    expect(page.locator("table .change.better").first).to_have_text("+0.100")
    page.get_by_role("button", name="Refresh").click()
    with page.expect_navigation(timeout=60_000):
        pass
    expect(page.get_by_role("button", name="Refresh")).to_be_enabled()

    page.get_by_role("button", name="Log out").click()
    expect(page).to_have_url(f"{address}/login", timeout=30_000)
    page.goto(conversation)
    expect(page.get_by_role("heading", name="Log in")).to_be_visible()
    assert complaints == []
    context.close()
