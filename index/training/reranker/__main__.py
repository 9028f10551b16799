"""``python -m index.training.reranker``: train what reads a question together with a candidate answer, and keep it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from index.training.telling import telling_errors


def main(
    corpus: Annotated[
        Path | None, typer.Option(help="Corpus with answered questions; the shipped one by default.")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="File of the weights; the shipped one by default.")] = None,
    steps: Annotated[int | None, typer.Option(help="Steps; 18,000 take about 105 minutes on one core.")] = None,
    rate: Annotated[float | None, typer.Option(help="Learning rate at its highest.")] = None,
    start: Annotated[Path | None, typer.Option(help="Weights to go on from.")] = None,
) -> None:
    """Trains the reranker on the answered questions of a corpus."""
    from index.encoders.static import shipped_table
    from index.retrieval.reranker import SHIPPED_RERANKER
    from ingest.library import read_library
    from ingest.places import default_corpus, default_data

    with telling_errors():
        from index.training.reranker.recipe import Recipe, read_answered, train_reranker

        answered = read_answered(read_library(corpus or default_corpus(), default_data()).passages, shipped_table())
        recipe = Recipe(start=start)
        recipe = replace(recipe, steps=steps or recipe.steps, rate=rate or recipe.rate)
        typer.echo(f"{len(answered):,} answered questions", err=True)
        train_reranker(answered, shipped_table(), out or SHIPPED_RERANKER, recipe, _tell)


def _tell(step: int, loss: float, first: float) -> None:
    typer.echo(f"step {step:,}: loss {loss:.3f}, own answer first {first:.3f}", err=True)


if __name__ == "__main__":
    typer.run(main)
