import time
from string import ascii_lowercase, ascii_uppercase

import pytest

from index.catalogue.filters import Filters
from index.types import Slot, Turn
from ingest.types import Kind

LORA = [Turn("什么是 LoRA？", "LoRA 冻结权重，只学习一个很小的修正量。")]
NASTY = {
    "spaces": "a" + " " * 1998 + "b",
    "tabs": "a" + "\t" * 1998 + "b",
    "wide spaces": "论" + "\u3000" * 1998 + "文",
    "only spaces": " " * 2000,
    "brackets": "[" * 2000,
    "round brackets": "（" * 2000,
    "quotes": "“" * 1000 + "”" * 1000,
    "listed nouns": "论文、" * 660,
    "years": "2022 " * 400,
    "one long word": "a" * 2000,
    "short words": "a " * 1000,
    "capitals": "A" * 2000,
    "slips": "atention " * 222,
    "many slips": " ".join(f"{a}{b}ention" for a in ascii_lowercase for b in "aeioubcd"),
    "unknown names": " ".join(f"{a}{b}quxo" for a in ascii_uppercase for b in "aeioubcdfg"),
    "names nearly known": " ".join(f"{a}oRA{b} Gemm{b}" for a in ascii_uppercase for b in "aeioubcdfgh"),
    "one Chinese slip": "注一力" * 667,
    "Chinese slips in runs": "注一力，知识争馏。" * 222,
    "rare characters": "".join(map(chr, range(0x5F00, 0x5F00 + 2000))),
    "hyphens": "low-rank-" * 222,
    "question words": "有哪些论文" * 400,
    "function words": "的" * 2000,
    "names": "LoRA " * 400,
    "addresses": "https://a.b/c " * 142,
    "dots": "a." * 1000,
    "digits": "1" * 2000,
    "emoji": "🙂" * 2000,
    "combining marks": "e" + "\u0301" * 1999,
    "makers": "papers by Google " * 117,
    "what about": "what about " * 181,
    "list and one word": "list " + "x" * 1990,
}


def quickest(read, question):
    times = []
    for _ in range(3):
        started = time.process_time()
        read(question)
        times.append(1000 * (time.process_time() - started))
    return min(times)


@pytest.mark.parametrize("question", [text[:2000] for text in NASTY.values()], ids=NASTY)
def test_a_long_question_is_read_without_ado(shipped_reader, question):
    assert quickest(shipped_reader.read, question) < 150


@pytest.mark.parametrize("turn", [text[:2000] for text in NASTY.values()], ids=NASTY)
def test_a_long_turn_before_costs_little_more(shipped_reader, turn):
    history = [Turn(turn, turn)]

    assert quickest(lambda question: shipped_reader.read(question, history), "它快吗？") < 200


def test_a_question_is_read_once_into_all_that_search_needs(shipped_reader, shipped_library):
    read = shipped_reader.read("有哪些 2022 年之后讲 LoRA 的論文？")

    assert (read.raw, read.corrected) == ("有哪些 2022 年之后讲 LoRA 的論文？", "有哪些 2022 年之后讲 LoRA 的论文?")
    assert (read.language, read.intent.label, read.context) == ("zh", "list", ())
    assert read.filters == Filters(since=2022, kinds=(Kind.PAPER, Kind.CONCEPT))
    assert read.search_text == "lora"
    assert (read.words, read.terms[0]) == (("lora",), "lora")
    named = {shipped_library.entries[row].entry_id for rows in read.named() for row in rows}
    assert "arxiv:2106.09685" in named


def test_the_search_text_keeps_the_language_of_the_question(shipped_reader):
    # what is left is an English name, but the passages should be Chinese
    read = shipped_reader.read("2022 年以来的 LoRA 论文")

    assert (read.search_text, read.language) == ("lora", "zh")


@pytest.mark.parametrize(
    ("question", "slot", "value"),
    [
        ("LoRA 是什么", Slot.NAME, None),
        ("https://arxiv.org/abs/2106.09685v2 讲什么", Slot.LINK, None),
        ("papers by Jason Wei", Slot.AUTHOR, "Jason Wei"),
        ("papers at ICLR", Slot.VENUE, "ICLR"),
        ("papers in the study path list", Slot.LIST, "study-path"),
        ("papers by 谷歌", Slot.ORGANISATION, "Google"),
        ("推荐几门课程", Slot.KIND, "课程"),
    ],
)
def test_what_a_question_names_is_found_with_its_slot(shipped_reader, question, slot, value):
    found = [entity for entity in shipped_reader.read(question).entities if entity.slot is slot]

    assert found
    assert value is None or value in {entity.value for entity in found}


def test_a_named_entry_earns_the_share_of_the_question_that_its_name_is(shipped_reader, shipped_library):
    row = next(n for n, entry in enumerate(shipped_library.entries) if entry.entry_id == "arxiv:2106.09685")

    assert shipped_reader.read("What is LoRA?").bonus[row] == 0.5
    # content words: lora, rank, ablat; the name is one of three
    assert shipped_reader.read("LoRA rank ablation").bonus[row] == pytest.approx(0.5 / 3)
    assert row not in shipped_reader.read("What is QLoRA?").bonus


def test_works_of_a_named_author_earn_a_bonus(shipped_reader, shipped_library):
    bonus = shipped_reader.read("What did Jason Wei find about reasoning?").bonus

    wrote = {n for n, entry in enumerate(shipped_library.entries) if "Jason Wei" in entry.authors}
    assert {row for row, value in bonus.items() if value == 0.25} == wrote


def test_a_misspelt_title_names_its_entry(shipped_reader, shipped_library):
    bonus = shipped_reader.read("chian of thougt prompting elicits reasoning").bonus

    best = max(bonus, key=bonus.get)
    assert shipped_library.entries[best].title.startswith("Chain-of-Thought Prompting Elicits Reasoning")


def test_a_chinese_question_is_also_searched_under_the_other_names_of_its_terms(shipped_reader):
    assert "quantis" in shipped_reader.read("什么是量化？").terms
    assert "量化" not in shipped_reader.read("What is quantization?").terms


def test_a_question_that_leans_is_read_with_what_it_leans_on(shipped_reader):
    read = shipped_reader.read("它的作者是谁？", LORA)

    assert read.context == ("lora",)
    assert (read.corrected, read.text) == ("它的作者是谁?", "它的作者是谁? lora")
    assert read.named() == shipped_reader.read("LoRA").named()


@pytest.mark.parametrize(
    "question",
    [
        "什么是 QLoRA？",
        "Why does a large language model need to be told where each word stands, can't it see?",
        "让模型别带偏见，并且说明理由，它就真的能改掉这个毛病吗",
        "换个话题：它是哪年发表的？",
    ],
)
def test_a_question_of_its_own_is_read_as_if_it_came_first(shipped_reader, question):
    assert shipped_reader.read(question, LORA) == shipped_reader.read(question)


def test_options_beside_a_question_count_over_its_own_words(shipped_reader):
    read = shipped_reader.read("papers on alignment since 2022", filters=Filters(since=2023))

    assert read.wished == Filters(since=2023, kinds=(Kind.PAPER, Kind.CONCEPT))


def test_options_and_words_that_exclude_each_other_leave_the_options(shipped_reader):
    read = shipped_reader.read("papers on alignment before 2020", filters=Filters(since=2022))

    assert read.wished == Filters(since=2022, kinds=(Kind.PAPER, Kind.CONCEPT))


def test_filters_that_nothing_fits_are_relaxed_and_told(shipped_reader):
    read = shipped_reader.read("papers on alignment since 2090")

    assert read.wished == Filters(since=2090, kinds=(Kind.PAPER, Kind.CONCEPT))
    assert (read.filters, read.dropped) == (Filters(kinds=(Kind.PAPER, Kind.CONCEPT)), ("years",))


def test_the_names_in_a_text_are_those_of_entries_or_else_of_terms(shipped_reader):
    assert shipped_reader.names_in("QLoRA saves memory. LoRA is older than QLoRA.") == ["qlora", "lora"]
    assert shipped_reader.names_in("nothing is named here, I think") == []


def test_reading_twice_gives_the_same(shipped_reader):
    first, second = (shipped_reader.read("recent papers by Google on MoE") for _ in range(2))

    assert first == second


def test_an_unknown_name_is_told_once_however_often_it_is_said(shipped_reader):
    assert shipped_reader.read("Is Flibberformer LoRA, or is Flibberformer Quxonet?").unknown == (
        "Flibberformer",
        "Quxonet",
    )


@pytest.mark.parametrize(
    ("question", "unknown"),
    [
        ("How does LLaFA generate text?", ("LLaFA",)),  # one letter from LLaMA
        ("LLaFA 是怎么生成文本的", ("LLaFA",)),
        ("How does S-LoRA keep many adapters?", ("S-LoRA",)),  # LoRA is known, and so is the letter
        ("what does Quiet-STaR do after every token", ("Quiet-STaR",)),
        ("How does FlashAttention save memory?", ()),
        ("GPT-based models and Fine-Tuning", ()),
        ("训练 ChatGPT-style 的模型", ()),
    ],
)
def test_a_name_is_not_known_by_its_parts_or_by_a_likeness(shipped_reader, question, unknown):
    assert shipped_reader.read(question).unknown == unknown


@pytest.mark.parametrize(
    "question", ["My chatbot forgot what I said on Monday. Will LoRA fix this?", "SmoothQuant O1 和 O3 有什么区别"]
)
def test_days_and_the_variants_of_a_named_work_are_no_unknown_names(shipped_reader, question):
    assert shipped_reader.read(question).unknown == ()


def test_two_letters_alone_may_be_an_unknown_name(shipped_reader):
    assert shipped_reader.read("What is QX?").unknown == ("QX",)
