"""``python -m index``: look into an index, and take references out of it."""

from __future__ import annotations

import ingest.interrupts  # noqa: F401 - before what takes time to load  # isort: skip

import json
import sys
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from app.cli.filter_options import KindOption, ListOption, SinceOption, TopicOption, UntilOption
from ingest.console import CorpusOption, DataOption, Terminal, one_line_ends
from ingest.types import Entry

if TYPE_CHECKING:
    from index.storage.store import Store

app = typer.Typer(add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False)


@app.callback()
def main() -> None:
    """Looks into an index built by `ingest`. 查看 `ingest` 建好的索引。"""


@app.command()
def entries(
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line. 每行一个 JSON 对象。")] = False,
    corpus: CorpusOption = None,
    data: DataOption = Path("data"),
) -> None:
    """Lists every entry of the index. 列出索引中的所有条目。"""
    with one_line_ends():
        from index.refresh import build_if_missing
        from index.storage.generations import open_generation
        from index.storage.store import Store

        build_if_missing(corpus, data, Terminal())
        generation, _, hold = open_generation(data / "index")
        with closing(hold), closing(Store(generation / "store.sqlite")) as store:
            for entry in store.entries():
                shown = json.dumps(entry_fields(entry, store), ensure_ascii=False) if as_json else _line(entry)
                sys.stdout.write(f"{shown}\n")


@app.command()
def export(
    as_bib: Annotated[bool, typer.Option("--bib", help="BibTeX.")] = False,
    as_csl: Annotated[bool, typer.Option("--csl", help="CSL-JSON.")] = False,
    as_ris: Annotated[bool, typer.Option("--ris", help="RIS.")] = False,
    topic: TopicOption = None,
    since: SinceOption = None,
    until: UntilOption = None,
    kind: KindOption = None,
    list_: ListOption = None,
    corpus: CorpusOption = None,
    data: DataOption = Path("data"),
) -> None:
    """Prints the works of the library, or those that fit, as references. 以参考文献格式输出文献。"""
    chosen = [name for name, wanted in (("bib", as_bib), ("csl", as_csl), ("ris", as_ris)) if wanted]
    if len(chosen) != 1:
        raise typer.BadParameter("choose one of --bib, --csl, --ris / 请在 --bib、--csl、--ris 中选一个")
    with one_line_ends():
        from app.export.library import library_references
        from index.catalogue.options import read_options
        from index.refresh import build_if_missing
        from index.storage.generations import open_generation
        from index.storage.store import Store

        build_if_missing(corpus, data, Terminal())
        generation, _, hold = open_generation(data / "index")
        with closing(hold), closing(Store(generation / "store.sqlite")) as store:
            filters = read_options(store.values, topic or (), since, until, kind or (), list_ or ())
            sys.stdout.write(library_references(store, filters, chosen[0]))


def entry_fields(entry: Entry, store: Store) -> dict[str, Any]:
    """Returns an entry as the JSON object that scripts read: the keys of a hit, and its listings."""
    first = entry.listings[0]
    passages = store.passages_of(entry.entry_id)
    return {
        "entry_id": entry.entry_id,
        "title": entry.title,
        "title_zh": entry.title_zh,
        "aliases": list(entry.aliases),
        "section": " > ".join(first.section),
        "year": entry.year,
        "venue": entry.venue,
        "authors": list(entry.authors),
        "kind": entry.kind.value,
        "links": [link.url for link in entry.links],
        "arxiv_id": entry.arxiv_id,
        "topics": list(entry.topics),
        "source": first.path,
        "line": first.line,
        "text": passages[0].text if passages else "",
        "listings": [
            {"list": x.list_id, "section": " > ".join(x.section), "source": x.path, "line": x.line, "title": x.title}
            for x in entry.listings
        ],
    }


def _line(entry: Entry) -> str:
    first = entry.listings[0]
    year = entry.year or "----"
    return f"{entry.kind.value:<10}  {year}  {entry.title}  [{entry.entry_id}]  {first.path}:{first.line}"


if __name__ == "__main__":
    app()
