"""The command-line options of filtering, written once for every command that searches."""

from __future__ import annotations

from typing import Annotated

import typer

TopicOption = Annotated[
    list[str] | None,
    typer.Option("--topic", help="Only entries on this topic; may be repeated. 只要这个主题的条目，可重复。"),
]
SinceOption = Annotated[
    int | None, typer.Option("--since", help="Only entries from this year on. 只要这一年及以后的条目。")
]
UntilOption = Annotated[
    int | None, typer.Option("--until", help="Only entries up to this year. 只要这一年及以前的条目。")
]
KindOption = Annotated[
    list[str] | None,
    typer.Option(
        "--kind",
        help="Only entries of this kind: paper, model, benchmark, dataset, repository, course, article, concept; "
        "may be repeated. 只要这种类型的条目，可重复。",
    ),
]
ListOption = Annotated[
    list[str] | None,
    typer.Option("--list", help="Only entries of this list; may be repeated. 只要这份清单里的条目，可重复。"),
]
LanguageOption = Annotated[
    list[str] | None,
    typer.Option("--language", help="Only passages in this language: zh or en. 只用这种语言的段落：zh 或 en。"),
]
