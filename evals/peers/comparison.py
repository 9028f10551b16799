"""One peer after the other, each beside our own search; one that fails is told in one line, and the others go on."""

from __future__ import annotations

import platform
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from evals.errors import EvaluationError
from evals.peers.contenders import OURS, Peer
from evals.peers.environments import environment_of
from evals.peers.export import Exported, asked_questions, write_export
from evals.peers.measuring import Asked, Bench
from evals.peers.ours import CORPUS
from evals.peers.scoring import Values, score
from evals.statistics import paired_p_value

_DECIDING = "nDCG@10"


def compare(
    peers: Sequence[Peer],
    corpus: Path,
    home: Path,
    *,
    rounds: int,
    limit: int | None,
    keep: bool,
    say: Callable[[str], None],
) -> tuple[dict[str, Any], list[str]]:
    """Compares peers with this project over one corpus.

    Args:
        peers: Who is compared.
        corpus: The corpus.
        home: Folder for environments, exports and indexes.
        rounds: How often every variant is asked.
        limit: How many questions; all by default.
        keep: Whether environments stay.
        say: Told what is being done.

    Returns:
        The results, and a line for each peer that failed.

    Raises:
        EvaluationError: Our own search failed.
    """
    from ingest.library import read_library

    library = read_library(corpus, home / "none")  # without abstracts, as the suite
    exported = write_export(library, asked_questions(limit), home)
    (home / CORPUS).write_text(str(corpus.resolve()), encoding="utf-8")
    bench = Bench(home, rounds, say)
    failures: list[str] = []
    with environment_of(OURS, home, keep=keep) as own:
        measured = bench.measure(OURS, own, lambda: bench.ask(OURS, own, OURS.variants[0]), bench.build(OURS, own))
        scored = {name: score(found, exported) for name, found in measured.items()}
        best = scored[OURS.variants[0].name][1]
        systems = {OURS.name: _system(OURS, scored, best)}
        embedding = 0.0
        for peer in peers:
            try:
                with environment_of(peer, home / "environments", keep=keep) as command:
                    embedding = bench.embed(peer, command) if peer.vectors else embedding
                    scored = _measure(bench, peer, command, exported, own)
                    systems[peer.name] = _system(peer, scored, best)
            except EvaluationError as error:
                failures.append(str(error))
                say(str(error))
    found = {
        "systems": systems,
        "passages": len(exported.entry_of),
        "questions": len(exported.questions),
        "rounds": rounds,
        "embedding": round(embedding, 1),
        "python": platform.python_version(),
    }
    return found, failures


def _measure(
    bench: Bench, peer: Peer, command: Sequence[str], exported: Exported, own: Sequence[str]
) -> dict[str, tuple[dict[str, float], Values]]:
    def ours() -> Asked:
        return bench.ask(OURS, own, OURS.variants[0])

    measured = bench.measure(peer, command, ours, bench.build(peer, command))
    return {name: score(found, exported) for name, found in measured.items()}


def _system(peer: Peer, scored: Mapping[str, tuple[dict[str, float], Values]], best: Values) -> dict[str, Any]:
    variants = {}
    for name, (means, values) in scored.items():
        pairs = [[of[question][_DECIDING] for question in best] for of in (values, best)]
        means = means | {"p": paired_p_value(*pairs)}
        variants[name] = {measure: round(value, 4) for measure, value in means.items()}
    return {"title": peer.title, "version": peer.version, "variants": variants}
