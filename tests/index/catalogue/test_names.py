import pytest

from index.catalogue.facets import author_forms, surname_of
from index.catalogue.names import covered, link_keys, link_keys_of, name_units, names_of, readable
from index.text.analysis import content_words
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


@pytest.mark.parametrize(
    ("question", "names", "share"),
    [
        ("What is LoRA?", ["lora"], 1.0),
        ("什么是 LoRA？", ["lora"], 1.0),
        ("LoRA rank ablation", ["lora"], 1 / 3),
        ("LoRA rank ablation", ["lora rank"], 2 / 3),
        ("思维链提示", ["思 维 链"], 1 / 2),  # 思维 and 维链 of 思维, 维链, 链提, 提示
        ("", ["lora"], 0.0),
        ("What is GPT-4?", ["gpt 4"], 1.0),
    ],
)
def test_the_share_of_a_name_is_its_part_of_the_questions_content(question, names, share):
    (name,) = names

    assert covered(content_words(question), set(content_words(readable(name)))) == pytest.approx(share)


def test_a_name_counts_as_one_word_at_least():
    assert covered(["a", "b", "c", "d"], set()) == 1 / 4  # a name of stop words only


@pytest.mark.parametrize(("name", "shown"), [("思 维 链 cot", "思维链 cot"), ("lora", "lora"), ("gpt 4", "gpt 4")])
def test_a_name_is_shown_without_spaces_between_han_characters(name, shown):
    assert readable(name) == shown


LORA = work(
    "LoRA",
    arxiv_id="2106.09685",
    links=("https://arxiv.org/abs/2106.09685", "https://github.com/microsoft/LoRA"),
    authors=("Edward J. Hu", "唐杰 (Jie Tang)", "符尧", "OpenAI", "et al."),
)


def test_an_entry_is_found_by_the_identity_of_each_link_once():
    assert link_keys_of(LORA) == ["arxiv.org/abs/2106.09685", "github.com/microsoft/lora"]


@pytest.mark.parametrize(
    ("author", "forms", "surname"),
    [
        ("Edward J. Hu", ["edwardjhu", "edwardhu"], "hu"),
        ("唐杰 (Jie Tang)", ["唐杰jietang", "唐杰", "jietang"], "tang"),
        ("符尧", ["符尧"], ""),
        ("OpenAI", ["openai"], ""),
        ("et al.", ["etal"], ""),
    ],
)
def test_a_person_goes_by_these_forms(author, forms, surname):
    assert (author_forms(author), surname_of(author)) == (forms, surname)


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

    assert key in link_keys_of(LORA)


@pytest.mark.parametrize("question", ["version 3.12", "in 2023.10", "GPT-3.5/4", "and/or", "e.g. LoRA", "12106.09685"])
def test_what_only_looks_like_an_address_gives_no_key(question):
    assert link_keys(question) == []
