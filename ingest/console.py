"""What the commands share: their common options, and how they talk on a terminal (on stderr; stdout is for data)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

CorpusOption = Annotated[Path, typer.Option(help="Folder of lists, cards and notes. 清单、卡片与笔记所在目录。")]
DataOption = Annotated[Path, typer.Option(envvar="LLMSTUDY_DATA", help="Generated state. 生成的数据目录。")]
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
