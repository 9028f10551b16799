import re
import subprocess
import sys
import tomllib
from functools import cache
from pathlib import Path

import pytest

from evals.peers.tables import PAGES as PEER_PAGES
from evals.regression import read_regression
from evals.tables import READMES, public_table, read_public, score_table

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = ("ingest", "index", "app", "evals")


def text_of(readme):
    return (ROOT / readme).read_text(encoding="utf-8")


def block(text, mark):
    return re.search(rf"<!-- {mark} -->\n(.*?)\n<!-- /{mark} -->", text, re.S)[1]


@cache
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


GROWTH = ("docs/growth.md", "docs/growth.zh-CN.md")
DOCUMENTS = (*READMES, "CONTRIBUTING.md", "CHANGELOG.md", "docs/threat-model.md", *GROWTH, *PEER_PAGES)


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_command_that_a_document_names_exists(document):
    text = text_of(document)
    scripts = tomllib.loads(text_of("pyproject.toml"))["project"]["scripts"]
    targets = re.findall(r"^([\w-]+):", text_of("Makefile"), re.M)

    assert set(re.findall(r"\bllm-study(?:-(?:index|evals|ingest))?\b(?![./:\w-])", text)) <= set(scripts)
    for line in re.findall(r"(?:^|`)make ((?:\w+ ?)+)", text, re.M):
        assert set(line.split("  ")[0].split()) <= set(targets), line
    for package in re.findall(r"python -m (\w+)", text):
        assert package in PACKAGES


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_file_that_a_document_names_exists(document):
    text = text_of(document)
    here = (ROOT / document).parent
    linked = [here / path for path in re.findall(r"\]\((?!https?:)([^)#]+)\)", text)]
    named = [ROOT / path for path in re.findall(r"\b((?:tests|deploy|app|index|evals|docs)/[\w/.-]+\.\w+)", text)]

    assert [path for path in (*linked, *named) if "NAME" not in path.name and not path.exists()] == []


def test_both_pages_on_growth_give_the_same_figures():
    def figures(page):
        text = re.sub(r"2\.8 M\b|2\.8 million|280 万", "2.8M", text_of(page))
        text = re.sub(r"6\.2 M\b|620 万", "6.2M", text)
        text = re.sub(r"150 M\b|150 million|1\.5 亿", "150M", text)
        return sorted(set(re.findall(r"\d[\d,.]*\d|\d", text)))

    english, chinese = map(figures, GROWTH)

    assert english == chinese


def test_every_test_that_the_threat_model_relies_on_exists():
    named = re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", text_of("docs/threat-model.md"))

    assert len(named) > 10
    for path, name in named:
        assert re.search(rf"^def {name}\(", text_of(path), re.M), f"{path} has no {name}"


def test_every_dependency_has_its_licence_on_the_page_and_the_licence_goes_with_ours():
    command = [sys.executable, "docs/licences.py", "--print"]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, encoding="utf-8", check=False)

    assert run.returncode == 0, run.stderr  # a licence with conditions that nobody has looked at stops it
    project = tomllib.loads(text_of("pyproject.toml"))["project"]
    wanted = {re.match(r"[\w-]+", line)[0].lower() for line in project["dependencies"]}
    assert wanted <= set(re.findall(r"^\| (\S+) \|", text_of("docs/licences.md"), re.M))


def test_the_image_has_what_the_wheel_is_made_of():
    sent = set(re.findall(r"^!(\S+)$", text_of(".dockerignore"), re.M))
    wheel = tomllib.loads(text_of("pyproject.toml"))["tool"]["hatch"]["build"]["targets"]["wheel"]

    assert {*wheel["packages"], *wheel["force-include"], "pyproject.toml", "README.md", "LICENSE"} == sent
