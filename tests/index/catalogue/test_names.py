import pytest

from index.catalogue.names import author_keys, candidate_names, keys_of, link_keys, name_units, named_share, names_of
from ingest.types import Entry, Kind, Link, Listing


def work(title, *, title_zh="", aliases=(), arxiv_id=None, authors=(), links=()):
    listing = Listing("list", (), "corpus/lists/list.md", 1, title)
    links = tuple(Link("link", link) for link in links)
    return Entry("id", title, title_zh, Kind.PAPER, None, "", authors, links, arxiv_id, (listing,), (), aliases)


@pytest.mark.parametrize(
    ("text", "units"),
    [
        ("LoRA: Low-Rank Adaptation", ("lora", "low", "rank", "adaptation")),
        ("ＧＰＴ－４", ("gpt", "4")),
        ("思维链 (CoT)", ("思", "维", "链", "cot")),
        ("2106.09685", ("2106", "09685")),
        ("思維鏈", ("思", "维", "链")),
        ("？！ _", ()),
    ],
)
def test_names_are_compared_by_han_characters_and_latin_words(text, units):
    assert name_units(text) == units


def test_an_entry_goes_by_title_chinese_title_aliases_and_arxiv_id():
    lora = work("LoRA: Low-Rank Adaptation", title_zh="低秩适配", aliases=("LoRA",), arxiv_id="2106.09685")

    assert list(names_of(lora)) == ["lora low rank adaptation", "低 秩 适 配", "lora", "2106 09685"]


@pytest.mark.parametrize(
    ("alias", "kept"),
    [
        ("T5", True),
        ("R", False),
        ("注意", False),  # two characters stand in too many questions
        ("注意力", True),
        ("A B", False),
        (" ".join(["word"] * 12), True),
        (" ".join(["word"] * 60), False),
    ],
)
def test_names_too_short_or_too_long_to_mean_one_entry_are_left_out(alias, kept):
    assert (" ".join(name_units(alias)) in names_of(work("Some Title", aliases=(alias,)))) is kept


def test_candidates_are_all_runs_of_units():
    assert candidate_names("Is LoRA 好?") == {
        "is", "lora", "好", "is lora", "lora 好", "is lora 好",
    }  # fmt: skip


@pytest.mark.parametrize(
    "question",
    ["What is lora low-rank adaptation?", "介绍 LoRA: Low-Rank Adaptation 这篇论文", "LORA LOW RANK ADAPTATION"],
)
def test_a_title_is_found_inside_a_question_whatever_its_case_and_punctuation(question):
    assert "lora low rank adaptation" in candidate_names(question)


def test_a_name_inside_a_longer_word_is_not_found():
    assert "lora" not in candidate_names("What is QLoRA?")


@pytest.mark.parametrize(
    ("question", "names", "share"),
    [
        ("What is LoRA?", ["lora"], 1.0),
        ("什么是 LoRA？", ["lora"], 1.0),
        ("LoRA rank ablation", ["lora"], 1 / 3),
        ("LoRA rank ablation", ["lora", "lora rank"], 2 / 3),  # the longest name counts
        ("LoRA rank ablation", [], 0.0),
        ("What is GPT-4?", ["gpt 4"], 1.0),
    ],
)
def test_the_share_of_a_name_is_its_part_of_the_questions_content(question, names, share):
    assert named_share(question, names) == pytest.approx(share)


LORA = work(
    "LoRA",
    arxiv_id="2106.09685",
    links=("https://arxiv.org/abs/2106.09685", "https://github.com/microsoft/LoRA"),
    authors=("Edward J. Hu", "唐杰 (Jie Tang)", "符尧", "OpenAI", "et al."),
)


def test_an_entry_is_found_by_its_links_and_by_its_authors_full_names():
    assert list(keys_of(LORA)) == [
        "link:arxiv.org/abs/2106.09685",
        "link:github.com/microsoft/lora",
        "author:edward j hu",
        "author:edward hu",
        "author:唐 杰",
        "author:jie tang",
        "author:符 尧",
    ]


@pytest.mark.parametrize(
    "question",
    [
        "https://arxiv.org/pdf/2106.09685v2",
        "arXiv:2106.09685 讲了什么",
        "What is 2106.09685v3?",
        "这篇http://arxiv.org/abs/2106.09685，讲什么",
        "（arxiv.org/pdf/2106.09685.pdf）",
        "ａｒＸｉｖ：２１０６．０９６８５",
        "see github.com/Microsoft/LoRA.git.",
        "https://www.github.com/microsoft/LoRA/tree/main?tab=readme#usage",
    ],
)
def test_an_address_or_arxiv_id_in_a_question_is_one_of_its_entrys_keys(question):
    (key,) = link_keys(question)

    assert key in set(keys_of(LORA))


@pytest.mark.parametrize("question", ["version 3.12", "in 2023.10", "GPT-3.5/4", "and/or", "e.g. LoRA", "12106.09685"])
def test_what_only_looks_like_an_address_gives_no_key(question):
    assert link_keys(question) == []


@pytest.mark.parametrize(
    "question", ["papers by Edward Hu", "edward j. hu 的论文", "唐杰写过什么", "符尧的博客", "JIE TANG?"]
)
def test_an_author_in_a_question_is_one_of_the_entrys_keys(question):
    assert set(author_keys(question)) & set(keys_of(LORA))


@pytest.mark.parametrize("question", ["papers by OpenAI", "What is Hu's paper?", "LoRA et al.", "edward"])
def test_part_of_a_name_is_no_author(question):
    assert not set(author_keys(question)) & set(keys_of(LORA))
