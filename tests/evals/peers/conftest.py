"""A peer that can be worked out in the head: it counts the words that a question shares with a passage."""

import sys
from pathlib import Path
from textwrap import dedent

import pytest

from evals.peers.contenders import Peer, Variant
from evals.questions import Gold, Question

COUNTING = """\
    import json

    def build(home, index, variant):
        rows = [(p["id"], p["text"].lower().split()) for p in home.passages()]
        (index / "words.json").write_text(json.dumps(rows), encoding="utf-8")

    def open_index(home, index, variant):
        rows = json.loads((index / "words.json").read_text(encoding="utf-8"))
        print("what a library prints is no answer")

        def search(question):
            asked = set(question.lower().split())
            scores = [(id, len(asked & set(words))) for id, words in rows]
            return sorted((pair for pair in scores if pair[1]), key=lambda pair: (-pair[1], pair[0]))

        return search
"""


@pytest.fixture
def write_peer(tmp_path):
    """Writes a peer's adapter; it runs in this interpreter."""

    def write(name="counting", code=COUNTING, variants=(Variant("hybrid", "words"),), requirements=None):
        file = tmp_path / "adapters" / f"{name}.py"
        file.parent.mkdir(exist_ok=True)
        file.write_text(dedent(code), encoding="utf-8")
        return Peer(name, name.title(), name, variants, file, requirements, vectors=False)

    return write


@pytest.fixture
def command():
    """Runs the runner in this interpreter, as an environment's command does."""
    import evals.peers.runner

    return [sys.executable, "-I", str(Path(evals.peers.runner.__file__))]


@pytest.fixture
def ask():
    """Makes a question with the entries that answer it."""

    def make(name, text, *entries, language="en"):
        gold = tuple(Gold(entry, 2, "words") for entry in entries)
        return Question(name, text, language, "fact", "t", "test", gold, (), (), 1)

    return make
