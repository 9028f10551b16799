"""``python -m index.training.intents``: fit the intent model from its examples and keep it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from index.training.telling import telling_errors


def main(
    examples: Annotated[Path | None, typer.Option(help="File of wordings; the shipped one by default.")] = None,
    out: Annotated[Path | None, typer.Option(help="File of the model; the shipped one by default.")] = None,
) -> None:
    """Fits the model that tells what a question asks for."""
    from index.query.intent import SHIPPED_INTENTS
    from index.training.intents.train import EXAMPLES, fit_intents, read_wordings

    with telling_errors():
        wordings = read_wordings(examples or EXAMPLES)
        fit_intents(wordings).save(out or SHIPPED_INTENTS)
    typer.echo(f"fitted on {len(wordings):,} wordings", err=True)


if __name__ == "__main__":
    typer.run(main)
