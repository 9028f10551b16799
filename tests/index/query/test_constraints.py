import time

import pytest

from evals.questions import read_questions
from index.catalogue.facets import Catalogue
from index.catalogue.filters import Filters
from index.query.constraints import read_structure
from ingest.library import read_library
from ingest.types import Kind

PAPERS = (Kind.PAPER, Kind.CONCEPT)
REPOSITORIES = (Kind.REPOSITORY, Kind.MODEL, Kind.DATASET, Kind.BENCHMARK, Kind.CONCEPT)
COURSES = (Kind.COURSE, Kind.ARTICLE, Kind.CONCEPT)
ARTICLES = (Kind.ARTICLE, Kind.COURSE, Kind.CONCEPT)
ANY = Filters()


def papers(**fields):
    return Filters(kinds=PAPERS, **fields)


CHINESE = [
    ("2022年之后的对齐论文", papers(since=2022)),
    ("2021 年以前关于预训练的论文有哪些？", papers(until=2020)),
    ("有哪些 2023 年发表的多模态论文", papers(since=2023, until=2023)),
    ("2020-2022 年的缩放定律论文", papers(since=2020, until=2022)),
    ("从 2019 到 2021 年有哪些关于剪枝的论文？", papers(since=2019, until=2021)),
    ("近两年有哪些讲智能体的论文？", papers(since=2023)),
    ("2021 年前后的量化论文", papers(since=2020, until=2022)),
    ("截至2020年的对话论文有哪些", papers(until=2020)),
    ("2023 年的中文评测基准", Filters(since=2023, until=2023)),
    ("NeurIPS 2022 的论文", papers(venues=("NeurIPS 2022",))),
    ("2023 年发表在 ACL 的论文有哪些", papers(venues=("ACL 2023",))),
    ("有哪些 ICLR 的论文是讲量化的", papers(venues=("ICLR",))),
    ("emnlp 和 ACL 的摘要论文有哪些", papers(venues=("EMNLP", "ACL"))),
    ("有哪些代码模型的仓库", Filters(kinds=REPOSITORIES)),
    ("推荐几个 RLHF 的代码库", Filters(kinds=REPOSITORIES)),
    ("哪些数据集", Filters(kinds=(Kind.DATASET,))),
    ("推荐几门课程", Filters(kinds=COURSES)),
    ("想看几篇讲位置编码的博客", Filters(kinds=ARTICLES)),
    ("Jason Wei 的论文有哪些", papers(authors=("Jason Wei",))),
    ("苏剑林写过哪些文章", Filters(authors=("苏剑林 (Jianlin Su)",))),
    ("Raffel 等人的论文有哪些？", papers(authors=("Raffel",))),
    ("“可信度”这一节里有哪些论文", papers(sections=("可信度",))),
    ("research-digest 清单里有哪些论文？", papers(lists=("research-digest",))),
    ("谷歌关于 MoE 的论文", papers()),
    ("BERT 论文里说它用了多少数据？", ANY),
    ("LoRA 论文的作者是谁", ANY),
    ("LLaMA 是 2023 年发布的吗？", ANY),
    ("2024 年奥运会中国拿了几块金牌", ANY),
    ("怎么读 2022 年之后的论文？", ANY),
    ("用 2021 年之前的数据训练的模型有哪些", ANY),
]
ENGLISH = [
    ("papers on alignment since 2022", papers(since=2022)),
    ("Which papers after 2022 deal with quantisation?", papers(since=2023)),
    ("surveys before 2021", Filters(until=2020, topics=("surveys",))),
    ("List all papers from 2019 to 2020 on pre-training", papers(since=2019, until=2020)),
    ("papers between 2020 and 2022 about scaling laws", papers(since=2020, until=2022)),
    ("show me 2021 papers on prompting", papers(since=2021, until=2021)),
    ("Are there any papers on agents from the last two years?", papers(since=2023)),
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
    ("What papers did Tom Brown write?", papers(authors=("Tom Brown",))),
    ("papers by Raffel on transfer learning", papers(authors=("Raffel",))),
    ('papers in the "Benchmarks" section', papers(sections=("Benchmarks",))),
    ("Which papers in the study path list are about pruning?", papers(lists=("study-path",))),
    ("papers by Google on MoE", papers()),
    ("What does the LoRA paper say about rank?", ANY),
    ("I tested my model on articles from 2020 and it looked brilliant. Why?", ANY),
    ("Which papers use data collected before 2021?", papers()),
    ("Was GPT-3 released before 2021?", ANY),
    ("Who reviewed the ALiBi paper at ICLR?", ANY),
    ("Is there a repo for LoRA?", ANY),
]


@pytest.fixture(scope="module")
def library(repository, tmp_path_factory):
    return read_library(repository / "corpus", tmp_path_factory.mktemp("data"))


@pytest.fixture(scope="module")
def catalogue(library):
    return Catalogue.of(library.entries)


@pytest.mark.parametrize(("question", "filters"), CHINESE + ENGLISH)
def test_what_is_certain_becomes_a_filter(catalogue, question, filters):
    assert read_structure(question, catalogue).filters == filters


@pytest.mark.parametrize(
    ("question", "rest"),
    [
        ("2022年之后的对齐论文", "对齐"),
        ("2023 年的中文评测基准", "中文评测基准"),
        ("有哪些代码模型的仓库", "代码模型的仓库"),  # a repository's text says that it is one
        ("近两年有哪些讲智能体的论文？", "讲智能体"),
        ("NeurIPS 2022 的论文", ""),
        ("Percy Liang's papers on evaluation", "evaluation"),
        ("Which papers from ACL 2023 are about distillation?", "distillation"),
        ("papers by Google on MoE", "Google on MoE"),
        ("Could you recommend papers about pruning from ICLR or ICML?", "pruning"),
        ("２０２２年之后的对齐论文", "对齐"),
        ("What does the LoRA paper say about rank?", "What does the LoRA paper say about rank?"),
        ("哪些模型让多个注意力头共用一套键和值？", "哪些模型让多个注意力头共用一套键和值?"),
    ],
)
def test_the_words_of_a_filter_leave_the_question(catalogue, question, rest):
    assert read_structure(question, catalogue).rest == rest


@pytest.mark.parametrize(
    ("question", "hints", "terms"),
    [
        ("papers by Google on MoE", {"makers": ("Google", "谷歌", "DeepMind", "google-research")}, ("谷歌",)),
        ("谷歌关于 MoE 的论文", {"makers": ("Google", "谷歌", "DeepMind", "google-research")}, ("Google",)),
        ("papers by THUDM", {"makers": ("THUDM",)}, ()),
        ("有哪些模型能看图", {"kinds": (Kind.MODEL,)}, ()),
        ("有哪些代码模型的仓库", {"kinds": (Kind.REPOSITORY,)}, ()),
        ("2023 年的中文评测基准", {"kinds": (Kind.BENCHMARK,), "topics": ("benchmarks", "chinese-benchmarks")}, ()),
        ("Which papers mention Jason Wei?", {"authors": ("Jason Wei",)}, ()),
        ("Who is Jason Wei?", {"authors": ("Jason Wei",)}, ()),
        ("Who reviewed the ALiBi paper at ICLR?", {}, ()),
        ("recent papers about agents", {"since": 2023}, ()),
        ("Was GPT-3 released before 2021?", {}, ()),
    ],
)
def test_what_is_only_hinted_at_becomes_a_hint(catalogue, question, hints, terms):
    structure = read_structure(question, catalogue)

    assert (structure.hints, structure.terms) == (Filters(**hints), terms)


def test_the_words_that_were_read_are_told_in_order(catalogue):
    structure = read_structure("Which papers by OpenAI appeared at NeurIPS in 2022?", catalogue)

    assert [(word.words, word.constraint, word.certain) for word in structure.understood] == [
        ("papers", "kinds", True),
        ("by OpenAI", "makers", False),
        ("NeurIPS", "venues", True),
        ("in 2022", "years", True),
    ]


def test_an_empty_catalogue_reads_years_and_kinds_only():
    structure = read_structure("近两年 NeurIPS 的论文；papers by Jason Wei since 2022", Catalogue.of([]))

    assert structure.filters in (ANY, papers(since=2022))
    assert read_structure("papers since 2022", Catalogue.of([])).filters == papers(since=2022)


@pytest.mark.parametrize("text", ["list " + "x" * 1990, "有哪些论文" * 400, "论文、" * 660, "2022 " * 400, "a " * 1000])
def test_a_long_question_is_read_quickly(catalogue, text):
    started = time.process_time()
    read_structure(text, catalogue)

    assert time.process_time() - started < 1.0


def test_no_filter_of_the_suites_questions_excludes_an_entry_that_answers(library, catalogue):
    entries = {entry.entry_id: entry for entry in library.entries}
    filtered, lost = 0, []
    for question in read_questions():
        filters = read_structure(question.text, catalogue).filters
        filtered += bool(filters)
        lost += [
            (question.id, gold.entry_id)
            for gold in question.gold
            if gold.grade == 2 and not filters.matches(entries[gold.entry_id])
        ]

    assert lost == []
    assert filtered >= 14
