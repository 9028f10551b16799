"""The page about the linter in both languages, against the linter."""

import re

import pytest

from ingest.lint.rules import RULES

SEVERITIES = {
    "linting.md": {"error": "error", "warning": "warning", "note": "note"},
    "linting.zh-CN.md": {"error": "错误", "warning": "警告", "note": "提示"},
}


@pytest.mark.parametrize("page", SEVERITIES)
def test_the_page_lists_every_rule_with_its_severity_in_order(repository, page):
    text = (repository / "docs" / page).read_text(encoding="utf-8")
    rows = re.findall(r"^\| `([\w-]+)` \| (\S+) \|", text, re.M)

    assert rows == [(rule, SEVERITIES[page][severity]) for rule, (severity, _) in RULES.items()]


def test_the_english_page_says_of_each_rule_what_the_code_says(repository):
    text = (repository / "docs" / "linting.md").read_text(encoding="utf-8")

    assert [what for _, what in RULES.values() if f"| {what} |" not in text] == []


def test_both_pages_name_the_same_commands_and_fixable_rules(repository):
    pages = [(repository / "docs" / page).read_text(encoding="utf-8") for page in SEVERITIES]
    commands = [re.findall(r"^ingest \S.*?(?= {2,}#)", page, re.M) for page in pages]
    fixable = [re.findall(r"^\| `([\w-]+)` .*\| (?:yes|可以) \|$", page, re.M) for page in pages]

    assert commands[0] == commands[1] != []
    assert fixable[0] == fixable[1] != []
