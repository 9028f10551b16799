"""What people say of themselves around a question: "I'm new here, my tutor told me to look into it: what is RAG?"."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Collection

from index.text.analysis import content_words
from ingest.text.scripts import HAN

_CLAUSE = re.compile(r"[.!?。！？;；:：~\n]+\s*|[,，]\s*")
_MOST = 4  # clauses at either end
_ENOUGH = 4  # content words that say what is asked without a name
_OF_ONESELF = re.compile(
    r"\b(?:i|i['’](?:m|ve|d|ll)|my|me|we|our|hello|everyone|sorry|stupid|dumb|silly|newbie|noob|beginner)\b|"
    r"我|本人|[导老]师|同学|面试官|老板|小白|新[手人]|包涵|见谅|[勿轻]喷|^(?:刚|最近|正在|大家|各位|萌新|在[校读])",
    re.I,
)
_ASKS = re.compile(
    r"\b(?:what|who|whose|when|where|why|how|which|explain|describe|define|compare|recommend|suggest|list|want|need|show|give|send|find|point)\b|"
    r"[吗呢么?？]|什么|啥|谁|哪|怎|如何|多少|为何|是否|能否|解释|推荐|列|比较|区别|[想要]|[给帮发]我|给.?[几篇]",
    re.I,
)
_BEGS = re.compile(
    r"(?:(?:can|could|would) (?:you|somebody|anyone|someone) )?(?:please |pls )?"
    r"(?:explain|help|enlighten me|elaborate|advise)(?: (?:me|this|it|that|to me|please|pls|out|briefly|simply))*\W*|"
    r"any (?:ideas?|help|hints?|pointers)(?: (?:is|are|would be) \w+)?\W*|"
    r"我?[想要]?(?:请问|请教|问)(?:一?下|个问题|一个问题)?\W*|"
    r"(?:有没有|有|求)?(?:大佬|大神|谁|人)?(?:能(?:不能)?|可以|能否|麻烦|求|请)?(?:帮忙|帮我)?"
    r"(?:解释|讲解|讲讲|解答|说说|指点|科普|讲)(?:一下|下|一二)?(?:吗|嘛|么|呗|吧|[?？])*\W*",
    re.I,
)
# What a clause about oneself is made of. A word or three characters more may say which subject one studies.
_OWN_WORDS = frozenset(
    content_words(
        "new newbie beginner noob student undergrad undergraduate master's masters phd year semester study "
        "studying started starting joined professor prof supervisor advisor tutor teacher lecturer boss manager "
        "friend colleague team lunch class lecture course seminar homework assignment exam quiz interview "
        "presentation preparing prep yesterday today tomorrow tonight week day two three hour month ago last next "
        "english native good great bad confused confusing lost stuck struggling reading read book blog notes "
        "mentioned said asked ask question stupid dumb silly basic simple quick sorry background come maths math "
        "weak gentle patient keep easy group everyone hello discussed agreed nobody hearing heard look looking "
        "topic help appreciated thanks advance career engineer developer computer science field working job get "
        "got myself morning evening first second time times still really bit little somehow right now here couple "
        "paper survey article told "
    )
)
_OWN_PHRASES = re.compile(
    "我们?|本人|自己|大家|各位|大[佬神]|[你您]们?|[导老]师|教授|同学|师[兄姐]|学[长姐]|面试官?|老板|同事|朋友|学生|学院|本科|研究?生|研[一二三]|"
    "大[一二三四]|博[士一二]|硕士?|新[人手]|小白|萌新|初学者?|刚|才|入[门坑]|开始|接触|转行|毕业|准备|考试|期末|答辩|开题|组会|汇报|分享|上课|课[上堂]|"
    "作业|[看读听学说讲问答写做弄搞]|[了过完还也都就太很不没有点比较懂会好懵晕得着吧啊呢哈嗯但和跟对被给让叫去来上里在是的请求这那个]|明白|清楚|"
    "卡住?|困惑|疑问|问题|论文|综述|文章|博客|书|教程|视频|提[到了]|讨论|半天|[几两三]天|好久|[昨今明]天|最近|今年|[下这上]周|数学|英语|基础|[文理]科|"
    "专业|出身|包涵|见谅|[勿轻]喷|谢|打扰|一[个下直]|正|结论|意见|出来|所以|因为|多|组"
)
_HAN = re.compile(f"[{HAN}]")
_MORE = {"zh": 3, "en": 1}  # Han characters or words
_FIGURE = re.compile(r"\d")  # 24 GB, 500 examples: part of what is asked
_EVERYWHERE = frozenset(  # what everybody here studies
    "ai nlp llm llms ml dl model models deep learning machine artificial intelligence language natural processing "
    "paper papers survey surveys 大模型 大语言模型 模型 语言模型 人工智能 机器学习 深度学习 自然语言处理 学习 论文 "
    "综述".split()
)
NamesIn = Callable[[str], Collection[str]]


def without_introduction(question: str, names_in: NamesIn) -> str:
    """Returns a question without the clauses at its ends in which somebody only speaks of himself, or begs.

    Such a clause names nothing that the rest does not name, has no figure and asks nothing; the rest names something,
    or has some words of its own.

    Args:
        question: Corrected and tidy.
        names_in: Returns the names of works and terms in a text.
    """
    ends = [0, *(found.end() for found in _CLAUSE.finditer(question)), len(question)]
    places = [(start, end) for start, end in itertools.pairwise(ends) if question[start:end].strip()]
    first, last = 0, len(places)
    while last - first > 1 and first < _MOST and _is_beside(question, places[first], names_in):
        first += 1
    while last - first > 1 and len(places) - last < _MOST and _is_beside(question, places[last - 1], names_in):
        last -= 1
    if last - first == len(places):
        return question
    rest = question[places[first][0] : places[last - 1][1]].strip(" ,，:：")
    return rest if names_in(rest) or len(content_words(rest)) >= _ENOUGH else question


def _is_beside(question: str, place: tuple[int, int], names_in: NamesIn) -> bool:
    clause = question[slice(*place)].strip()
    if _BEGS.fullmatch(clause):
        return True
    if not _OF_ONESELF.search(clause) or _ASKS.search(clause) or _FIGURE.search(clause):
        return False
    named = {name for name in names_in(clause) if not _is_everywhere(name)}
    rest = f"{question[: place[0]]} {question[place[1] :]}"
    if named and not named <= set(names_in(rest)):
        return False
    han = len(_HAN.findall(_OWN_PHRASES.sub("", clause)))
    latin = {word for word in content_words(clause) if word[0].isascii()} - _OWN_WORDS - named - _EVERYWHERE
    return han <= _MORE["zh"] and len(latin) <= _MORE["en"]


def _is_everywhere(name: str) -> bool:
    """Tells a name, in comparable form (Han characters apart), of what everybody here studies."""
    return name.replace(" ", "") in _EVERYWHERE or set(name.split()) <= _EVERYWHERE
