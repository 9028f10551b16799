"""``make screenshots``: every picture of the READMEs, taken from the app over the shipped corpus by Chromium."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

ROOT = Path(__file__).resolve().parents[1]
FLAGS = ["--no-sandbox", "--disable-gpu", "--font-render-hinting=none"]
QUESTIONS = {"en": "How does LoRA differ from QLoRA?", "zh": "LoRA 和 QLoRA 有什么区别？"}


def main() -> None:
    """Takes the pictures and prints their names."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        sys.exit("error: no Chromium; install it with: apt-get install chromium fonts-noto-cjk")
    with serving() as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        for language, locale in (("en", "en-US"), ("zh", "zh-CN")):
            wide = {"width": 1440, "height": 900}
            page = browser.new_context(locale=locale, viewport=wide).new_page()
            ask(page, address, QUESTIONS[language])
            take(page, f"page-{language}.png")
            page.goto(f"{address}/library?topic=peft")
            take(page, f"library-{language}.png")
            page.goto(f"{address}/library/map")
            take(page, f"map-{language}.png")
            page.goto(f"{address}/entry/arxiv:2106.09685")
            take(page, f"entry-{language}.png")
            narrow = {"width": 390, "height": 844}
            phone = browser.new_context(locale=locale, viewport=narrow, color_scheme="dark").new_page()
            ask(phone, address, QUESTIONS[language])
            phone.locator("#turns .mark").first.click()
            phone.wait_for_timeout(500)  # the sheet slides in
            take(phone, f"phone-{language}.png")


def ask(page: Page, address: str, question: str) -> None:
    """Asks a question and waits for the whole answer."""
    page.goto(address)
    page.locator("#question").fill(question)
    page.locator("#question").press("Enter")
    page.locator("#turns .turn").wait_for()


def take(page: Page, name: str) -> None:
    """Writes a picture into this folder."""
    page.screenshot(path=Path(__file__).parent / name)
    sys.stdout.write(f"docs/{name}\n")


@contextmanager
def serving() -> Iterator[str]:
    """Runs the app over the shipped corpus and a new data folder; gives its address."""
    with tempfile.TemporaryDirectory() as data:
        command = [sys.executable, "-m", "app", "--port", "0", "--data", data]
        with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, encoding="utf-8") as server:
            for line in server.stdout or ():
                if found := re.search(r"http://[\d.]+:\d+", line):
                    yield found[0]
                    break
            server.terminate()


if __name__ == "__main__":
    main()
