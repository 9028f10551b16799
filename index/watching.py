"""Refreshing whenever a file of the corpus changes, until interrupted."""

from __future__ import annotations

from pathlib import Path

from watchfiles import Change, watch

from index.encoders.base import Encoder
from index.refresh import refresh_index
from index.reporting import Reporter
from ingest.errors import StudyError

_QUIET = 300  # milliseconds without a change that end a burst of them


def watch_corpus(corpus: Path, data: Path, report: Reporter, encoder: Encoder) -> None:
    """Refreshes, without a network, after every burst of changes; a refresh that fails is told, and watching goes on.

    Raises:
        KeyboardInterrupt: Somebody has seen enough.
    """
    state = data.resolve()

    def concerns_the_corpus(_: Change, path: str) -> bool:
        return not Path(path).is_relative_to(state)  # the data folder may lie within the corpus

    report.say(f"watching {corpus}; stop with Ctrl-C / 正在监视 {corpus}，按 Ctrl-C 结束")
    for _ in watch(corpus.resolve(), watch_filter=concerns_the_corpus, debounce=1_000, step=_QUIET):
        try:
            refresh_index(corpus, data, report, offline=True, encoder=encoder)
        except (StudyError, OSError) as error:
            report.say(f"error: {error}", warning=True)
