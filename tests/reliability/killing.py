"""Kills refreshes and looks at what is left. Prints one JSON object for every kill, and fails at the first bad one.

    python tests/reliability/killing.py changed            # at every operation on a file
    python tests/reliability/killing.py full --every 20    # at every 20th
    python tests/reliability/killing.py changed --moments 100   # at random moments instead

``first`` is the first refresh of a data folder, ``changed`` one after a change of the corpus, ``full`` one that was
asked for without any change. Python tells an audit hook of every file it opens, makes, renames or removes; ``fsync``
and the files of FAISS and SQLite, which it does not tell of, are counted before and after. Every refresh runs in a
process of its own, forked so that it has everything imported.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import signal
import sys
import tempfile
import time
from pathlib import Path

os.environ["TOKENIZERS_PARALLELISM"] = "false"  # its threads would be missing after a fork

import faiss

import index.build
from index.encoders.static import StaticEncoder
from index.errors import MissingIndexError
from index.refresh import refresh_index
from index.search import Searcher

EVENTS = {"open", "os.rename", "os.remove", "os.rmdir", "os.mkdir", "os.truncate"}
OLD = "## S\n\n- **LoRA** [[a](https://arxiv.org/abs/2106.09685)]\n  It freezes the weights and learns two matrices.\n"
NEW = "\n- **Toolformer** [[a](https://arxiv.org/abs/2302.04761)]\n  The model decides when to call a tool.\n"


class Quiet:
    """Takes what a refresh says."""

    def say(self, message, *, warning=False):
        pass

    def progress(self, title):
        return self

    def __enter__(self):
        return lambda done, total: None

    def __exit__(self, *_):
        pass


class Killer:
    """Ends this process at the n-th operation on a file below a folder."""

    def __init__(self, at, folder):
        self.at, self.folder, self.count = at, str(folder), 0
        os.fsync = self.around(os.fsync)
        faiss.write_index = self.around(faiss.write_index)
        index.build.write_store = self.around(index.build.write_store)
        sys.addaudithook(self.audit)

    def step(self):
        self.count += 1
        if self.count == self.at:
            os.kill(os.getpid(), signal.SIGKILL)

    def audit(self, event, arguments):
        if event in EVENTS and any(isinstance(a, str | os.PathLike) and self.folder in str(a) for a in arguments):
            self.step()

    def around(self, call):
        def counted(*arguments, **named):
            self.step()
            done = call(*arguments, **named)
            self.step()
            return done

        return counted


class Case:
    """A data folder before a refresh, and what its index answers before and after it."""

    def __init__(self, name, home, encoder):
        self.full, self.encoder = name == "full", encoder
        self.corpus, self.template, self.data = home / "corpus", home / "template", home / "data"
        lists = self.corpus / "lists"
        lists.mkdir(parents=True)
        (lists / "a.md").write_text(OLD, encoding="utf-8")
        self.template.mkdir()
        if name != "first":
            self.refresh(self.template, full=False)
            self.refresh(self.template, full=True)  # there is a generation before the live one
        if name == "changed":
            (lists / "a.md").write_text(OLD + NEW, encoding="utf-8")
        self.before = self.answers(self.template)
        self.reset()
        started = time.perf_counter()
        self.refresh(self.data, full=self.full)
        self.seconds = time.perf_counter() - started
        self.after = self.answers(self.data)

    def reset(self):
        shutil.rmtree(self.data, ignore_errors=True)
        shutil.copytree(self.template, self.data)

    def refresh(self, data, *, full):
        refresh_index(self.corpus, data, Quiet(), offline=True, full=full, encoder=self.encoder)

    def answers(self, data):
        try:
            searcher = Searcher.open(data / "index", self.encoder)
        except MissingIndexError:
            return None
        hits = [searcher.search(question) for question in ("What is LoRA?", "Toolformer 是什么？")]
        searcher.close()
        return [[(hit.entry, hit.score, hit.matches) for hit in found] for found in hits]

    def kill(self, *, at=0, after=0.0):
        """Starts a refresh, kills it, and returns whether there was anything to kill."""
        self.reset()
        child = os.fork()
        if not child:
            if at:
                Killer(at, self.data)
            self.refresh(self.data, full=self.full)
            os._exit(0)
        if not at:
            time.sleep(after)
            os.kill(child, signal.SIGKILL)
        return os.WIFSIGNALED(os.waitpid(child, 0)[1])

    def state(self):
        """Returns what is left: an index as before or as after, and what the next plain refresh makes of it."""
        found = self.answers(self.data)
        state = "before" if found == self.before else "after" if found == self.after else "OTHER"
        self.refresh(self.data, full=False)
        folder = self.data / "index"
        named = set((folder / "CURRENT").read_text(encoding="utf-8").split())
        left = {path.name for path in folder.iterdir()} - {"CURRENT", "CORPUS", *named}
        return {"left": state, "mended": self.answers(self.data) == self.after, "debris": sorted(left)}


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("case", choices=["first", "changed", "full"])
    arguments.add_argument("--every", type=int, default=1)
    arguments.add_argument("--moments", type=int, default=0)
    asked = arguments.parse_args()
    chance = random.Random(0)
    with tempfile.TemporaryDirectory() as home:
        case = Case(asked.case, Path(home), StaticEncoder.load())
        plans = (
            [{"after": chance.uniform(0, case.seconds)} for _ in range(asked.moments)]
            if asked.moments
            else ({"at": at} for at in range(1, 100_000, asked.every))
        )
        for plan in plans:
            killed = case.kill(**plan)
            if not killed and "at" in plan:
                break
            result = {**plan, "killed": killed, **case.state()}
            sys.stdout.write(f"{json.dumps(result)}\n")
            sys.stdout.flush()
            if result["left"] == "OTHER" or not result["mended"] or result["debris"]:
                sys.exit(1)


if __name__ == "__main__":
    main()
