"""``python -m evals.peers``: makes each peer's environment, builds, asks, scores, and prints the tables.

A composition root.
"""

from __future__ import annotations

import ingest.interrupts  # noqa: F401 - before what takes time to load  # isort: skip

import shutil
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from evals.errors import EvaluationError
from evals.peers.comparison import compare
from evals.peers.contenders import PEERS, Peer
from evals.peers.tables import keep, rich_tables, write_pages
from index.storage.origin import choose_corpus
from ingest.console import CorpusOption, DataOption, Terminal, one_line_ends
from ingest.places import refuse_changes

_talk = Terminal()
_WIDE = 160  # columns of a table that goes into a file
_out = Console(highlight=False, soft_wrap=True, width=None if sys.stdout.isatty() else _WIDE)

OnlyOption = Annotated[
    list[str] | None, typer.Option(help="A peer by name, repeatable; all by default. 只比较哪些库，默认全部。")
]
KeepOption = Annotated[bool, typer.Option("--keep", help="Keep environments and indexes. 保留环境与索引。")]
RoundsOption = Annotated[int, typer.Option(min=1, help="How often each is asked. 每种问几遍。")]
LimitOption = Annotated[int | None, typer.Option("--questions", min=1, help="Only so many. 只问这么多题。")]
UpdateOption = Annotated[bool, typer.Option("--update", help="Keep the results and write docs/. 保存结果并写入文档。")]


def main(
    only: OnlyOption = None,
    keep_all: KeepOption = False,
    rounds: RoundsOption = 3,
    limit: LimitOption = None,
    update: UpdateOption = False,
    corpus: CorpusOption = None,
    data: DataOption = Path("data"),
) -> None:
    """Compares retrieval libraries on the suite's test questions; exits with 1 if one failed. 与其他检索库比较。"""
    peers = _chosen(only or [])
    with one_line_ends():
        refuse_changes("--update", wanted=update)
        if update and limit:
            raise EvaluationError("--update keeps the results of all questions; leave out --questions")
        home = data / "evals" / "peers"
        results, failures = compare(
            peers, choose_corpus(corpus, data), home, rounds=rounds, limit=limit, keep=keep_all, say=_talk.say
        )
        if not keep_all:
            shutil.rmtree(home / "indexes", ignore_errors=True)
        if update:
            results = keep(results)
            write_pages(Path(), results)
            _talk.say("wrote evals/data/peers.json and the tables of docs/peers.md and docs/peers.zh-CN.md")
        for table in rich_tables(results):
            _out.print(table)
        for failure in failures:
            _talk.say(failure, warning=True)
    if failures:
        raise typer.Exit(1)


def _chosen(names: Sequence[str]) -> list[Peer]:
    known = {peer.name: peer for peer in PEERS}
    unknown = [name for name in names if name not in known]
    if unknown:
        raise typer.BadParameter(f"no peer is called {', '.join(unknown)}; there are {', '.join(known)}")
    return [known[name] for name in dict.fromkeys(names)] or list(PEERS)


def run() -> None:
    """Runs the command."""
    cli = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
    cli.command()(main)
    cli()


if __name__ == "__main__":
    run()
