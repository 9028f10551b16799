"""The score tables of the READMEs, written from what the suite found, so that no number is typed by hand."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from evals.errors import EvaluationError
from evals.measures import NAMES

PUBLIC_RESULTS = Path(__file__).parent / "data" / "public.json"
READMES = ("README.md", "README.zh-CN.md")
_ROWS = {
    "README.md": {"all": "all questions", "zh": "asked in Chinese", "en": "asked in English"},
    "README.zh-CN.md": {"all": "全部问题", "zh": "中文提问", "en": "英文提问"},
}
_COLUMNS = {
    "README.md": {"declined, unanswerable": "declined, rightly", "declined, answerable": "declined, wrongly"},
    "README.zh-CN.md": {"declined, unanswerable": "应拒答的拒答率", "declined, answerable": "误拒答率"},
}
_SYSTEMS = ("lexical", "dense", "dense+late", "hybrid")


def score_table(expected: Mapping[str, Mapping[str, float]], readme: str) -> str:
    """Returns the suite's table as Markdown, from the sections of the regression file."""
    columns = _COLUMNS[readme]
    head = ["", *NAMES, *columns.values()]
    rows = [
        [label]
        + [f"{expected[f'retrieval {name}'][measure]:.3f}" for measure in NAMES]
        + [f"{expected[f'answers {name}'][share]:.1%}" for share in columns]
        for name, label in _ROWS[readme].items()
    ]
    return _markdown(head, rows)


def public_table(results: Mapping[str, Mapping[str, Mapping[str, float]]]) -> str:
    """Returns nDCG@10 of every system on the public sets as Markdown; the best of a row is bold."""
    rows = []
    for name, systems in sorted(results.items()):
        values = [systems[system]["nDCG@10"] for system in _SYSTEMS]
        rows.append([name] + [f"**{v:.3f}**" if v == max(values) else f"{v:.3f}" for v in values])
    return _markdown(["", *_SYSTEMS], rows)


def read_public(file: Path = PUBLIC_RESULTS) -> dict[str, Any]:
    """Returns the kept results on public sets, by name."""
    return dict(json.loads(file.read_text(encoding="utf-8"))) if file.is_file() else {}


def keep_public(result: Mapping[str, Any], file: Path = PUBLIC_RESULTS) -> None:
    """Keeps the result of one public set for the README."""
    kept = read_public(file) | {str(result["dataset"]): result["systems"]}
    file.write_text(json.dumps(kept, indent=1, sort_keys=True) + "\n", encoding="utf-8")


def write_readmes(root: Path, expected: Mapping[str, Mapping[str, float]]) -> None:
    """Writes both tables into both READMEs.

    Raises:
        EvaluationError: A README lacks its marks.
    """
    for name in READMES:
        file = root / name
        text = file.read_text(encoding="utf-8")
        text = between(text, "scores", score_table(expected, name), file)
        text = between(text, "public", public_table(read_public()), file)
        file.write_text(text, encoding="utf-8")


def between(text: str, mark: str, table: str, file: Path) -> str:
    """Returns a text with a table put between its marks, ``<!-- mark -->`` and ``<!-- /mark -->``.

    Raises:
        EvaluationError: It lacks them; the message names the file.
    """
    pattern = re.compile(rf"(<!-- {mark} -->\n).*?(<!-- /{mark} -->)", re.S)
    if not pattern.search(text):
        raise EvaluationError(f"{file} has no <!-- {mark} --> … <!-- /{mark} --> to write its table into")
    return pattern.sub(lambda match: f"{match[1]}{table}\n{match[2]}", text)


def _markdown(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    rule = ["---"] + ["---:"] * (len(head) - 1)
    return "\n".join(f"| {' | '.join(row)} |" for row in (head, rule, *rows))
