"""What was found, kept as JSON, shown as tables, and written into the two pages that tell of it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from rich.table import Table

from evals.tables import between

RESULTS = Path(__file__).parents[1] / "data" / "peers.json"
PAGES = ("docs/peers.md", "docs/peers.zh-CN.md")
_ORDER = ("ours", "langchain", "llamaindex", "haystack", "txtai")
_MEASURES = (
    "nDCG@10",
    "nDCG@10, zh",
    "nDCG@10, en",
    "nDCG@10, judged",
    "Success@5",
    "Success@5, zh",
    "Success@5, en",
)
_FOUND = (*_MEASURES, "unjudged", "p")
_COST = ("search p50", "search p95", "to ours", "cold start", "resident", "build", "index")
_FORMS = {
    "unjudged": "{:.0%}",
    "p": "{:.4f}",
    "to ours": "{:.1f}×",
    "cold start": "{:.1f}",
    "resident": "{:,.0f}",
    "build": "{:,.0f}",
    "index": "{:,.0f}",
}
_HEADS = {
    "docs/peers.md": {
        "search p50": "search p50, ms",
        "search p95": "p95, ms",
        "cold start": "cold start, s",
        "resident": "resident, MB",
        "build": "build, s",
        "index": "index, MB",
        "p": "p",
    },
    "docs/peers.zh-CN.md": {
        "nDCG@10, zh": "nDCG@10，中文",
        "nDCG@10, en": "nDCG@10，英文",
        "nDCG@10, judged": "nDCG@10，只看判过的",
        "Success@5, zh": "Success@5，中文",
        "Success@5, en": "Success@5，英文",
        "unjudged": "未判",
        "search p50": "检索 p50，毫秒",
        "search p95": "p95，毫秒",
        "to ours": "与本项目之比",
        "cold start": "冷启动，秒",
        "resident": "常驻，MB",
        "build": "建索引，秒",
        "index": "索引，MB",
    },
}
_WORDS = {  # in the order of the tables
    "this project": "本项目",
    "hybrid": "混合",
    "bm25": "仅 BM25",
    "vectors": "仅向量",
    "hybrid-jieba": "混合，jieba",
    "bm25-jieba": "仅 BM25，jieba",
    "hybrid-han": "混合，按字",
    "bm25-han": "仅 BM25，按字",
}


def keep(found: Mapping[str, Any], file: Path = RESULTS) -> dict[str, Any]:
    """Keeps results; peers that were not asked this time keep what they had. Returns what the file then holds."""
    kept = read_results(file)
    merged = {**kept, **found, "systems": {**kept.get("systems", {}), **found["systems"]}}
    file.write_text(json.dumps(merged, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    return merged


def read_results(file: Path = RESULTS) -> dict[str, Any]:
    """Returns the kept results; nothing where there are none."""
    return dict(json.loads(file.read_text(encoding="utf-8"))) if file.is_file() else {}


def rich_tables(results: Mapping[str, Any]) -> Iterator[Table]:
    """Yields the tables that are printed: what was found, and what it costs."""
    for title, columns in (("found", _FOUND), ("processor time and memory", _COST)):
        table = Table(title=title, title_justify="left")
        table.add_column("", no_wrap=True)
        for column in columns:
            table.add_column(_HEADS[PAGES[0]].get(column, column), justify="right")
        for name, values in _rows(results):
            table.add_row(name, *(_form(column, values) for column in columns))
        yield table


def markdown(results: Mapping[str, Any], page: str, columns: Sequence[str]) -> str:
    """Returns a table of some columns for a page; the best of a column of measures is bold."""
    rows = list(_rows(results, chinese="zh-CN" in page))
    best = {column: max(_form(column, values) for _, values in rows) for column in _MEASURES if column in columns}
    lines = [["", *(_HEADS[page].get(column, column) for column in columns)], ["---"] + ["---:"] * len(columns)]
    for name, values in rows:
        cells = [_form(column, values) for column in columns]
        bold = [
            f"**{cell}**" if cell == best.get(column) else cell for column, cell in zip(columns, cells, strict=True)
        ]
        lines.append([name, *bold])
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def tables_of(results: Mapping[str, Any], page: str) -> dict[str, str]:
    """Returns the tables of a page by the mark that they stand between."""
    return {"found": markdown(results, page, _FOUND), "cost": markdown(results, page, _COST)}


def write_pages(root: Path, results: Mapping[str, Any]) -> None:
    """Writes the tables into both pages.

    Raises:
        EvaluationError: A page lacks its marks.
    """
    for page in PAGES:
        file = root / page
        text = file.read_text(encoding="utf-8")
        for mark, table in tables_of(results, page).items():
            text = between(text, mark, table, file)
        file.write_text(text, encoding="utf-8")


def _rows(results: Mapping[str, Any], *, chinese: bool = False) -> Iterator[tuple[str, Mapping[str, float]]]:
    systems = results["systems"]
    for name in sorted(systems, key=lambda name: (_ORDER.index(name) if name in _ORDER else len(_ORDER), name)):
        title = f"{systems[name]['title']} {systems[name]['version']}".strip()
        variants = systems[name]["variants"]
        for variant, values in sorted(variants.items(), key=lambda pair: list(_WORDS).index(pair[0])):
            words = (_WORDS.get(title, title), _WORDS.get(variant, variant)) if chinese else (title, variant)
            yield ("：" if chinese else ": ").join(words), values


def _form(column: str, values: Mapping[str, float]) -> str:
    """Returns a value as it is shown; a dash where there is none, as for the build of what is made in every process."""
    value = values.get(column)
    if value is None or (column in ("build", "index") and not value):
        return "—"
    return _FORMS.get(column, "{:.1f}" if column.startswith("search") else "{:.3f}").format(value)
