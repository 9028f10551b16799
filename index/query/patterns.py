"""What a question says in words that no table of names holds: years, counts, which of the works before, which fact.

One row a pattern: the language it is for ("*" for both), what it reads, the pattern over folded text with single
spaces, a text it reads, and one it must not. The tests are made of these rows. Of one family the first row that matches
counts. No pattern stacks open-ended repetitions, so that reading is linear.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

_YEAR = r"(?<![\d.])((?:19|20)\d\d)(?![\d.]?\d)"
_SHORT = r"['’](\d\d)(?!\d)"
_TO = r"(?: ?[-–—~～至到] ?| to | and | until | through )"
_PARTS_ZH = "数据|任务|问题|题目|答案|标注|规则|提示|指令|样本|例子|摘要"  # of a work, whose makers it may name itself
_NO_PART = rf"(?<!{_PARTS_ZH})(?<!(?:{_PARTS_ZH})[是由都])"
_NOT_A_PART = (
    r"(?! (?:[\w-]+ ){0,3}"
    r"(?:data|tasks?|prompts?|questions|answers|labels|annotations?|examples|instructions|rules|summaries|tests)\b)"
)
_NUMBER_EN = "one|two|three|four|five|six|seven|eight|nine|ten"
_NUMBERS = {name: value for value, name in enumerate(_NUMBER_EN.split("|"), start=1)}
_NUMBERS |= {name: value for value, name in enumerate("一二三四五六七八九十", start=1)} | {
    "两": 2,
    "couple": 2,
    "few": 3,
}


@dataclass(frozen=True)
class Pattern:
    """A row of the table.

    Attributes:
        language: "zh", "en" or "*".
        slot: What it reads.
        pattern: A regular expression; its groups are the values.
        example: A text that it reads.
        counter: A text that it must not read.
    """

    language: str
    slot: str
    pattern: str
    example: str
    counter: str

    @cached_property
    def compiled(self) -> re.Pattern[str]:
        """The pattern, ready."""
        return re.compile(self.pattern)


@dataclass(frozen=True, slots=True)
class Read:
    """Words that a pattern read: ``text[start:end]``."""

    slot: str
    start: int
    end: int
    values: tuple[str, ...]


_P = Pattern
PATTERNS = (
    # Years; "after 2022" excludes 2022, 2022 年之后 includes it, as Chinese readers differ and one year more costs little.
    _P("*", "last years", r"(?:最近|过去|近)([一两二三四五六1-9])年(?:来|内|里|间|以来)?", "近两年的论文", "最近的两篇"),
    _P("*", "last years", rf"(?:\b(?:in|from|over|within|of) )?(?:the )?(?:last|past|most recent) ({_NUMBER_EN}|couple of|\d) years", "the past two years", "the last paper"),
    _P("*", "between", rf"(?:\b(?:between|in|from|of|during) |从|自|在|于)?{_YEAR} ?年?(?: ?(?:, (?:and|or) |[,、+/&和与或及]|\b(?:and|or)\b) ?{_YEAR} ?年?)+(?:之间|期间|间)?", "2021、2022 年的论文", "2021 年, 3 篇"),
    _P("*", "between", rf"(?:\b(?:between|from|in) |从|自|在)?{_YEAR} ?年?{_TO}{_YEAR} ?年?(?:之间|期间|间)?", "2020-2022 年", "2020 年的 2 篇"),
    _P("*", "since", rf"(?:自从|自|从|在)? ?{_YEAR} ?年?(?:及?之后|及?以后|以来|后|起|开始|至今|往后)", "2022 年以来", "2022 年前后"),
    _P("*", "since", rf"\b(?:since|no earlier than) {_YEAR}|\b(?:from )?{_YEAR} (?:onwards?|or later|and (?:later|after)|on\b(?! \w))", "since 2021", "in 2021"),
    _P("*", "after", rf"\b(?:after|later than|newer than|post)[ -]{_YEAR}|晚于 ?{_YEAR} ?年?", "after 2021", "after LoRA"),
    _P("*", "before", rf"\b(?:before|prior to|earlier than|older than|pre)[ -]{_YEAR}|早于 ?{_YEAR} ?年?|在?{_YEAR} ?年?(?:之前|以前|前(?!后))", "2021 年以前", "2021 年前后"),
    _P("*", "until", rf"\b(?:until|till|up to|no later than) {_YEAR}|{_YEAR} or earlier|{_YEAR} ?年?及(?:之前|以前)|(?:截至|截止到?|到) ?{_YEAR} ?年?[底末]?(?:为止)?", "up to 2020", "2020 papers"),
    _P("*", "around", rf"\b(?:around|circa) {_YEAR}|{_YEAR} ?年?(?:前后|左右)", "2021 年前后", "2021 年前"),
    _P("*", "in", rf"(?:\b(?:in|from|of|during) |在|于)?{_YEAR} ?年?(?:[上下]半年|[度里间内初底末])?|(?<=[a-z]){_SHORT}|(?<=[a-z]) (\d\d)(?= 的| papers?)", "NeurIPS 2022 的论文", "12022 words"),
    _P("*", "recent", r"最近|最新|近期|近来|\b(?:recent|latest|newest|new(?= (?:papers|works|models)))\b", "有什么最新的论文", "最小的模型"),
    # The year of something else than a work.
    _P("*", "dates else before", r"(?:(?:\b(?!(?:published|released|proposed|introduced|written|appeared|presented|listed|accepted)\b)\w+ed|\b(?:data|text|corpus|corpora|knowledge|news|pages))(?: (?:before|after|since|until|in|from|up to))? ?|(?:数据|知识|新闻|语料|文本|网页)(?=$))$", "data collected before", "papers published before"),
    _P("zh", "dates else after", r"^ ?年?(?:之?前|之?后|以前|以后)?的?(?:训练)?(?:数据(?![集增])|知识(?!蒸馏|图谱)|语料(?!库)|新闻|文本(?!生成|摘要|分类)|网页|信息(?!抽取))|^[^？?。]{0,20}(?:之后|以后)(?!的)", "年之前的数据", "年的数据集"),
    # How many.
    _P("zh", "count", r"(?<![第\d.])(?:(?:前|来|整|给我?|找|推荐|列) ?)?(?:一(?=两))?([一两二三四五六七八九十]|\d{1,2}) ?(?:[篇本门](?!章)|份(?!.?(?:清单|名单|书单|列表))|个(?=模型|数据集|基准|仓库|项目|工具|方法|课程|框架|论文|工作|例子|$|[,。?!;]))", "来两篇综述", "第两篇"),
    _P("en", "count", rf"\b(?:top|max|at most|about|up to|gimme|give me|show me)[ -]?(\d{{1,2}}|{_NUMBER_EN})\b(?! years)", "top 5 papers", "top-notch papers"),
    _P("en", "count", rf"\b(?:an? )?({_NUMBER_EN}|couple|few|\d{{1,2}})(?: of)? (?=(?:[\w-]+ ){{0,3}}(?:papers?|surveys?|models?|datasets?|benchmarks?|repos?|courses?|articles?|blogs?|posts?|works|methods|tools|reads?|readings|things|examples)\b)", "a couple of good papers", "a 7b model"),
    _P("en", "one", r"\b(?:the|your) (?:single )?(?:newest|latest|most recent|oldest|earliest|first) (?:[\w-]+ )?(?:paper|work|model|survey|article|benchmark|dataset|one)\b(?! first)", "the newest paper on agents", "the newest papers"),
    _P("zh", "one", r"(?:最新|最早|最老|最近)的?(?:那一?|一)篇|(?:哪|是哪)一?[篇个](?:论文|工作|文章)?(?:是)?最[新早老]|最[新早老]的.{0,12}是哪一?[篇个]", "最新的一篇是哪篇", "最新的几篇"),
    _P("*", "how many", r"\bhow many\b|\b(?:total )?number of\b|\bcount (?:the|all|your)\b|(?:一共|总共)?(?:收录了?|收了)?有?(?:多少|几)[篇个本种份条门]|总数(?:是多少)?", "how many papers are there", "有一篇论文"),
    _P("*", "held here", r"\b(?:are there|are listed|do you (?:have|list|know)|you have|have you got)\b(?: here| in total)?|(?:库|清单|目录)(?:里|中)(?:面)?(?:有|的)?|(?:这里|你们?这?里?)?(?:一共|总共)?(?:收录|收)了?(?:的)?|(?:这里|你们)(?:有|的)?|一共有?|总共有?", "how many papers do you have", "有一篇论文"),
    _P("*", "held here", r"\b(?:are |is )?(?:in|on) (?:the|this|your|these) (?:library|lists?|collection|corpus|catalogue|site)\b|\bhere\b", "how many papers are in the library", "papers in the wild"),
    # In which order.
    _P("zh", "by year", r"按(?:照)?(?:年份|时间|年代|先后|发表|出现)|时间顺序|先后顺序", "按年份排一下", "按机构分"),
    _P("en", "by year", r"\b(?:by|in order of) (?:year|date|time)\b|\bchronological|\bone (?:generation )?after (?:another|the other)\b", "in chronological order", "by authors"),
    _P("*", "newest first", r"从(?:新|晚)[到至](?:旧|早)|由(?:新|近|晚)[到至及](?:旧|远|早)|倒序|\bfrom (?:the )?newest to|\breverse chronolog|\b(?:newest|latest|most recent) first\b", "从新到旧", "最新进展"),
    _P("*", "oldest first", r"从(?:旧|早)[到至](?:新|晚)|由(?:旧|远|早)[到至及](?:新|近|晚)|\bfrom (?:the )?oldest to|\b(?:oldest|earliest) first\b", "从早到晚", "早停"),
    _P("*", "newest first", r"最新(?:的|几|两|三|发|论文|工作|一)|最近(?:的(?!邻)|几篇|两篇|三篇|发)|\b(?:newest|latest|most recent)\b(?= (?:\w+ ){0,3}?(?:papers?|works?|models?|articles?|surveys?|ones?|on)\b)", "最新的三篇", "最新进展"),
    _P("*", "oldest first", r"最[早老](?!是|由|在|被|提出|出现|什么)(?:的|几|两|三|一|论文)?(?=.{0,12}(?:论文|工作|文章|模型|综述|[几两三一]?篇))|\b(?:oldest|earliest)\b(?= (?:\w+ ){0,3}?(?:papers?|works?|models?|articles?|surveys?|ones?)\b)", "最早的论文", "早停"),
    _P("zh", "reading order", r"(?:阅读|学习)(?:顺序|路线)|按(?:照)?(?:阅读|学习|清单)的?顺序|先读哪|从哪[篇本]?(?:开始)?读", "按阅读顺序", "阅读理解"),
    _P("en", "reading order", r"\breading order\b|\border (?:to|in which to) read\b|\bin the order of the lists?\b", "in reading order", "reading list"),
    # Whose works: what stands before or after a name says that it made them.
    _P("*", "made by before", r"(?:\b(?:by|from|out of|at|did|has|have)(?: the)? |(?:由|出自|来自) ?)$", "papers by ", "papers about "),
    _P("*", "made by after", r"^ ?(?:(?:et al\.?|and (?:others|colleagues))|['’]s\b| papers?\b|(?:等人?)?(?:团队|公司|实验室|研究院)?(?:的|(?:都?(?:发布|推出|开源|提出|发表|做|写|出品|出)(?:过|了)?的?)))", "团队发布的模型", "和 Meta 的区别"),
    _P("*", "used before", r"(?:\b(?:us(?:es?|ed|ing)|based on|with|on|about|of|for|like|mention(?:s|ing)?|cit(?:es|ing)|compar(?:es|ing) (?:with|to)|against) (?:the )?|(?:用了?|使用了?|基于|关于|比起|提到了?|引用了?|对比|针对|围绕) ?)$", "papers that use ", "papers by "),
    _P("*", "asks", r"什么(?!文章|论文)|为什么|怎么|如何|吗$|吗\?|是不是|多少|几[个年]|谁|\b(?:why|how|who|when|is|are|was|were|does|do|did|can|could|should)\b", "为什么快", "Touvron et al."),
    _P("*", "but not", r"(?:\b(?:not|excluding|except(?: for)?|other than|apart from|besides|without|no)(?: (?:the|any|those|ones|papers?|works?|models?|published|made|written))*(?: (?:by|from|in|of|on))? |(?:除了?|不要|不是|不含|不包括|不算|排除|去掉|别给我?|非) ?)$", "papers not by ", "papers by "),
    # Where works stand.
    _P("*", "section after", r"^[”」』》\"']? ?(?:[这那一]?(?:小节|章节|部分|一节|节|栏目)(?:里|中|下|的|有)?|section\b|chapter\b)", "”这一节里", "的模型"),
    _P("*", "section before", r"\b(?:section|heading|chapter) [“「『《\"']?$", "in the section ", "in the paper "),
    _P("*", "list after", r"^ ?(?:reading )?(?:list\b|清单)(?:里|中|上)?|^(?:里|中)", " list", " papers"),
    _P("*", "kept in lists before", r"\b(?:lists|collections) of (?:[\w-]{1,20} ){0,3}$", "curated lists of llm ", "a list of llm "),
    # Turns of a conversation.
    _P("zh", "new subject", r"换个?(?:话题|问题)|另外问|另一个问题|题外话|说点别的|不聊这个", "换个话题，讲讲量化", "换个模型呢"),
    _P("en", "new subject", r"\bby the way\b|\b(?:different|another|new|unrelated) (?:question|topic|subject)\b|\bchange (?:of )?(?:topic|subject)\b", "by the way, who are you", "a different model"),
    _P("zh", "same of", r"^(?:那么?|还有|换成) ?(.{1,60}?) ?呢?[？?。]?$", "那 QLoRA 呢？", "QLoRA 省多少显存？"),
    _P("en", "same of", r"^(?:and |so )?(?:what about|how about|and for|and|same for) (.{1,80}?)[ ?.]*$", "and what about ALBERT?", "what is ALBERT?"),
    _P("*", "pick 1", r"第一[个篇种项](?!月)|前者|\b(?:first|1st) (?:one|paper|model|method)\b|\bthe (?:former|first)(?! [a-z]+ of)\b|\b(?:number|no\.?) (?:one|1)\b", "第一个的作者", "第一次训练"),
    _P("*", "pick 2", r"第二[个篇种项](?!月)|后者|\b(?:second|2nd) (?:one|paper|model|method)\b|\bthe (?:latter|second)(?! [a-z]+ of)\b|\b(?:number|no\.?) (?:two|2)\b", "the latter", "a second stage"),
    _P("*", "pick 3", r"第三[个篇种项](?!月)|\b(?:third|3rd) (?:one|paper|model|method)\b|\b(?:number|no\.?) (?:three|3)\b", "the third one", "a third of it"),
    _P("*", "pick last", r"最后(?:那)?一?[个篇种项](?!月)|倒数第一[个篇]|\b(?:the|that) (?:very )?last (?:one|paper|model|method)\b", "最后一篇", "at last"),
    _P("*", "pick all", r"这[两几]个|那[两几]个|[前后][两二三]个|两者|二者|它俩|\b(?:both|the two) of (?:them|those|these)\b|\b(?:those|these) two\b|\bthe \w+er (?:one|of the two)\b|\bthe (?:other|bigger|smaller) ones?\b|\bthe last ones\b", "这两个有什么区别", "两个模型有什么区别"),
    _P("*", "points back", r"它|他们|她们|其(?=[作代效性优缺局参训]|他方)|(?:这|那)(?:个|些|篇|种)?(?:论文|模型|方法|工作|数据集|仓库)|该(?:论文|模型|方法|文|工作|基准|框架|工具|系统|数据集|任务)|\b(?:it|its|they|them|their|theirs|those|he|she)\b|\b(?:this|that) (?:one|paper|model|method|work|article|repo|dataset|benchmark|approach)\b", "它快吗", "什么是其他语言模型"),
    # Which fact of the catalogue.
    _P("*", "year", r"哪一?年|什么时候(?!.{0,3}(?:用|该|需要|适合|不|要(?!求)|会|能|才|值得|选))|何时|几几年|几年(?:的|发|出)|年份|\bwhen (?:was|were|did)\b|\bwhen is \S+ from\b|\b(?:what|which) year\b|\byear of\b|\bhow old is\b|\band when\b(?! (?:should|do|does|can|could|would|must|may|to|not|i|you|we|people|one|it|they|using|training|is it|are they)\b)|^when\b(?! (?:should|do|does|can|could|would|must|may|to|not|i|you|we|people|one|it|they|using|training|is it|are they)\b)|\bwhen\?|(?:[,+&/] ?|\band )year\b", "LoRA 哪年出的", "近几年"),
    _P("*", "authors", rf"作者(?!们?(?:在|还|也|都|又|是怎|怎|如何|为什么|为啥|用|把|让|给|拿|发现|认为|说|建议|训练|做|测|评|选|采|设|报告|观察|提到|指出|得|分析|讨论|考虑|尝试|试|比较|对比|证明|解释|承认|怀疑|担心|主张|提出了|总结|列))|一作|{_NO_PART}谁(?:写|提出|发明|发表|做|开发|搞|弄)|(?<!{_PARTS_ZH})(?:是|都有)谁(?!写|做|标)|谁的(?:论文|工作)|\bauthors?\b(?!['’]| (?:us|tr(?:y|ie|ain)|t(?:une|est)|fin|found|show|sa(?:y|id)|ch(?:oo|o)s|report|recommend|pick|think|thought|measure|observe|conclude|claim|s(?:e|u)e|saw|suggest|mean|do\b|did\b|get|got|set|run|ran|evaluat|compar|warn|call|give|gave|make|made|need|want|put|take|took))|\bwho(?:'s| is| are)? (?:wrote|proposed|made|invented|created|published|developed|introduced|came up|behind|the authors?|did|built|released|trained)\b{_NOT_A_PART}", "who wrote it", "who uses it"),
    _P("*", "authors", r"\bwho(?:'s| is| are)? (?:teach(?:es|ing)?|taught|gives?|lectures?|instructs?|maintains?)\b|\b(?:taught|given|maintained) by whom\b|\binstructors?\b|\blecturers?\b|谁(?:教|讲|主讲|授课)|讲师|主讲人", "who teaches CS231n", "teacher forcing"),
    _P("*", "venue", r"(?:发表?|中|投)(?:在|于|的)?(?:了)?(?:哪|什么)(?:个|里)?(?:会议?|期刊|地方|刊)?|哪个?(?:顶?会议?|期刊)|什么(?:会议|期刊)|\b(?:which|what) (?:venue|conference|journal)\b|\bvenue\b|(?:[,+&/] ?|\band )conference\b|\bwhere (?:and when )?(?:was|were|is|did)\b.{0,60}\b(?:publish|appear|present)", "发在哪个会议", "发布了哪些模型"),
    _P("*", "organisations", r"哪家|哪个?(?:公司|机构|团队|单位|学校|大学|实验室|组)|谁家的|什么(?:公司|机构|团队)|\b(?:which|what) (?:company|organi[sz]ation|institut(?:ion|e)|lab|university|team|group)\b|\baffiliation|(?:['’]s?|[,+&/]|\band) company\b", "这是哪家的模型", "哪些公司的数据"),
    _P("*", "organisations", rf"{_NO_PART}谁(?:家)?(?:做|开发|搞|弄|出|训练|发布|开源)|\bwho(?:'s| is| are)? (?:made|built|released|developed|trained|behind)\b{_NOT_A_PART}", "这模型谁做的", "谁写的数据"),
    _P("*", "licence", r"许可(?:证|协议)?|开源协议|什么协议|能商用|可商用|商用(?:吗|么)|\blicen[cs]e|\bcommercial(?:ly)? use", "什么许可证", "许多论文"),
    _P("*", "sizes", r"多少(?:个)?参数|参数(?:量|规模)?(?:是)?(?:多少|多大)|有?(?:哪)?几种?(?:个)?(?:尺寸|规模|大小)|多大(?:规模|参数|的模型)?|多少[bB亿]|\bhow (?:big|large)\b|\bhow many (?:parameters|params|examples|samples|questions)\b|\b(?:what|which) sizes?\b|\bparameter count", "LLaMA 有多少参数", "参数高效微调"),
    _P("*", "links", r"链接|网址|(?:代码|仓库|权重|模型|论文|原文|数据集?)(?:地址|在哪|仓库|链接)|开源(?:地址|在哪)|在?哪(?:里|儿)?(?:能|可以)?(?:下载|看到|读到|找到|下)|\b(?:repo|repository|link|url)\b|\bon github\b|\bgithub\b(?= (?:repo|repositor|link|page|url|address|project)|[?.!,。]?$)|\bsource code\b|\bwhere (?:can i|is the|to|do i|are the) (?:find|read|download|get|code|repo|weights|paper|link|data)", "代码在哪", "怎么写代码"),
)  # fmt: skip
YEARS = ("between", "since", "after", "before", "until", "around", "in")
ORDERS = ("by year", "oldest first", "newest first", "reading order")
PICKS = ("pick 1", "pick 2", "pick 3", "pick last")
FACTS = ("year", "authors", "venue", "organisations", "licence", "sizes", "links")


def read_first(text: str, *slots: str) -> Read | None:
    """Returns what the first row of some slots reads in a folded text, or None."""
    for row in PATTERNS:
        if row.slot in slots and (found := row.compiled.search(text)):
            return _read(row, found)
    return None


def read_all(text: str, *slots: str) -> Iterator[Read]:
    """Yields what each row of some slots reads in a folded text, in the order of the table."""
    for row in PATTERNS:
        if row.slot in slots and (found := row.compiled.search(text)):
            yield _read(row, found)


def number_of(word: str) -> int:
    """Returns the number that a word of a pattern stands for."""
    return _NUMBERS.get(word.split(" ", maxsplit=1)[0]) or int(word)


def _read(row: Pattern, found: re.Match[str]) -> Read:
    return Read(row.slot, *found.span(), tuple(group for group in found.groups() if group))
