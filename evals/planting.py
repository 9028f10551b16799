"""Errors planted into a true sentence, one of a kind at a time: what the support function must find.

Numbers, names, negations, directions, quantifiers and the order of what is compared are changed, and claims added. A
change that cannot be made yields nothing.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator, Sequence

from app.support.quantities import quantities
from app.support.reading import name_places

_PAIRS_EN = (
    "faster slower|more fewer|more less|higher lower|larger smaller|bigger smaller|increases reduces|increase reduce|increased reduced|"
    "raises lowers|raised lowered|improves worsens|improve worsen|improved worsened|better worse|best worst|outperforms underperforms|"
    "outperformed underperformed|beats loses_to|beat lost_to|above below|before after|first last|earlier later|longer shorter|long short|"
    "easy hard|easier harder|cheap expensive|cheaper dearer|frozen trainable|freezes updates|adds removes|added removed|with without|"
    "keeps drops|keep drop|kept dropped|open closed|input output|encoder decoder|encoders decoders|training inference|"
    "supervised unsupervised|strong weak|stronger weaker|most least|many few|large small|high low|deep shallow|wide narrow|up down|rises falls|"
    "rose fell|gains loses|allows forbids|public private|correct wrong|positive negative|dense sparse|parallel sequential|human automatic|"
    "maximum minimum|inside outside|agree disagree|simple complex|useful useless|helps hurts|help hurt|new old|good bad|safe unsafe|rich poor"
)
_PAIRS_ZH = (
    "更快 更慢|更多 更少|更高 更低|更大 更小|提高 降低|提升 下降|增加 减少|优于 不如|胜过 不如|超过 低于|高于 低于|之前 之后|最大 最小|最好 最差|最高 最低|"
    "更长 更短|较长 较短|容易 困难|便宜 昂贵|冻结 更新|加入 去掉|保留 去掉|开源 闭源|输入 输出|编码器 解码器|训练 推理|有监督 无监督|更强 更弱|强 弱|"
    "较强 较弱|上升 下降|升到 降到|允许 禁止|公开 保密|正确 错误|稠密 稀疏|并行 串行|人工 自动|简单 复杂|有用 无用|变快 变慢|节省 浪费|省 费|好于 差于|"
    "较好 较差|扩大 缩小|变大 变小|放大 缩小|很多 很少|先 后|长 短|大 小|高 低|快 慢|好 差|深 浅|安全 危险|提前 推迟|成功 失败|一致 相反"
)
_QUANTIFIERS_EN = "some all|several all|most all|often always|usually always|may must|may will|can must|might will|many all|partly fully|mainly only|mostly only|about exactly|nearly fully|sometimes always|few all|all some|every some|only also|always sometimes|most few"
_QUANTIFIERS_ZH = "一些 所有|有些 所有|部分 全部|大多 全部|多数 所有|通常 总是|往往 总是|可能 一定|可以 必须|主要 只|约 正好|有时 总是|少数 多数|几乎 完全|所有 少数|全部 部分|只 也|都 很少|也 只|一定 可能"
_NEGATED_EN = (
    (r"\b(is|are|was|were|can|could|does|do|did|has|have|will|would|should|may|need|must)\b(?! not)", r"\1 not"),
    (r"\b(is|are|was|were|can|could|does|do|did|will|would|should|may|need|must) not\b", r"\1"),
    (r"\bcannot\b", "can"), (r"\bnot\b ?", ""), (r"\bwithout\b", "with"), (r"\bno\b", "a"), (r"\bnever\b", "always"), (r"\bneither\b", "either"),
    (r"\b(uses|trains|keeps|needs|shows|reaches|gives|makes|learns|covers|works|includes|requires|takes|lets|stores|computes)\b", None),
)  # fmt: skip
_NEGATED_ZH = (
    (r"(?<!不)(?<!而)是(?!否|不)", "不是"), (r"(?<!不)能(?!力|量|否)", "不能"), (r"(?<!没)有(?!关|些|用|的|时|效|限|人)", "没有"), (r"(?<!不)需要", "不需要"), (r"(?<!不)可以", "不可以"),
    (r"(?<!不)会(?!话|议)", "不会"), (r"(?<!不)要(?!求|点)", "不要"), (r"不(?=[会能需可用再])", ""), (r"没有", "有"), (r"无法", "可以"), (r"无需", "需要"), (r"未", "已"), (r"不(?!同|仅|断|少|过|但)", ""),
    (r"(?<!不)(用|把|给出|训练|学会|改变|达到|支持|包括|公开|提出)(?!户|来)", r"没有\1"),
)  # fmt: skip
_BEYOND_EN = (
    ", which makes it the most widely used method today", ", and it has since become the standard", " and therefore it never fails",
    ", as later work has confirmed many times", ", so no other method is needed", ", although this does not hold for small models",
    ", and the same holds for images and speech", ", which halves the cost", ", because the data were cleaned by hand",
    " and is cheaper than every alternative", ", and it was adopted by OpenAI", ", which was its authors' main goal",
)  # fmt: skip
_BEYOND_ZH = (
    "，因此成为目前最常用的方法", "，后来成了业界标准", "，所以从不出错", "，后续研究多次证实了这一点", "，因此不再需要其他方法", "，但对小模型并不成立",
    "，对图像和语音同样适用", "，成本因此减半", "，因为数据经过人工清洗", "，而且比所有替代方案都便宜", "，并被 OpenAI 采用", "，这正是作者的主要目标",
)  # fmt: skip


def planted(sentence: str, language: str, others: Sequence[str], random_: random.Random) -> Iterator[tuple[str, str]]:
    """Yields (kind, wrong sentence), one of every kind that fits.

    Args:
        sentence: A true sentence.
        language: "zh" or "en".
        others: Names of neighbouring works, to put in place of names.
        random_: Decides.
    """
    for kind, change in _CHANGES.items():
        changed = change(sentence, language, others, random_)
        if changed and changed != sentence:
            yield kind, changed


def _number(sentence: str, _: str, __: Sequence[str], random_: random.Random) -> str | None:
    found = [q for q in quantities(sentence) if not q.named and re.match(r"[\d.,]+", q.text)]
    if not found:
        return None
    one = random_.choice(found)
    digits = re.match(r"[\d.,]*\d", one.text)
    if digits is None:
        return None
    value = float(digits[0].replace(",", ""))
    year = 1990 <= value <= 2030 and value == int(value)
    new = (
        value + random_.choice((-2, -1, 1, 2)) if year else value * random_.choice((0.5, 2, 3, 10, 0.1, 1.2, 0.8, 1.5))
    )
    if not year and value < 20 and value == int(value):
        new = value + random_.choice((1, 2, 3, -1))
    decimals = len(digits[0].rpartition(".")[2]) if "." in digits[0] else 0
    written = f"{new:,.{decimals}f}" if "," in digits[0] else f"{new:.{decimals}f}"
    if new <= 0 or float(written.replace(",", "")) == value:
        written = f"{value + 3:.{decimals}f}"
    return sentence[: one.start] + one.text.replace(digits[0], written, 1) + sentence[one.start + len(one.text) :]


def _name(sentence: str, _: str, others: Sequence[str], random_: random.Random) -> str | None:
    names = [sentence[start:end] for start, end in name_places(sentence)]
    fitting = [other for other in others if other.casefold() not in sentence.casefold()]
    if not names or not fitting:
        return None
    return sentence.replace(random_.choice(names), random_.choice(fitting), 1)


def _swapped(sentence: str, language: str, _: Sequence[str], random_: random.Random) -> str | None:
    """Exchanges two names, two numbers, or the two sides of a comparison."""
    names = list(dict.fromkeys(sentence[start:end] for start, end in name_places(sentence)))
    numbers = [q.text for q in quantities(sentence) if not q.named and q.digits]
    pools = [pool for pool in (names, list(dict.fromkeys(numbers))) if len(pool) > 1]
    if not pools:
        return None
    one, other = random_.sample(random_.choice(pools), 2)
    if one in other or other in one:
        return None
    return sentence.replace(one, "\0").replace(other, one).replace("\0", other)


def _pairs_of(pairs: str, language: str) -> Callable[[str, str, Sequence[str], random.Random], str | None]:
    rows = [tuple(word.replace("_", " ") for word in pair.split()) for pair in pairs.split("|")]
    turns = rows if "only also" in pairs or "只 也" in pairs else [*rows, *((b, a) for a, b in rows)]

    def change(sentence: str, spoken: str, _: Sequence[str], random_: random.Random) -> str | None:
        if spoken != language:
            return None
        found = []
        for word, other in turns:
            pattern = rf"\b{re.escape(word)}\b" if language == "en" else re.escape(word)
            found += [(match.start(), match.end(), other) for match in re.finditer(pattern, sentence)]
        if not found:
            return None
        longest = max(end - start for start, end, _ in found)
        start, end, other = random_.choice([row for row in found if language == "en" or row[1] - row[0] == longest])
        return sentence[:start] + other + sentence[end:]

    return change


def _either(
    english: Callable[..., str | None], chinese: Callable[..., str | None]
) -> Callable[[str, str, Sequence[str], random.Random], str | None]:
    def change(sentence: str, language: str, others: Sequence[str], random_: random.Random) -> str | None:
        return (english if language == "en" else chinese)(sentence, language, others, random_)

    return change


def _negation(sentence: str, language: str, _: Sequence[str], random_: random.Random) -> str | None:
    rules = [rule for rule in (_NEGATED_EN if language == "en" else _NEGATED_ZH) if re.search(rule[0], sentence)]
    if not rules:
        return None
    pattern, replacement = random_.choice(rules)
    match = random_.choice(list(re.finditer(pattern, sentence)))
    if replacement is None:  # "uses" becomes "does not use"
        word = match[0]
        stem = word[:-2] if word in ("reaches",) else word[:-1]
        new = f"does not {stem}"
    else:
        new = match.expand(replacement)
    return sentence[: match.start()] + new + sentence[match.end() :]


def _beyond(sentence: str, language: str, _: Sequence[str], random_: random.Random) -> str:
    added = random_.choice(_BEYOND_EN if language == "en" else _BEYOND_ZH)
    body = sentence.rstrip("。.！!")
    return body + added + ("." if language == "en" else "。")


_CHANGES: dict[str, Callable[[str, str, Sequence[str], random.Random], str | None]] = {
    "number": _number,
    "name": _name,
    "order": _swapped,
    "direction": _either(_pairs_of(_PAIRS_EN, "en"), _pairs_of(_PAIRS_ZH, "zh")),
    "quantifier": _either(_pairs_of(_QUANTIFIERS_EN, "en"), _pairs_of(_QUANTIFIERS_ZH, "zh")),
    "negation": _negation,
    "beyond": _beyond,
}
