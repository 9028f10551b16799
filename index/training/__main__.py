"""``python -m index.training``: train the shipped encoder from a folder of pairs."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from index.training.telling import telling_errors


def main(
    data: Annotated[Path, typer.Option(help="Folder with the training files.")],
    out: Annotated[Path, typer.Option(help="Folder for checkpoints and the model (OUT/model).")],
    epochs: Annotated[float, typer.Option(help="Passes of the first stage over the data.")] = 2.0,
    batch: Annotated[int, typer.Option(help="Pairs a step of the first stage.")] = 2_048,
    interaction_steps: Annotated[int, typer.Option(help="Steps of the second stage.")] = 2_000,
    vocabulary: Annotated[int, typer.Option(help="Number of Unigram pieces.")] = 64_000,
    dimension: Annotated[int, typer.Option(help="Length of a token vector.")] = 384,
    limit: Annotated[int | None, typer.Option(help="At most this many pairs a source.")] = None,
) -> None:
    """Trains the bilingual static encoder; an interrupted run resumes from its last checkpoint."""
    with telling_errors():
        from index.training.data import read_sources
        from index.training.static.recipe import Recipe, train_encoder

        pairs = read_sources(data, limit)
    for name, rows in pairs.items():
        typer.echo(f"{name}: {len(rows):,} pairs", err=True)
    recipe = replace(
        Recipe(),
        epochs=epochs,
        batch=batch,
        interaction_steps=interaction_steps,
        vocabulary=vocabulary,
        dimension=dimension,
        matryoshka=tuple(sorted({dimension, dimension // 3}, reverse=True)),
    )
    train_encoder(pairs, out, recipe)
    typer.echo(f"saved {out / 'model'}", err=True)


if __name__ == "__main__":
    typer.run(main)
