"""The words lists use around works: labels of links, names of fields, links and sections that are no works."""

from __future__ import annotations

import re
import unicodedata

_FACETS = frozenset(
    "abs abstract anthology api appendix article arxiv bib bibtex bilibili blog blogpost chat checkpoint "
    "checkpoints citation cite ckpt code codes colab data dataset datasets demo demos discussion doc docs "
    "documentation doi download face full github gitlab hf home homepage html hugging huggingface implementation "
    "jax keras landing "
    "link links media model models notebook notes official online openreview original page paper papers pdf "
    "pdfs playground poster post preprint press project publication pytorch release repo repos repository report "
    "review reviews site slide slides source sources space spaces supp supplement supplementary summary talk technical "
    "tensorflow text tf thread torch tutorial tweet twitter unofficial url video videos web webpage website weights "
    "wiki youtube star stars badge repo the and of for here version en zh cn".split()
)
_HAN_FACETS = re.compile(
    r"(?:论文|原文|全文|代码|源码|开源|项目|仓库|主页|官网|官方|网站|网页|网址|博客|链接|地址|数据集|数据|模型|权重|视频|演示|"
    r"下载|文档|解读|知乎|公众号|文章|参考|参考资料|幻灯片|教程|体验|试用|中文|英文|版本|版|页面|介绍|的|在线|预览)+"
)
_FIELDS = frozenset(
    "author authors affiliation affiliations date year time venue conference journal published publisher title name "
    "names alias aliases keywords description introduction intro details comment comments note tldr tl dr institute "
    "institution organization organisation company license language tags topics tag topic id ids category categories "
    "task tasks type types status highlight highlights contribution contributions motivation method methods result "
    "results takeaway takeaways idea ideas key core rating difficulty pages isbn edition series".split()
)
_HAN_FIELDS = re.compile(
    r"(?:简要|介绍|内容|亮点|贡献|核心|思想|思路|创新点|关键词|标签|状态|类型|类别|任务|领域|推荐|理由|评价|作者|机构|单位|公司|年份|时间|日期|会议|期刊|发表|出处|来源|名称|标题|题目|别名|简介|说明|摘要|描述|备注|动机|方法|结果|"
    r"论文|代码|源码|项目|数据集|模型|地址|链接|主页|的)+"
)
_ROLES = tuple(  # of a table's column, a line ``name: value`` below a title, or a key; the first that fits
    (role, re.compile(pattern, re.I))
    for role, pattern in (
        ("number", r"^(?:#|no\.?|s\.? ?no\.?|nr\.?|№|id|idx|index|rank|序号|编号|排名|序)$"),
        ("alias", r"\b(?:abbr\w*|acronym|alias(?:es)?|short name|nickname|key ?words?)\b|简称|缩写|别名"),
        ("title", r"\b(?:title|name)s?\b|标题|题目|名称|论文名"),
        ("authors", r"\bauthors?\b|\bwritten by\b|作者"),
        (
            "venue",
            r"\b(?:venue|conf|conference|journal|publication|publisher|published (?:in|at))s?\b|会议|期刊|出处|发表",
        ),
        ("year", r"\b(?:year|date|time|published|released?|updated?)\b|年份|年|时间|日期"),
        (
            "organisation",
            r"\b(?:institut\w*|organi[sz]ations?|compan(?:y|ies)|affiliations?|universit\w+|maker|vendor)\b",
        ),
        ("organisation", r"机构|公司|单位|厂商|学校"),
        (
            "note",
            r"\b(?:descriptions?|details?|introduction|intro|summary|abstract|tl;?dr|notes?|comments?|about)\b",
        ),
        ("note", r"说明|简介|介绍|备注|描述|摘要|特点"),
        (
            "link",
            r"\b(?:links?|urls?|code|github|git|pdf|web\w*|home ?page|site|demo|repo\w*|source|download|videos?)\b",
        ),
        ("link", r"链接|地址|代码|官网|网址|源码|主页"),
        (
            "work",
            r"\b(?:papers?|models?|projects?|tools?|courses?|datasets?|corpus|benchmarks?|frameworks?|librar(?:y|ies)|"
            r"books?|resources?|methods?|algorithms?|apps?|applications?|software|packages?|articles?|systems?|"
            r"products?|"
            r"platforms?|agents?|tasks?|works?|surveys?|llms?|services?|plugins?|component)\b",
        ),
        ("work", r"模型|项目|论文|课程|工具|数据集|框架|书|资源|方法|文章|产品|平台|应用|系统|底座|作品"),
    )
)
_NO_WORK = re.compile(
    r"^(?:click |read |see |view )?(?:here|this|this list|top|more|edit|email|e-mail|mail|contact|newsletter|"
    r"subscribe|issues?|prs?|pull requests?|(?:x|twitter|discord|slack|telegram|wechat|weixin|mastodon|"
    r"linkedin|facebook|reddit|gitter)"
    r"(?: (?:channel|group|server))?|contribut\w+(?: \w+)?|readme|licen[cs]e|"
    r"(?:(?:go )?back to|return to|go to) (?:the )?(?:top|contents?|toc|table of contents)|"
    r"这里|此处|本文|点击查看|点击这里|返回顶部|回到顶部|返回目录)$",
    re.I,
)
_CONTENTS = re.compile(r"^(?:(?:table of )?contents?|toc|index|目录)$", re.I)
_BOILERPLATE = re.compile(
    r"^(?:licen[cs]es?|(?:\w+ )?contribut(?:e|ing|ions?|ors?)(?: guidelines?)?|how to contribute|acknowledge?ments?|"
    r"thanks(?: to)?|credits|(?:how to )?cit(?:e|ation|ing)(?: \w+)?|star history|sponsors?|support|contact(?: us)?|"
    r"disclaimer|maintainers?|change ?log|code of conduct|footnotes|许可证?|版权|贡献(?:者|指南)?|如何贡献|致谢|引用|"
    r"赞助|联系方式|联系我们|声明|免责声明|更新日志)$",
    re.I,
)
_SHORTCODE = re.compile(r":[a-z][a-z0-9_+-]+:")
_WORD = re.compile(r"[A-Za-z]+|[\u4e00-\u9fff]+")


def is_label(text: str) -> bool:
    """Tells a text that only says what a link leads to: ``Official Code``, ``[pdf]``, ``论文地址``, an emoji."""
    words = _WORD.findall(_SHORTCODE.sub("", text))
    return len(words) <= 5 and len(text) <= 60 and all(map(_is_facet, words))


def is_field(name: str) -> bool:
    """Tells the name of a fact in ``name: value``: a label, or what a bibliography states of a work."""
    words = _WORD.findall(name)
    return 0 < len(words) <= 5 and all(_is_facet(word) or _is_field(word) for word in words)


def role_of(name: str) -> str:
    """Returns what a column or a field holds: title, work, authors, venue, year, alias, note, link, … or ""."""
    name = undecorated(name)
    return next((role for role, pattern in _ROLES if pattern.search(name)), "")


def names_no_work(text: str) -> bool:
    """Tells the text of a link that leads to no work: ``here``, ``back to top``, an account."""
    return _NO_WORK.match(_words(text)) is not None


def is_contents(heading: str) -> bool:
    """Tells the heading of a table of contents; the sections below it may be the list itself."""
    return _CONTENTS.match(_words(heading)) is not None


def is_boilerplate(heading: str) -> bool:
    """Tells a heading of a section about the list itself: licence, contributors, citation, …."""
    return _BOILERPLATE.match(_words(heading)) is not None


def undecorated(text: str) -> str:
    """Takes emoji, their short codes and other symbols off both ends of a text."""
    text = _SHORTCODE.sub("", text).strip()
    start, end = 0, len(text)
    while start < end and _is_symbol(text[start]):
        start += 1
    while end > start and _is_symbol(text[end - 1]):
        end -= 1
    return text[start:end]


def _words(text: str) -> str:
    return " ".join(re.sub(r"[^\w\s-]|_", " ", undecorated(text[:200])).split())


def _is_symbol(character: str) -> bool:
    return character.isspace() or (not character.isascii() and unicodedata.category(character) in _SYMBOLS)


_SYMBOLS = ("So", "Sk", "Cf", "Mn", "Sm", "Cn", "Co")


def _is_field(word: str) -> bool:
    return word.casefold() in _FIELDS if word.isascii() else _HAN_FIELDS.fullmatch(word) is not None


def _is_facet(word: str) -> bool:
    return word.casefold() in _FACETS if word.isascii() else _HAN_FACETS.fullmatch(word) is not None
