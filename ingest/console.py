"""What the commands share: their common options, and how they talk on a terminal (on stderr; stdout is for data)."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Annotated, NoReturn

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from ingest.errors import StudyError
from ingest.interrupts import STOPPED
from ingest.places import PROGRAM, default_data

CorpusOption = Annotated[
    Path | None,
    typer.Option(
        help="Folder of lists, cards and notes; without it that of the index. "
        "清单、卡片与笔记所在目录，不给则沿用索引的。",
        show_default="that of the index, else corpus, else the shipped one",
    ),
]


def _data_folder(context: typer.Context, parameter: typer.CallbackParam, given: Path) -> Path:
    """Returns the folder that was given; what stands in a command's signature only says that none was."""
    source = context.get_parameter_source(str(parameter.name))
    return default_data() if source is not None and source.name == "DEFAULT" else given


DataOption = Annotated[
    Path,
    typer.Option(
        envvar="LLMSTUDY_DATA",
        callback=_data_folder,
        help="Generated state. 生成的数据目录。",
        show_default="data in a checkout, else the user's data folder",
    ),
]
EncoderOption = Annotated[
    str | None,
    typer.Option(
        help="Encoder of the vectors: shipped, a folder below data/encoders, or any sentence-transformers model by "
        "name or folder; without it that of the index stays, and shipped goes back. "
        "向量编码器：shipped、目录或模型名；不给则沿用索引的编码器，shipped 换回自带的。"
    ),
]
BatchOption = Annotated[int, typer.Option(min=1, help="Texts such a model encodes at once. 模型一次编码的文本数。")]
DeviceOption = Annotated[
    str | None, typer.Option(help="Where such a model runs: cpu, cuda, mps. 模型运行的设备。", show_default="the best")
]


def program() -> str:
    """Returns how the study app was started, to be repeated in advice: by its installed command, or as a module."""
    return PROGRAM if Path(sys.argv[0]).stem == PROGRAM else "python -m app"


@contextmanager
def one_line_ends(stopped: str = STOPPED) -> Iterator[None]:
    """Ends a command that cannot go on in one line on stderr and an exit code, never in a traceback.

    1 for what a user can mend: a full disk or a missing permission as much as an error of our own; 130 for Ctrl-C.
    When whoever reads stdout has had enough, there is nothing to say.
    """
    try:
        try:
            yield
        finally:
            sys.stdout.flush()  # a full disk shows here rather than after the end
    except StudyError as error:
        _end(f"error: {error}", 1)
    except BrokenPipeError:
        _end("", 0)
    except OSError as error:
        _end(f"error: {_said(error)}", 1)
    except KeyboardInterrupt:
        _end(stopped, 130)


def _said(error: OSError) -> str:
    """Returns what the system said, with the file it said it of."""
    said = error.strerror or str(error)
    return f"{said}: {error.filename}" if error.filename is not None else said


def _end(line: str, code: int) -> NoReturn:
    with suppress(OSError, ValueError):
        sys.stdout.flush()
    with suppress(OSError, ValueError):  # what could not be written must not be tried again at the very end
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    with suppress(OSError):
        if line:
            typer.echo(line, err=True)
    raise typer.Exit(code) from None


class Terminal:
    """Tells on stderr how long work goes."""

    def __init__(self) -> None:
        """Takes the program's stderr."""
        self.console = Console(stderr=True, highlight=False, soft_wrap=True)

    def say(self, message: str, *, warning: bool = False) -> None:
        """Prints one line."""
        self.console.print(message, style="yellow" if warning else None, markup=False)

    @contextmanager
    def progress(self, title: str) -> Iterator[Callable[[int, int], None]]:
        """Shows a bar while the block runs; the function it yields takes what is done and the total."""
        columns = (TextColumn("{task.description:<18}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        with Progress(*columns, console=self.console, transient=True) as bar:
            task = bar.add_task(title, total=None)
            yield lambda done, total: bar.update(task, completed=done, total=total)


class Lines:
    """Tells a program, in JSON objects on stdout, one a line: ``{"say"}`` or ``{"progress", "done", "total"}``."""

    def say(self, message: str, *, warning: bool = False) -> None:
        """Prints one line."""
        self._print({"say": message} | ({"warning": True} if warning else {}))

    @contextmanager
    def progress(self, title: str) -> Iterator[Callable[[int, int], None]]:
        """Prints how far the block is, at most ten times."""
        shown = -1

        def advance(done: int, total: int) -> None:
            nonlocal shown
            tenth = 10 * done // total if total else 0
            if tenth != shown:
                shown = tenth
                self._print({"progress": title, "done": done, "total": total})

        yield advance

    def _print(self, fields: dict[str, object]) -> None:
        typer.echo(json.dumps(fields))
        sys.stdout.flush()
