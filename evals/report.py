"""The HTML report in one file: plots as inline SVG, the ablations, and the worst questions told as stories."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

from app.answer.answerability import AnswerabilityConfig
from evals.ablations import VariantResult
from evals.calibration import reliability
from evals.measures import NAMES
from evals.questions import Question
from evals.statistics import bootstrap_interval
from evals.suite import Outcome, Report, refusal_curve
from index.types import Hit

_WORST = 20
_STYLE = (
    "body{font:15px/1.5 system-ui,'Noto Sans CJK SC',sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}"
    "table{border-collapse:collapse;margin:.5rem 0}"
    "td,th{border-bottom:1px solid #ddd;padding:.2rem .6rem;text-align:right}"
    "td:first-child,th:first-child{text-align:left}"
    ".wide{overflow-x:auto}.wide td:first-child{white-space:nowrap}"
    ".story{border:1px solid #ddd;border-radius:8px;padding:.6rem 1rem;margin:1rem 0}"
    ".gold{background:#ecfdf5}blockquote{margin:.3rem 0;padding-left:.6rem;border-left:3px solid #888}"
)


def html_report(report: Report, outcomes: Sequence[Outcome], variants: Sequence[VariantResult]) -> str:
    """Returns the report as one HTML page."""
    answerable = [outcome for outcome in outcomes if outcome.question.answerable]
    worst = sorted(answerable, key=lambda outcome: (outcome.measures[NAMES[0]], outcome.question.id))[:_WORST]
    parts = [
        f"<h1>Evaluation</h1><p>{report.counts['questions']} questions, {report.counts['answerable']} answerable.</p>",
        "<h2>nDCG@10 by slice, with 95 % bootstrap intervals</h2>",
        interval_bars({name: (values[NAMES[0]], *report.intervals[name]) for name, values in report.scores.items()}),
        "<h2>Retrieval</h2>" + _table(list(NAMES), report.scores),
        "<h2>Answers</h2>" + _table(list(report.answers["all"]), {"all": report.answers["all"]}, turned=True),
        "<h2>Milliseconds of an answer</h2>" + histogram([outcome.milliseconds for outcome in outcomes]),
        "<h2>Declining, by threshold</h2>",
        "<p>Solid: unanswerable questions declined. Dashed: answerable ones declined.</p>",
        curve(refusal_curve(outcomes)),
        "<h2>Reliability of the estimate</h2>",
        "<p>Across: estimated probability. Up: share that is answerable, with the number of questions. Below the first "
        "dashed line a question is declined, from the second on it is answered; both were chosen on dev.</p>",
        *(f"<h3>{split}</h3>{_reliability(outcomes, split)}" for split in ("dev", "test")),
        "<h2>Variants</h2>" + _variants(variants, answerable),
        f"<h2>The {_WORST} worst questions</h2>",
        *(_story(outcome) for outcome in worst),
    ]
    return f'<!doctype html><meta charset="utf-8"><title>Evaluation</title><style>{_STYLE}</style>{"".join(parts)}'


def interval_bars(values: Mapping[str, tuple[float, float, float]]) -> str:
    """Returns horizontal bars of (mean, low, high) in [0, 1] as SVG."""
    rows = []
    for i, (name, (mean, low, high)) in enumerate(values.items()):
        y = 24 * i + 12
        rows.append(
            f'<text x="190" y="{y + 5}" text-anchor="end">{escape(name)}</text>'
            f'<rect x="200" y="{y - 7}" width="{400 * mean:.1f}" height="14" fill="#818cf8"/>'
            f'<line x1="{200 + 400 * low:.1f}" x2="{200 + 400 * high:.1f}" y1="{y}" y2="{y}" stroke="#111"/>'
            f'<text x="610" y="{y + 5}">{mean:.3f} ({low:.3f}–{high:.3f})</text>'
        )
    return _svg(760, 24 * len(values) + 8, "".join(rows))


def histogram(values: Sequence[float], bins: int = 20) -> str:
    """Returns a histogram as SVG; the last bin holds everything above the 99th percentile too."""
    top = sorted(values)[int(0.99 * (len(values) - 1))] or 1.0
    counts = [0] * bins
    for value in values:
        counts[min(bins - 1, int(bins * value / top))] += 1
    bars = "".join(
        f'<rect x="{40 + 30 * i}" y="{140 - 120 * count / max(counts):.1f}" width="26" '
        f'height="{120 * count / max(counts):.1f}" fill="#818cf8"/>'
        for i, count in enumerate(counts)
    )
    ends = f'<text x="40" y="158">0</text><text x="{40 + 30 * bins}" y="158" text-anchor="end">{top:.0f} ms</text>'
    return _svg(60 + 30 * bins, 170, bars + ends)


def curve(points: Sequence[tuple[float, float, float]]) -> str:
    """Returns two curves over x in [0, 1] as SVG: the second value solid, the third dashed."""

    def line(index: int, style: str) -> str:
        path = " ".join(f"{50 + 500 * point[0]:.1f},{210 - 190 * point[index]:.1f}" for point in points)
        return f'<polyline points="{path}" fill="none" stroke="#4f46e5" stroke-width="2" {style}/>'

    ends = '<text x="50" y="226">0</text><text x="545" y="226">1</text>'
    axes = f'<path d="M50 20V210H550" fill="none" stroke="#999"/>{ends}'
    return _svg(580, 234, axes + line(1, "") + line(2, 'stroke-dasharray="5 4"'))


def reliability_plot(bins: Sequence[tuple[float, float, int]], marks: Sequence[float] = ()) -> str:
    """Returns (estimate, share, number) as points beside the diagonal that a perfect estimate would lie on, as SVG.

    Marks are estimates at which something is decided.
    """
    points = "".join(
        f'<circle cx="{50 + 300 * estimate:.1f}" cy="{320 - 300 * share:.1f}" r="5" fill="#4f46e5"/>'
        f'<text x="{60 + 300 * estimate:.1f}" y="{325 - 300 * share:.1f}">{number}</text>'
        for estimate, share, number in bins
    )
    axes = '<path d="M50 20V320H350" fill="none" stroke="#999"/><path d="M50 320L350 20" stroke="#ccc"/>'
    ends = '<text x="50" y="336">0</text><text x="345" y="336">1</text><text x="36" y="26">1</text>'
    lines = "".join(f'<path d="M{50 + 300 * mark:.1f} 20V320" stroke="#999" stroke-dasharray="5 4"/>' for mark in marks)
    return _svg(420, 344, axes + ends + lines + points)


def _reliability(outcomes: Sequence[Outcome], split: str) -> str:
    """Returns the plot of a split's questions that the estimate decides about; the others are met by rule."""
    judged = [o for o in outcomes if o.question.split == split and o.question.kind not in ("injection", "small-talk")]
    config = AnswerabilityConfig()
    bins = reliability([(o.probability, o.question.answerable) for o in judged], bins=10)
    return reliability_plot(bins, (config.threshold, config.sure))


def _svg(width: int, height: int, body: str) -> str:
    return f'<svg width="{width}" height="{height}" font-size="13" font-family="inherit" role="img">{body}</svg>'


def _table(names: Sequence[str], rows: Mapping[str, Mapping[str, float]], *, turned: bool = False) -> str:
    if turned:
        rows, names = {name: {row: rows[row][name] for row in rows} for name in names}, list(rows)
    head = "".join(f"<th>{escape(name)}</th>" for name in names)
    body = "".join(
        f"<tr><td>{escape(row)}</td>{''.join(f'<td>{values[name]:.3f}</td>' for name in names)}</tr>"
        for row, values in rows.items()
    )
    return f"<table><tr><th></th>{head}</tr>{body}</table>"


def _variants(variants: Sequence[VariantResult], outcomes: Sequence[Outcome]) -> str:
    if not variants:
        return "<p>Not run; add <code>--ablations</code>.</p>"
    asked = [outcome.question for outcome in outcomes]
    slices = {"all": asked} | {name: [q for q in asked if q.language == name] for name in ("zh", "en")}
    slices |= {kind: [q for q in asked if q.kind == kind] for kind in dict.fromkeys(q.kind for q in asked)}
    rows = {v.name: {name: v.mean(qs)[NAMES[0]] for name, qs in slices.items()} | {"p": v.p_value} for v in variants}
    best = {name: max(row[name] for row in rows.values()) for name in slices}
    head = "".join(f"<th>{escape(name)}</th>" for name in (*slices, "p against shipped"))
    body = ""
    for variant, row in rows.items():
        cells = (f"<b>{row[n]:.3f}</b>" if row[n] == best[n] else f"{row[n]:.3f}" for n in slices)
        body += (
            f"<tr><td>{escape(variant)}</td>{''.join(f'<td>{cell}</td>' for cell in cells)}<td>{row['p']:.4f}</td></tr>"
        )
    bars = interval_bars({v.name: _interval(v, asked) for v in variants})
    table = f'<div class="wide"><table><tr><th></th>{head}</tr>{body}</table></div>'
    return f"{bars}<p>nDCG@10; the best of a column is bold.</p>{table}"


def _interval(variant: VariantResult, asked: Sequence[Question]) -> tuple[float, float, float]:
    values = [variant.values[question.id][NAMES[0]] for question in asked]
    return (sum(values) / len(values), *bootstrap_interval(values))


def _story(outcome: Outcome) -> str:
    gold = {gold.entry_id: gold for gold in outcome.question.gold}
    ranks = {hit.entry.entry_id: hit.rank for hit in outcome.hits}
    wanted = "".join(
        f"<li>{escape(gold_id)} (grade {g.grade}): {f'rank {ranks[gold_id]}' if gold_id in ranks else 'not found'}"
        f"<blockquote>{escape(g.quote)}</blockquote></li>"
        for gold_id, g in gold.items()
    )
    came = "".join(_hit_row(hit, hit.entry.entry_id in gold) for hit in outcome.hits[:5])
    history = "".join(f"<p>earlier: {escape(turn.question)}</p>" for turn in outcome.question.history)
    ndcg = f"nDCG@10 {outcome.measures[NAMES[0]]:.3f}"
    return (
        f'<div class="story"><b>{escape(outcome.question.text)}</b> <small>{escape(outcome.question.id)}, '
        f"{outcome.question.kind}, {ndcg}</small>{history}<p>Wanted:</p><ul>{wanted}</ul>"
        f"<p>Came:</p><table><tr><th></th><th>score</th><th>lexical</th><th>dense</th><th>late</th></tr>{came}</table></div>"
    )


def _hit_row(hit: Hit, is_gold: bool) -> str:
    best = hit.best
    numbers = "".join(f"<td>{value:.3f}</td>" for value in (hit.score, best.lexical, best.dense, best.late))
    return f'<tr class="{"gold" if is_gold else ""}"><td>{hit.rank}. {escape(hit.entry.title)}</td>{numbers}</tr>'
