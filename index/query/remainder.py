"""What is left of a question to search for when the words that became filters are taken out."""

from __future__ import annotations

import re
from collections.abc import Sequence

from index.text.analysis import content_text

_EDGES = frozenset(
    "published released proposed written listed appeared came out section list write deal about on in at by from of "
    "and or s recommend".split()
)
# Whole words: 对齐, 中文 and 提示 begin with characters that would say nothing alone.
_HAN_FIRST = re.compile(
    "(?:发表|发布|提出|公开(?!课)|方面|相关(?!性)|有关|等人|前后|推荐(?!系统|算法|模型)|几[篇本门个份种款]|的|了(?!解)|是|在(?!线)|和|与|或|及|也|都|就|而|"
    "由|于|请(?!求)|有(?![监效害限毒])|里(?!程)|中(?![文国间英])|写(?!作)|做|过(?![拟程滤])|等|到|年|讲(?!解)|谈(?!判)|聊(?!天))+"
)
_HAN_LAST = tuple(
    "发表 发布 提出 公开 方面 相关 有关 等人 前后 的 了 是 在 和 与 或 及 由 于 都 有 里 中 写 做 过 等 年 讲".split()
)


def left_over(text: str, gone: Sequence[tuple[int, int]]) -> str:
    """Returns the content of a question without some stretches, or "" when none is left."""
    for start, end in _joined(gone):
        text = f"{text[:start]} {text[end:]}"
    runs = content_text(text).split()
    while runs and (first := _without_first(runs[0])) != runs[0]:
        runs[:1] = [first] if first else []
    while runs and (last := _without_last(runs[-1])) != runs[-1]:
        runs[-1:] = [last] if last else []
    return " ".join(runs)


def _joined(stretches: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Returns stretches, the last first; those that overlap, as alternatives do, are one."""
    joined: list[tuple[int, int]] = []
    for start, end in sorted(stretches):
        if joined and start < joined[0][1]:
            joined[0] = (joined[0][0], max(end, joined[0][1]))
        else:
            joined.insert(0, (start, end))
    return joined


def _without_first(run: str) -> str:
    """Returns a run of content without words at its start that say nothing there."""
    return "" if run in _EDGES else run[found.end() :] if (found := _HAN_FIRST.match(run)) else run


def _without_last(run: str) -> str:
    """Returns the same without those at its end."""
    if run in _EDGES:
        return ""
    return next((run.removesuffix(word) for word in _HAN_LAST if run.endswith(word)), run)
