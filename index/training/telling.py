"""What every training command says when it cannot go on."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import typer

from ingest.errors import StudyError


@contextmanager
def telling_errors() -> Iterator[None]:
    """Turns a missing extra and the project's own errors into one line each, and ends the command.

    Raises:
        typer.Exit: One of them was raised.
    """
    try:
        yield
    except ImportError as error:
        typer.echo(f"training needs the encoders extra ({error.name} is missing): pip install '.[encoders]'", err=True)
        raise typer.Exit(1) from error
    except StudyError as error:
        typer.echo(f"error: {error}", err=True)
        raise typer.Exit(1) from error
