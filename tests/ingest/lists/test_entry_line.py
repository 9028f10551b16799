import pytest
from markdown_it import MarkdownIt

from ingest.lists.entry_line import read_head
from ingest.lists.facts import is_link_row
from ingest.lists.head import clean_title
from ingest.lists.inline import inline_lines
from ingest.lists.names import split_authors
from ingest.types import Link

LORA = "https://arxiv.org/abs/2106.09685"
LORA_TITLE = "LoRA: Low-Rank Adaptation of Large Language Models"


def lines_of(paragraph):
    return inline_lines(MarkdownIt("commonmark").parse(paragraph)[1].children)


def head_of(paragraph):
    return read_head(lines_of(paragraph))


def test_the_first_line_that_the_corpus_keeps_is_read_in_full():
    head = head_of(
        f"**{LORA_TITLE}** / **低秩适配** (LoRA, 低秩微调). *Edward J. Hu, Yelong Shen, et al.* ICLR, 2022. "
        "[[arxiv](https://arxiv.org/abs/2106.09685v2)] [[code](https://github.com/microsoft/LoRA)]"
    )

    assert head.title == LORA_TITLE
    assert head.title_zh == "低秩适配"
    assert head.aliases == ["LoRA", "低秩微调"]
    assert head.authors == ["Edward J. Hu", "Yelong Shen", "et al."]
    assert (head.venue, head.year) == ("ICLR", 2022)
    assert head.links == head.own_links == [Link("arxiv", LORA), Link("code", "https://github.com/microsoft/LoRA")]
    assert head.faults == []


@pytest.mark.parametrize(
    "line",
    [
        f"**{LORA_TITLE}** [[arxiv]({LORA})]",
        f"`{LORA_TITLE}` [[arxiv]({LORA})]",
        f"[{LORA_TITLE}]({LORA})",
        f"[**{LORA_TITLE}**]({LORA})",
        f"**[{LORA_TITLE}]({LORA})**",
        f"[`{LORA_TITLE}`]({LORA})",
        f"“**{LORA_TITLE}.**” {LORA}",
        f"{LORA_TITLE} [[arxiv]({LORA})]",
        f"**{LORA_TITLE}.** <{LORA}>",
    ],
)
def test_a_title_is_found_bold_back_ticked_linked_or_plain(line):
    head = head_of(line)

    assert head.title == LORA_TITLE
    assert [link.url for link in head.own_links] == [LORA]


@pytest.mark.parametrize("label", ["paper", "PDF", "code", "论文"])
def test_a_label_is_not_a_title_even_where_it_is_the_only_thing_linked(label):
    assert head_of(f"{LORA_TITLE} [{label}]({LORA})").title == LORA_TITLE


@pytest.mark.parametrize(
    ("line", "year"),
    [
        (f"[2021] [{LORA_TITLE}]({LORA})", 2021),
        (f"[2021]. [{LORA_TITLE}]({LORA})", 2021),
        (f"[]2021]. [{LORA_TITLE}]({LORA})", 2021),
        (f"[15.7k] [{LORA_TITLE}]({LORA})", None),
        (f"[3k] [{LORA_TITLE}]({LORA})", None),
        (f"[ ] [{LORA_TITLE}]({LORA})", None),
        (f"[x] **{LORA_TITLE}** {LORA}", None),
        (f"⭐ **{LORA_TITLE}** {LORA}", None),
        (f"1、[{LORA_TITLE}]({LORA})", None),
        (f"**1**、[{LORA_TITLE}]({LORA})", None),
        (f"**12、[{LORA_TITLE}]({LORA})**", None),
    ],
)
def test_prefixes_before_a_title_are_taken_off_and_a_year_among_them_is_kept(line, year):
    head = head_of(line)

    assert (head.title, head.year) == (LORA_TITLE, year)
    assert [link.url for link in head.links] == [LORA]


def test_a_chinese_title_first_and_an_english_one_after_the_slash_are_told_apart():
    head = head_of("**大语言模型综述** / **A Survey of Large Language Models** [[zh](https://example.org/survey)]")

    assert head.title == head.title_zh == "大语言模型综述"
    assert head.aliases == ["A Survey of Large Language Models"]


def test_short_names_come_from_brackets_from_before_the_title_and_from_before_the_colon():
    assert head_of("**Prefix-Tuning: Optimizing Prompts** (前缀微调、Prefix)").aliases == [
        "前缀微调",
        "Prefix",
        "Prefix-Tuning",
    ]
    assert head_of("CoT / 思维链 - **Chain-of-Thought Prompting Elicits Reasoning**").aliases == ["CoT", "思维链"]
    assert head_of("**Attention: what it is**").aliases == []  # one capital: a word and not a name


def test_words_that_lead_up_to_a_bold_or_a_linked_title_are_no_names():
    assert head_of("Of all the reports of that year we recommend **GPT-4 Technical Report**").aliases == []
    assert head_of("see [GPT-4 Technical Report](https://arxiv.org/abs/2303.08774)").aliases == []


def test_the_company_behind_a_work_is_not_a_name_of_it():
    assert head_of("OpenAI - **GPT-4 Technical Report**").aliases == []


@pytest.mark.parametrize(
    ("paragraph", "authors", "venue", "year"),
    [
        (
            "**A Title of a Paper.**\n*Timo Schick, Jane Dwivedi-Yu.* **NeurIPS, 2023.** [[pdf](https://a.org/t.pdf)]",
            ["Timo Schick", "Jane Dwivedi-Yu"],
            "NeurIPS",
            2023,
        ),
        (
            "**A Title of a Paper**\nWayne Xin Zhao, Kun Zhou, Junyi Li [[paper](https://a.org/t.pdf)]",
            ["Wayne Xin Zhao", "Kun Zhou", "Junyi Li"],
            "",
            None,
        ),
        ("**Flash Attention** (Dao et al., 2022)", ["Dao", "et al."], "", 2022),
        ("**rotary embeddings** (Su et al. 2021)", ["Su", "et al."], "", 2021),
        ("**parallel attention** (Wang & Komatsuzaki 2021)", ["Wang", "Komatsuzaki"], "", 2021),
        ("untied embedding matrices (Belrose et al., 2023)", ["Belrose", "et al."], "", 2023),
        ("**A Title.** *Jason Wei and Denny Zhou.* arxiv, 2022.", ["Jason Wei", "Denny Zhou"], "arXiv", 2022),
        (
            "**A Title.** *Jason Wei.* Transactions on Machine Learning Research (TMLR), 2022.",
            ["Jason Wei"],
            "Transactions on Machine Learning Research",
            2022,
        ),
        ("**A Title**\nA note, with a comma, in 1999 words.", [], "", None),
        ("**A Title**", [], "", None),
    ],
)
def test_authors_venue_and_year_are_read_from_italics_plain_lines_and_citations(paragraph, authors, venue, year):
    head = head_of(paragraph)

    assert (head.authors, head.venue, head.year) == (authors, venue, year)


def test_a_link_cited_in_the_note_is_kept_but_does_not_name_the_work():
    head = head_of(
        "**Alpaca** [[code](https://github.com/tatsu-lab/stanford_alpaca)]\n"
        "它用 [Self-Instruct](https://arxiv.org/abs/2212.10560) 生成数据。"
    )

    assert [link.url for link in head.own_links] == ["https://github.com/tatsu-lab/stanford_alpaca"]
    assert [link.url for link in head.links] == [
        "https://github.com/tatsu-lab/stanford_alpaca",
        "https://arxiv.org/abs/2212.10560",
    ]


def test_a_row_of_links_in_brackets_names_the_work_on_whatever_line_it_stands():
    head = head_of("**ChatGLM**\n一段说明。\n更多内容。\n[[code](https://github.com/THUDM/ChatGLM-6B)]")

    assert head.own_links == [Link("code", "https://github.com/THUDM/ChatGLM-6B")]


def test_two_spellings_of_one_address_are_one_link_with_the_first_label():
    head = head_of(f"**T** [[arxiv]({LORA})] [[pdf](https://arxiv.org/pdf/2106.09685v1.pdf)]")

    assert head.links == [Link("arxiv", LORA)]


def test_a_bare_address_has_no_label():
    assert head_of("**T** https://example.org/a").links == [Link("", "https://example.org/a")]


def test_faulty_links_are_left_out_and_named_and_a_malformed_arxiv_address_is_also_kept():
    head = head_of(
        "**T** [[a]()] [[b](./b%20c.pdf)] [[c](mailto:a@b.org)] [[d](https://arxiv.org/abs/2210.107605)] [[e](#there)]"
    )

    assert head.faults == [
        "empty link",
        "relative link: ./b c.pdf",
        "link that is not a web address: mailto:a@b.org",
        "malformed arXiv id: https://arxiv.org/abs/2210.107605",
    ]
    assert head.links == [Link("d", "https://arxiv.org/abs/2210.107605")]


def test_nothing_but_white_space_is_an_empty_head():
    assert read_head([]).title == ""
    assert read_head([(), ()]).title == ""


@pytest.mark.parametrize(
    ("line", "is_row"),
    [
        ("[[code](https://a.org)] [[paper](https://b.org)]", True),
        ("[[paper](https://a.org)]，[[code](https://b.org)]、[[zh](https://c.org)]", True),
        ("[code](https://a.org)", False),
        ("see [[code](https://a.org)]", False),
        ("no links", False),
    ],
)
def test_a_link_row_holds_bracketed_links_and_separators_only(line, is_row):
    assert is_link_row(lines_of(line)[0]) is is_row


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("Attention  Is All\nYou Need.", "Attention Is All You Need"),
        ("“Scaling Laws”", "Scaling Laws"),
        ("一种简单的方法。", "一种简单的方法"),
        ("To be continued...", "To be continued..."),
        ("**Bold** title：", "Bold title"),
    ],
)
def test_a_title_loses_quotation_marks_emphasis_and_its_full_stop(text, title):
    assert clean_title(text) == title


@pytest.mark.parametrize(
    ("line", "names"),
    [
        ("*Jason Wei, Denny Zhou.*", ["Jason Wei", "Denny Zhou"]),
        ("Dao et al.", ["Dao", "et al."]),
        ("Hu, Shen, et al", ["Hu", "Shen", "et al."]),
        ("A. Andersen & B. Orlando and C. Alexander", ["A. Andersen", "B. Orlando", "C. Alexander"]),
        ("张三、李四", ["张三", "李四"]),
        ("", []),
    ],
)
def test_author_lines_split_into_names(line, names):
    assert split_authors(line) == names
