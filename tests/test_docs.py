import re
import subprocess
import sys
from pathlib import Path

import pytest

from evals.regression import read_regression
from evals.tables import READMES, public_table, read_public, score_table

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = ("ingest", "index", "app", "evals")


def text_of(readme):
    return (ROOT / readme).read_text(encoding="utf-8")


def block(text, mark):
    return re.search(rf"<!-- {mark} -->\n(.*?)\n<!-- /{mark} -->", text, re.S)[1]


def help_of(*command):
    argv = [sys.executable, "-m", *command, "--help"]
    run = subprocess.run(argv, cwd=ROOT, capture_output=True, text=True, check=True)
    return re.sub(r"\x1b\[[0-9;]*m", "", run.stdout)


@pytest.mark.parametrize("readme", READMES)
def test_a_readme_is_short_enough_to_read(readme):
    assert len(text_of(readme).splitlines()) < 200


@pytest.mark.parametrize("readme", READMES)
def test_the_score_tables_are_what_the_suite_printed(readme):
    assert block(text_of(readme), "scores") == score_table(read_regression(), readme)
    assert block(text_of(readme), "public") == public_table(read_public())


@pytest.mark.parametrize("readme", READMES)
def test_every_option_in_a_readme_exists(readme):
    helps = {
        "python -m app ask": help_of("app", "ask"),
        "python -m app": help_of("app"),
        "python -m index entries": help_of("index", "entries"),
        "python -m index export": help_of("index", "export"),
        "python -m evals": help_of("evals"),
        "ingest": help_of("ingest"),
    }
    rows = re.findall(r"^\| (`.*?) \|", text_of(readme), re.M)
    assert rows
    for row in rows:
        command = next(name for name in helps if row.strip("`").startswith(name))
        for option in re.findall(r"--[a-z]+", row):
            assert option in helps[command], f"{command} has no {option}"


@pytest.mark.parametrize("readme", READMES)
def test_the_sample_answer_stands_in_the_corpus(readme):
    sample = re.search(r"```text\n\$ python -m app ask .*?\n(.*?)```", text_of(readme), re.S)[1]
    sources = re.findall(r"^\[\d+\] .* — (.+) [(（]", sample, re.M)
    cited = [place.rsplit(":", 1) for places in sources for place in places.split(", ")]
    shown = re.split(r"\n(?:Sources|出处):", sample)[0]
    sentences = [text.strip().removeprefix("- ") for text in re.split(r"\[\d+\]", shown) if text.strip()]
    assert len(cited) >= len(sentences) > 0
    said = [
        re.sub(r" ?\[(?:arxiv|url|note):[^\]]+\]", "", line).replace("**", "").replace("`", "")
        for path, number in cited
        for line in [(ROOT / path).read_text(encoding="utf-8").split("\n")[int(number) - 1]]
    ]
    for sentence in sentences:
        quoted = re.sub(r"^[^：:]{1,60}(?:：|: )", "", sentence)  # without the entry's name in front
        assert any(quoted in line or sentence in line for line in said)


def test_the_file_tree_of_the_readme_names_every_module():
    tree = re.search(r"```text\ncorpus/(.*?)```", text_of("README.md"), re.S)[1]
    packages = dict(re.findall(r"^(\w+)/ .*\n((?:  .*\n)*)", tree, re.M))
    for package in ("ingest", "index", "app"):
        folders = dict(re.findall(r"^  (\w+)/ +(.*)$", packages[package], re.M))
        for file in (ROOT / package).rglob("*.py"):
            place = file.relative_to(ROOT / package).parts
            if not file.name.startswith("__") and place[0] != "training":
                line = packages[package] if len(place) == 1 else folders[place[0]]
                assert re.search(rf"\b{file.stem}\b", line), f"{file.relative_to(ROOT)} is not in the tree"


def test_the_makefile_has_the_two_commands():
    text = (ROOT / "Makefile").read_text(encoding="utf-8")
    for readme in READMES:
        for target in re.findall(r"^make (\w+)", text_of(readme), re.M):
            assert re.search(rf"^{target}:", text, re.M)
