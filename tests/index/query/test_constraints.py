from dataclasses import replace

import pytest

from evals.questions import read_questions
from index.catalogue.filters import Filters
from index.config import SearchConfig
from index.query.spelling import Spelling
from index.query.understanding import QuestionReader
from index.retrieval.lexical import LexicalIndex
from index.storage.store import Store, write_store
from ingest.types import Kind, Library

PAPERS = (Kind.PAPER, Kind.CONCEPT)
REPOSITORIES = (Kind.REPOSITORY, Kind.MODEL, Kind.DATASET, Kind.BENCHMARK, Kind.CONCEPT)
COURSES = (Kind.COURSE, Kind.ARTICLE, Kind.CONCEPT)
ARTICLES = (Kind.ARTICLE, Kind.COURSE, Kind.CONCEPT)
ANY = Filters()


def papers(**fields):
    return Filters(kinds=PAPERS, **fields)


@pytest.fixture(scope="module")
def newest_year(shipped_library):
    """The year of the newest entry, from which "recent" years are counted back."""
    return max(entry.year for entry in shipped_library.entries if entry.year)


CHINESE = [
    ("2022年之后的对齐论文", papers(since=2022)),
    ("2021 年以前关于预训练的论文有哪些？", papers(until=2020)),
    ("有哪些 2023 年发表的多模态论文", papers(since=2023, until=2023)),
    ("2020-2022 年的缩放定律论文", papers(since=2020, until=2022)),
    ("从 2019 到 2021 年有哪些关于剪枝的论文？", papers(since=2019, until=2021)),
    ("2021 年前后的量化论文", papers(since=2020, until=2022)),
    ("截至2020年的对话论文有哪些", papers(until=2020)),
    ("2023 年的中文评测基准", Filters(since=2023, until=2023)),
    ("NeurIPS 2022 的论文", papers(venues=("NeurIPS 2022",))),
    ("2023 年发表在 ACL 的论文有哪些", papers(venues=("ACL 2023",))),
    ("有哪些 ICLR 的论文是讲量化的", papers(venues=("ICLR",))),
    ("emnlp 和 ACL 的摘要论文有哪些", papers(venues=("EMNLP", "ACL"))),
    ("有哪些代码模型的仓库", Filters(kinds=REPOSITORIES)),
    ("推荐几个 RLHF 的代码库", Filters(kinds=REPOSITORIES)),
    ("有哪些讲对齐的论文和博客", Filters(kinds=(*PAPERS, Kind.ARTICLE, Kind.COURSE))),
    ("BlenderBot 每一代的论文、博客或项目页都给我", Filters(kinds=(*PAPERS, Kind.ARTICLE, Kind.COURSE))),
    ("Anthropic 训练助手时，偏好模型隔多久更新一次？", ANY),
    ("哪些数据集", Filters(kinds=(Kind.DATASET,))),
    ("有哪些课程", Filters(kinds=COURSES)),
    ("推荐几门课程", Filters(kinds=COURSES)),
    ("想看几篇讲位置编码的博客", Filters(kinds=ARTICLES)),
    ("Jason Wei 的论文有哪些", papers(authors=("Jason Wei",))),
    ("苏剑林写过哪些文章", Filters(authors=("苏剑林 (Jianlin Su)",))),
    ("Raffel 等人的论文有哪些？", papers(authors=("Raffel",))),
    ("“可信度”这一节里有哪些论文", papers(sections=("可信度",))),
    ("research-digest 清单里有哪些论文？", papers(lists=("research-digest",))),
    ("谷歌关于 MoE 的论文", papers(organisations=("Google",))),
    ("BERT 论文里说它用了多少数据？", ANY),
    ("LoRA 论文的作者是谁", ANY),
    ("LLaMA 是 2023 年发布的吗？", ANY),
    ("2024 年奥运会中国拿了几块金牌", ANY),
    pytest.param(
        "怎么读 2022 年之后的论文？", ANY, marks=pytest.mark.xfail(reason="it sounds like a list", strict=True)
    ),
    ("用 2021 年之前的数据训练的模型有哪些", ANY),
]
ENGLISH = [
    ("papers on alignment since 2022", papers(since=2022)),
    ("Which papers after 2022 deal with quantisation?", papers(since=2023)),
    ("surveys before 2021", Filters(until=2020, topics=("surveys",))),
    ("List all papers from 2019 to 2020 on pre-training", papers(since=2019, until=2020)),
    ("papers between 2020 and 2022 about scaling laws", papers(since=2020, until=2022)),
    ("show me 2021 papers on prompting", papers(since=2021, until=2021)),
    ("papers up to 2020 about summarization", papers(until=2020)),
    ("Which benchmarks for Chinese models came out in 2023?", Filters(since=2023, until=2023)),
    ("NeurIPS 2022 papers", papers(venues=("NeurIPS 2022",))),
    ("nips 2019 papers", papers(venues=("NeurIPS 2019",))),
    ("Which ACL'23 papers are about distillation?", papers(venues=("ACL 2023",))),
    ("papers published at ICML in 2023", papers(venues=("ICML 2023",))),
    ("which papers appeared in Nature?", papers(venues=("Nature",))),
    ("which courses are listed", Filters(kinds=COURSES)),
    ("What repositories are there for RLHF training?", Filters(kinds=REPOSITORIES)),
    ("list the datasets", Filters(kinds=(Kind.DATASET,))),
    ("blog posts about prompt engineering", Filters(kinds=ARTICLES)),
    ("papers by Jason Wei", papers(authors=("Jason Wei",))),
    ("What papers did Tom Brown write?", papers(authors=("Tom B. Brown", "Tom Brown"))),
    ("papers by Raffel on transfer learning", papers(authors=("Raffel",))),
    ('papers in the "Benchmarks" section', papers(sections=("Benchmarks",))),
    ("Which papers in the study path list are about pruning?", papers(lists=("study-path",))),
    ("papers by Google on MoE", papers(organisations=("Google",))),
    ("papers that use GPT-4 from OpenAI", papers(organisations=("OpenAI",))),
    ("papers about OpenAI", papers()),
    ("What does the LoRA paper say about rank?", ANY),
    ("I tested my model on articles from 2020 and it looked brilliant. Why?", ANY),
    ("Which papers use data collected before 2021?", papers()),
    ("Was GPT-3 released before 2021?", ANY),
    ("Who reviewed the ALiBi paper at ICLR?", ANY),
    ("Is there a repo for LoRA?", ANY),
    ("curated github lists of LLM papers I can browse", ANY),
    ("Which chat models from the Tsinghua ChatGLM team are there?", ANY),
    ("Which papers were put together in 2022?", papers(since=2022, until=2022)),  # not by Together
]


@pytest.mark.parametrize(("question", "filters"), CHINESE + ENGLISH)
def test_what_is_certain_becomes_a_filter(shipped_reader, question, filters):
    assert shipped_reader.read(question).wished == filters


@pytest.mark.parametrize(
    "question", ["近两年有哪些讲智能体的论文？", "Are there any papers on agents from the last two years?"]
)
def test_the_last_years_are_counted_back_from_the_newest_entry(shipped_reader, newest_year, question):
    assert shipped_reader.read(question).wished == papers(since=newest_year - 1)


@pytest.mark.parametrize(
    ("question", "rest"),
    [
        ("2022年之后的对齐论文", "对齐"),
        ("2023 年的中文评测基准", "中文评测基准"),
        ("有哪些代码模型的仓库", "代码模型的仓库"),  # a repository's text says that it is one
        ("近两年有哪些讲智能体的论文？", "智能体"),
        ("2023 年之后的人类反馈论文", "人类反馈"),  # not 类反馈: only whole words are left out
        ("提示工程的论文", "提示工程"),
        ("2022 年以来发表的一致性论文", "一致性"),
        ("推荐几篇剪枝的论文", "剪枝"),
        ("NeurIPS 2022 的论文", ""),
        ("Percy Liang's papers on evaluation", "evaluation"),
        ("Which papers from ACL 2023 are about distillation?", "distillation"),
        ("papers by Google on MoE", "moe"),
        ("谷歌关于 MoE 的论文", "moe"),
        ("papers by THUDM on alignment", "alignment"),  # one stretch, though two organisations go by the name
        ("Could you recommend papers about pruning from ICLR or ICML?", "pruning"),
        ("２０２２年之后的对齐论文", "对齐"),
        ("What does the LoRA paper say about rank?", "What does the LoRA paper say about rank?"),
        ("哪些模型让多个注意力头共用一套键和值？", "哪些模型让多个注意力头共用一套键和值?"),
    ],
)
def test_the_words_of_a_filter_leave_the_question(shipped_reader, question, rest):
    assert shipped_reader.read(question).search_text == rest


@pytest.mark.parametrize(
    ("question", "hints"),
    [
        ("papers by Google on MoE", {}),  # certain, and so no hint
        ("papers about OpenAI", {"organisations": ("OpenAI",)}),
        ("有哪些模型能看图", {"kinds": (Kind.MODEL,)}),
        ("有哪些代码模型的仓库", {"kinds": (Kind.REPOSITORY,)}),
        ("2023 年的中文评测基准", {"kinds": (Kind.BENCHMARK,), "topics": ("benchmarks", "chinese-benchmarks")}),
        ("Which papers mention Jason Wei?", {"authors": ("Jason Wei",)}),
        ("Who is Jason Wei?", {"authors": ("Jason Wei",)}),
        ("What does Google say about scaling?", {"organisations": ("Google",)}),
        ("Who reviewed the ALiBi paper at ICLR?", {}),
        ("Was GPT-3 released before 2021?", {}),
    ],
)
def test_what_is_only_hinted_at_becomes_a_soft_filter(shipped_reader, question, hints):
    assert shipped_reader.read(question).soft == Filters(**hints)


def test_recent_hints_at_the_two_newest_years(shipped_reader, newest_year):
    assert shipped_reader.read("recent papers about agents").soft == Filters(since=newest_year - 1)


def test_the_words_that_were_read_are_told_in_order(shipped_reader):
    question = shipped_reader.read("Which papers by OpenAI appeared at NeurIPS in 2022?")

    assert [(word.words, word.constraint, word.certain) for word in question.readings] == [
        ("papers", "kinds", True),
        ("by OpenAI", "organisations", True),
        ("NeurIPS", "venues", True),
        ("in 2022", "years", True),
    ]


@pytest.mark.parametrize(
    ("question", "name"), [("OpenAI 的论文", "OpenAI"), ("papers by openai", "OpenAI"), ("智源的模型有哪些", "BAAI")]
)
def test_an_organisation_goes_by_its_name_in_the_table(shipped_reader, shipped_library, question, name):
    assert name in {organisation.en for organisation in shipped_library.organisations}
    assert shipped_reader.read(question).wished.organisations == (name,)


@pytest.mark.parametrize(
    ("question", "count"),
    [("推荐三篇讲剪枝的论文", 3), ("top 5 papers on pruning", 5), ("papers on pruning", None), ("第两篇论文", None)],
)
def test_how_many_works_are_asked_for_is_read(shipped_reader, question, count):
    assert shipped_reader.read(question).count == count


def test_an_empty_index_reads_years_and_kinds_only(tmp_path):
    write_store(tmp_path / "store.sqlite", Library((), (), (), ()))
    store = Store(tmp_path / "store.sqlite")
    reader = QuestionReader(store, Spelling.build([]), SearchConfig(), LexicalIndex.build([["text"]]))

    # no newest year to count back from, no author of that name, and no venue
    first = reader.read("近两年 NeurIPS 的论文有哪些").wished
    second = reader.read("papers by Jason Wei since 2022").wished
    store.close()

    assert (first, second) == (papers(), papers(since=2022))


def test_without_structure_nothing_is_read(shipped_searcher, shipped_index):
    plain = shipped_searcher.with_config(replace(shipped_searcher.config, structure=False))

    question = plain.find("papers on alignment since 2022", k=1).question

    assert (question.wished, question.soft, question.readings, question.count) == (ANY, ANY, (), None)
    assert question.search_text == "papers on alignment since 2022"


# Questions of the suite whose filter excludes an entry that answers; all of their other answers pass it.
EXCLUDING = {
    "s-zh-093": 1,  # misread: "articles and papers" is taken for papers only
    "s-zh-102": 1,  # papers are asked for; the repository of one counts as an answer
    "s-zh-105": 3,  # the same
    "s-en-003": 1,  # a year is asked for; a note without one counts as an answer
    "s-en-105": 3,  # misread: "2021 + 2022" is taken for 2021
    "s-en-107": 4,  # misread: "every item, blog posts and code pages too" is taken for blog posts only
}


def test_only_known_filters_exclude_an_eighth_of_the_answers_at_most_and_never_all(shipped_reader, shipped_searcher):
    store = shipped_searcher.store
    row_of = {entry.entry_id: row for row, entry in enumerate(store.entries())}
    answers, lost = {}, {}
    for question in read_questions():
        filters = shipped_reader.read(question.text, question.history).filters
        if filters:
            rows = filters.rows(store.rows_with)
            gold = [row_of[gold.entry_id] for gold in question.gold if gold.grade == 2]
            answers[question.id] = len(gold)
            lost[question.id] = sum(rows is not None and row not in rows for row in gold)

    worse = {asked: number for asked, number in lost.items() if number > EXCLUDING.get(asked, 0)}
    assert worse == {}
    assert [asked for asked, number in lost.items() if number and number == answers[asked]] == []
    assert sum(lost.values()) <= sum(answers.values()) / 8  # 13 of 105, of 26 questions with a filter
    assert len(answers) >= 10


@pytest.mark.parametrize(
    ("question", "without", "rest"),
    [
        ("papers on alignment not by OpenAI", (Filters(organisations=("OpenAI",)),), "alignment"),
        ("quantisation papers not from 2022", (Filters(since=2022, until=2022),), "quantisation"),
        ("不是 2022 年的量化论文", (Filters(since=2022, until=2022),), "量化"),
        ("papers on alignment by OpenAI", (), "alignment"),
        ("Why is LoRA not by default on all layers?", (), "Why is LoRA not by default on all layers?"),
    ],
)
def test_what_a_list_must_not_hold_is_read_and_leaves_the_question(shipped_reader, question, without, rest):
    read = shipped_reader.read(question)

    assert (read.without, read.search_text) == (without, rest)


def test_works_that_are_named_to_be_left_out_are_spared(shipped_reader, shipped_searcher):
    read = shipped_reader.read("RLHF papers excluding InstructGPT")
    spared = shipped_searcher.store.entries_at(sorted(read.spared)).values()

    assert "arxiv:2203.02155" in {entry.entry_id for entry in spared}


@pytest.mark.parametrize(
    ("question", "count"),
    [
        ("which is the newest paper on agents?", 3),
        ("最新的一篇关于智能体的论文是哪篇", 3),
        ("the newest papers on agents", None),
        ("How many papers from 2023 are there?", None),
    ],
)
def test_where_the_newest_work_is_asked_for_a_few_are_listed(shipped_reader, question, count):
    assert shipped_reader.read(question).count == count


def test_how_many_is_no_topic(shipped_reader):
    assert shipped_reader.read("How many papers from 2023 are there?").search_text == ""
