"""The wheel and the source archive against the tree, and a wheel used from an empty folder."""

import os
import re
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = ("ingest", "index", "app", "evals")
DECLARED = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]

LIST = """# Papers

- **LoRA: Low-Rank Adaptation** (LoRA). *Edward J. Hu.* ICLR, 2022. [[arxiv](https://arxiv.org/abs/2106.09685)]
  LoRA freezes the pretrained weights and trains a pair of low-rank matrices.
"""


def files_below(folder):
    return {
        file.relative_to(ROOT).as_posix()
        for file in (ROOT / folder).rglob("*")
        if file.is_file() and file.suffix != ".pyc" and not file.name.startswith(".")
    }


@pytest.fixture(scope="module")
def archives(tmp_path_factory):
    """The folder with a wheel and a source archive, built without a network."""
    folder = tmp_path_factory.mktemp("dist")
    subprocess.run([sys.executable, "-m", "hatchling", "build", "-d", folder], cwd=ROOT, check=True, timeout=250)
    return folder


@pytest.fixture(scope="module")
def wheel(archives):
    (file,) = archives.glob("*.whl")
    return file


@pytest.fixture(scope="module")
def installed(wheel, tmp_path_factory):
    """The wheel unpacked, as an installer does it; what it depends on is that of this environment.

    Of the library one list and one card are left, so that its index is built in a moment.
    """
    folder = tmp_path_factory.mktemp("installed")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder)
    for file in (folder / "ingest" / "shipped" / "corpus").rglob("*.*"):
        if file.name not in ("study-path.md", "2305.14314.md"):
            file.unlink()
    return folder


def run(installed, folder, module, *arguments):
    """Runs a command of the unpacked wheel from a folder, with a home of its own."""
    environment = {name: value for name, value in os.environ.items() if name != "LLMSTUDY_DATA"}
    environment |= {"PYTHONPATH": str(installed), "XDG_DATA_HOME": str(folder / "home"), "PYTHONUTF8": "1"}
    return subprocess.run(
        [sys.executable, "-P", "-m", module, *arguments],
        cwd=folder, env=environment, capture_output=True, text=True, encoding="utf-8", check=False, timeout=250,
    )  # fmt: skip


def test_the_wheel_has_every_file_of_the_packages_and_the_corpus_byte_by_byte(wheel):
    expected = {path: path for package in PACKAGES for path in files_below(package)}
    expected |= {path: f"ingest/shipped/{path}" for path in files_below("corpus")}
    with zipfile.ZipFile(wheel) as archive:
        held = {name for name in archive.namelist() if ".dist-info/" not in name}

        assert held == set(expected.values())
        assert [path for path, name in expected.items() if archive.read(name) != (ROOT / path).read_bytes()] == []


def test_the_source_archive_has_what_the_wheel_the_tests_and_the_documents_need(archives):
    (file,) = archives.glob("*.tar.gz")
    with tarfile.open(file) as archive:
        held = {name.split("/", 1)[1] for name in archive.getnames() if "/" in name}

    for folder in (*PACKAGES, "corpus", "tests"):
        assert files_below(folder) <= held
    assert {"pyproject.toml", "LICENSE", "README.md", "README.zh-CN.md", "CHANGELOG.md", "Makefile"} <= held


def test_every_command_of_the_wheel_is_a_function_that_exists(wheel):
    with zipfile.ZipFile(wheel) as archive:
        (name,) = (name for name in archive.namelist() if name.endswith("entry_points.txt"))
        commands = dict(re.findall(r"^(\S+) = (\S+)$", archive.read(name).decode(), re.M))

    assert set(commands) == {"llm-study", "ingest", "llm-study-index", "llm-study-evals"}
    for target in commands.values():
        module, function = target.split(":")
        assert re.search(rf"^(?:def )?{function}\b", (ROOT / f"{module.replace('.', '/')}.py").read_text("utf-8"), re.M)


def test_from_an_empty_folder_the_shipped_corpus_answers_and_state_is_kept_in_the_users_folder(installed, tmp_path):
    done = run(installed, tmp_path, "app", "ask", "What is QLoRA?", "--length", "short")

    assert done.returncode == 0, done.stderr
    assert re.search(r"^\[1\] .* — corpus/papers/2305\.14314\.md:\d+ ", done.stdout, re.M)
    assert [path.name for path in tmp_path.iterdir()] == ["home"]
    state = tmp_path / "home" / "llm-study"
    assert (state / "index" / "CURRENT").is_file()
    assert (state / "index" / "CORPUS").read_text(
        encoding="utf-8"
    ) == ":shipped:\n"  # it may move with the next version

    again = run(installed, tmp_path, "ingest", "--offline")
    assert (again.returncode, again.stderr.split(":")[0]) == (0, "nothing changed")


def test_from_an_empty_folder_an_own_list_goes_where_data_says(installed, tmp_path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "papers.md").write_text(LIST, encoding="utf-8")

    built = run(installed, tmp_path, "ingest", "--offline", "--corpus", "mine", "--data", "state")
    asked = run(installed, tmp_path, "app", "ask", "What is LoRA?", "--data", "state")

    assert built.returncode == 0, built.stderr
    assert "mine/papers.md:4" in asked.stdout
    assert {path.name for path in tmp_path.iterdir()} == {"mine", "state"}


def test_what_changes_files_of_a_checkout_is_refused_outside_of_one(installed, tmp_path):
    done = run(installed, tmp_path, "evals", "--update")

    assert done.returncode == 1
    assert done.stderr.startswith("error: --update, --calibrate, --fit-support change files of a checkout")
    assert list(tmp_path.iterdir()) == []


def test_the_changelog_begins_with_the_version_of_the_package():
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")

    assert re.search(r"^## \[(\d+\.\d+\.\d+)\] - \d{4}-\d\d-\d\d$", text, re.M)[1] == DECLARED["version"]
