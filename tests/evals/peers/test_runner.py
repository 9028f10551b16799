import ast
import json
import subprocess
from pathlib import Path

import pytest

from evals.peers.contenders import PEERS
from evals.peers.runner import Home, ask, spent

ROOT = Path(__file__).resolve().parents[3]
IN_AN_ENVIRONMENT = [ROOT / "evals/peers/runner.py", *sorted((ROOT / "evals/peers/adapters").glob("*.py"))]


@pytest.fixture
def home(tmp_path):
    (tmp_path / "passages.jsonl").write_text('{"id": "p1", "text": "低秩 LoRA"}\n', encoding="utf-8")
    (tmp_path / "questions.jsonl").write_text('{"id": "q1", "q": "lora"}\n{"id": "q2", "q": "x"}\n', encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize("file", IN_AN_ENVIRONMENT, ids=lambda file: file.stem)
def test_what_runs_in_an_environment_imports_nothing_of_the_project(file):
    nodes = list(ast.walk(ast.parse(file.read_text(encoding="utf-8"))))
    names = [alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names]
    names += [node.module for node in nodes if isinstance(node, ast.ImportFrom)]

    assert not {name.split(".")[0] for name in names} & {"app", "evals", "index", "ingest"}


def test_every_peer_has_an_adapter_and_pinned_requirements():
    assert {peer.adapter for peer in PEERS} == set((ROOT / "evals/peers/adapters").glob("*.py"))
    for peer in PEERS:
        lines = peer.requirements.read_text(encoding="utf-8").split()
        assert peer.version
        assert all("==" in line for line in lines)
        assert "torch==2.13.0" in lines


def test_a_home_reads_what_was_exported(home):
    assert Home(home).passages() == [{"id": "p1", "text": "低秩 LoRA"}]
    assert [question["q"] for question in Home(home).questions()] == ["lora", "x"]


def test_each_question_is_told_with_what_it_took():
    told = []

    first = ask(lambda question: [(question, 1)], [{"id": "q1", "q": "a"}, {"id": "q2", "q": "b"}], told.append)

    assert [(row["id"], row["found"]) for row in told] == [("q1", [["a", 1.0]]), ("q2", [["b", 1.0]])]
    assert all(row["ms"] >= 0 and row["cpu_ms"] >= 0 for row in told)
    assert 0 < first <= spent()["cpu_s"]


def test_a_search_tells_one_line_a_question_and_then_what_it_spent(home, write_peer, command):
    peer = write_peer()
    of_peer = [str(peer.adapter), "hybrid", str(home / "index")]

    for step in ("build", "search"):
        done = subprocess.run([*command, step, str(home), *of_peer], capture_output=True, text=True, check=True)

    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert [row.get("found") for row in rows] == [[["p1", 1.0]], [], None]
    assert {"cpu_s", "resident_mb", "peak_mb", "first_cpu_s"} == set(rows[-1])
    assert "no answer" in done.stderr  # what a library prints does not come between
