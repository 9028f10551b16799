"""Numbers in a text, in either language and however they are written: 10,000, 一万, 65B, 650 亿, half, 三分之一, 48 GB.

Digits that belong to a name ("GPT-4", "T5") are no numbers here. Two quantities agree when their values do, rounding
aside, and their units do not contradict each other.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from math import floor, log10

_EN_SCALES = {"k": 1e3, "thousand": 1e3, "m": 1e6, "million": 1e6, "b": 1e9, "bn": 1e9, "billion": 1e9, "t": 1e12, "trillion": 1e12}  # fmt: skip
_ZH_SCALES = {"百万": 1e6, "千万": 1e7, "万亿": 1e12, "亿": 1e8, "万": 1e4, "千": 1e3, "百": 1e2}
_EN_WORDS = dict(zip(
    "two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen "
    "nineteen twenty thirty forty fifty sixty seventy eighty ninety".split(),
    [*range(2, 21), *range(30, 100, 10)], strict=True,
))  # fmt: skip
_EN_WORDS |= {
    "twice": 2,
    "double": 2,
    "doubles": 2,
    "doubled": 2,
    "triple": 3,
    "tripled": 3,
    "dozen": 12,
    "hundred": 100,
}
_EN_PARTS = {"half": 0.5, "halves": 0.5, "halved": 0.5, "third": 1 / 3, "thirds": 1 / 3, "quarter": 0.25, "quarters": 0.25, "fifth": 0.2, "fifths": 0.2, "tenth": 0.1, "tenths": 0.1}  # fmt: skip
_ZH_DIGITS = {character: value for value, character in enumerate("零一二三四五六七八九")} | {"两": 2, "〇": 0}
_ZH_PLACES = {"十": 10, "百": 100, "千": 1000}
_UNITS = {
    "%": "% percent per-cent percentage 个百分点 百分点 point points",
    "bit": "bit bits 比特 位 -bit",
    "byte": "gb gib mb tb kb",
    "parameter": "parameter parameters 参数 个参数",
    "token": "token tokens 词元 个词元",
    "times": "times x × fold 倍",
    "second": "second seconds s 秒",
    "minute": "minute minutes 分钟",
    "hour": "hour hours 小时 个小时",
    "day": "day days 天",
    "month": "month months 个月",
    "dollar": "dollar dollars 美元 usd",
    "layer": "layer layers 层",
    "head": "head heads 个头",
    "device": "gpu gpus card cards 张 块 卡 张卡 tpu tpus",
    "language": "language languages 种语言",
    "task": "task tasks 项任务 个任务",
    "step": "step steps 步",
    "person": "people person persons annotators workers 人 名",
}
_UNIT_OF = {word: unit for unit, words in _UNITS.items() for word in words.split()}
_FACTORS = "x×"  # a unit only where no second factor follows: 3x, but not 4096 × 4096
_EN_UNITS = "|".join(sorted((w for w in _UNIT_OF if w.isascii() and w not in _FACTORS), key=len, reverse=True))
_ZH_UNITS = "|".join(sorted((w for w in _UNIT_OF if not w.isascii() and w not in _FACTORS), key=len, reverse=True))
_UNIT = rf"(?:[- ]?(?P<{{0}}>(?:{_EN_UNITS}|{_ZH_UNITS}|[{_FACTORS}](?! ?[\d(]))(?![a-z])))?"
_DIGITS = r"(?<![\d.])(?<!\d,)(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?"
_NUMBER = re.compile(
    rf"(?P<fraction>\d+/\d+(?![\d/]))|"
    rf"(?P<digits>{_DIGITS})(?:(?P<zh_scale> ?(?:百万|千万|万亿|亿|万|千|百))|"
    rf"(?P<en_scale>[- ]?(?:thousand|million|billion|trillion|bn)\b|[kmbt](?![a-z\d])))?{_UNIT.format('unit')}|"
    rf"百分之(?P<zh_percent>[一二三四五六七八九十百]+)|(?P<zh_part>[二三四五六七八九十百]+分之[一二三四五六七八九十百]+)|"
    rf"(?P<zh_half>一半|减半|折半)|(?P<zh_double>翻倍|加倍|翻番|成倍)|"
    rf"(?P<zh_words>[一二两三四五六七八九十百千万亿零]{{2,}}|[二两三四五六七八九十](?=[ ]?(?:{_ZH_UNITS}|[种个类项步次段条篇道份级代方部者]))){_UNIT.format('zh_unit')}|"
    rf"(?:(?P<count>\d+|{'|'.join(_EN_WORDS)})[- ])?\b(?P<en_part>{'|'.join(_EN_PARTS)})\b|"
    rf"\b(?P<en_words>{'|'.join(sorted(_EN_WORDS, key=len, reverse=True))})(?:[- ](?P<en_ones>two|three|four|five|six|seven|eight|nine)\b)?"
    rf"(?:[- ](?P<word_scale>hundred|thousand|million|billion|trillion)\b)?{_UNIT.format('en_unit')}(?![a-z])",
    re.I,
)  # fmt: skip
_NOT_NUMBERS = re.compile(
    r"十分|万一|万能|千万别|百科|一一|统一|一万个|三元|四舍五入|第[一二三四五六七八九十]+|唯一|一千零|万维|千问|百川|百度"
)
_MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()
_MONTH = re.compile(
    r"\b(january|february|march|april|may|june|july|august|september|october|november|december)(?= (?:of )?(?:19|20)?\d)"
)
_RANGE_SIGN = re.compile(r" ?(?:to|and|or|-|–|—|~|～|至|到) ?")
_RANGE = 0.5
_COUNTED = 20  # up to here things are counted


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number in a text.

    Attributes:
        value: Its value, scales multiplied out, percent left as they are.
        unit: Class of its unit, or "".
        digits: Whether it is written in digits; numbers in words are often said in another way.
        significant: Digits it is given with.
        named: Whether it is part of a name: found where it stands ("LLaMA-7B"), but nothing that is said.
        start: Where it stands in the text …
        end: … and where it ends.
        text: As written.
    """

    value: float
    unit: str
    digits: bool
    significant: int
    named: bool
    start: int
    end: int
    text: str


def quantities(text: str) -> list[Quantity]:
    """Returns the numbers of a text, in reading order; the months of English are numbers, as those of Chinese are."""
    lowered = text.lower() if len(text.lower()) == len(text) else text
    skipped = [found.span() for found in _NOT_NUMBERS.finditer(lowered)]
    found = []
    for match in _NUMBER.finditer(lowered):
        if any(start <= match.start() < end for start, end in skipped):
            continue
        found.append(_read(match, text, named=_is_of_a_name(lowered, match.start(), match.end())))
    for month in _MONTH.finditer(lowered):
        number = _MONTHS.index(month[1][:3]) + 1
        found.append(
            Quantity(number, "", False, 9, True, month.start(), month.end(), text[month.start() : month.end()])
        )
    scaled = _scaled(found, lowered)
    ranges = {one.start for one in scaled}  # "5 to 500 billion" does not say that there are 5
    return [*(replace(one, named=True) if one.start in ranges else one for one in found), *scaled]


def _scaled(found: Sequence[Quantity], text: str) -> list[Quantity]:
    """Returns what the first number of a range means that has its scale behind the second ("5 to 500 billion")."""
    scaled = []
    for one, other in pairwise(found):
        scale = re.search(r"(thousand|million|billion|trillion|bn|[kmbt]|万亿|百万|亿|万)", other.text.lower())
        if (
            scale
            and one.digits
            and one.text.replace(",", "").replace(".", "").isdigit()
            and _RANGE_SIGN.fullmatch(text[one.end : other.start])
        ):
            factor = _EN_SCALES.get(scale[1]) or _ZH_SCALES[scale[1]]
            scaled.append(replace(one, value=one.value * factor, unit=other.unit, named=True))
    return scaled


def _is_of_a_name(text: str, start: int, end: int) -> bool:
    """Tells digits that a letter or a hyphened word stands before ("GPT-4", "top-5"), or letters behind ("3D")."""
    before = text[start - 1] if start else " "
    if before.isascii() and (before.isalpha() or before == "_"):
        return True
    if before in "-." and start > 1 and text[start - 2].isascii() and text[start - 2].isalnum():
        return True
    return end < len(text) and text[end].isascii() and text[end].isalpha() and text[end - 1].isdigit()


def _read(match: re.Match[str], text: str, *, named: bool) -> Quantity:
    part = match.groupdict()
    value, digits, unit, significant = 0.0, True, part["unit"] or part["zh_unit"] or part["en_unit"] or "", 9
    if part["digits"]:
        plain = part["digits"].replace(",", "")
        value = float(plain) if len(plain) < 40 else float("inf")
        significant = len(plain.replace(".", "").strip("0")) or 1
        if part["zh_scale"]:
            value *= _ZH_SCALES[part["zh_scale"].strip()]
        elif part["en_scale"]:
            value *= _EN_SCALES[part["en_scale"].strip("- ")]
    elif part["fraction"]:
        above, below = (int(number[:20]) for number in part["fraction"].split("/"))
        value = above / below if below else 0.0
    elif part["zh_part"]:
        parts = part["zh_part"].split("分之")
        value, digits = _chinese(parts[1]) / max(_chinese(parts[0]), 1), False
    elif part["zh_percent"]:
        value, unit, digits = _chinese(part["zh_percent"]), "%", False
    elif part["zh_half"]:
        value, digits = 0.5, False
    elif part["zh_double"]:
        value, digits = 2.0, False
    elif part["zh_words"]:
        value, digits = _chinese(part["zh_words"]), False
    elif part["en_part"]:
        count = part["count"] or "1"
        times = float(count) if count.isdigit() and len(count) < 9 else float(_EN_WORDS.get(count, 1))
        value, digits = times * _EN_PARTS[part["en_part"]], False
    else:
        value, digits = float(_EN_WORDS[part["en_words"]]), False
        value += _EN_WORDS.get(part["en_ones"] or "", 0)
        scale = part["word_scale"] or ""
        value *= 100 if scale == "hundred" else _EN_SCALES.get(scale, 1)
    written = text[match.start() : match.end()].strip(" -")
    unit = _UNIT_OF.get(unit.strip("- "), "")
    return Quantity(value, unit, digits, significant, named, match.start(), match.end(), written)


def _chinese(word: str) -> float:
    """Returns the value of a Chinese number word such as 三百二十 or 六百五十亿."""
    total, section, digit = 0.0, 0.0, 0.0
    for character in word:
        if character in _ZH_DIGITS:
            digit = _ZH_DIGITS[character]
        elif character in _ZH_PLACES:
            section += (digit or 1) * _ZH_PLACES[character]
            digit = 0
        else:
            total = (total + section + digit or 1) * _ZH_SCALES[character]
            section = digit = 0
    return total + section + digit


def agree(said: Quantity, found: Quantity) -> bool:
    """Tells whether a number that is said is one that was found, perhaps rounded, of a unit that can be the same."""
    if said.unit and found.unit and said.unit != found.unit:
        return False
    if found.named and not said.digits and said.value <= _COUNTED:  # "three" is not what GPT-3 has
        return False
    return said.value == found.value or _rounds_to(found.value, said)


def _rounds_to(value: float, said: Quantity) -> bool:
    """Tells whether a value, rounded to the digits of what is said, is what is said."""
    if not (0 < value < 1e18 and 0 < said.value < 1e18) or abs(value - said.value) > _RANGE * value:
        return False
    if not said.digits or said.significant < 2:  # "a third" for 33.2 %, not 3 for 3.4
        return abs(value - said.value) < 0.004 * value
    places = said.significant - 1 - floor(log10(value))
    return round(value, places) == round(said.value, places + 1)


def missing(said: Sequence[Quantity], found: Sequence[Quantity]) -> list[Quantity]:
    """Returns the numbers said that are nowhere among those found; a share may be said as percent or as a fraction."""
    shares = [q.value / 100 for q in found if q.unit == "%"]
    return [
        one
        for one in said
        if not one.named
        and not any(agree(one, other) for other in found)
        and not (one.value < 1 and any(abs(one.value - share) < 0.01 for share in shares))
    ]
