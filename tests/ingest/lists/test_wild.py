"""Habits of lists in the wild, each as small as it can be."""

from textwrap import dedent

import pytest

from ingest.lists.outline import read_outline


def read(markdown):
    return read_outline(f"# List\n\n## S\n\n{dedent(markdown)}")


def works(markdown):
    return [block for block in read(markdown).blocks if block.shape != "prose"]


def titles(markdown):
    return [block.head.title for block in works(markdown)]


def head_of(markdown):
    (block,) = works(markdown)
    return block.head


def urls(head):
    return [link.url for link in head.own_links]


@pytest.mark.parametrize(
    ("line", "year", "venue"),
    [
        ("- **Kiln** (2018) [[pdf](https://e.org/k.pdf)]", 2018, ""),
        ("- **Kiln** (CVPR 2018) [[paper](https://e.org/k)]", 2018, "CVPR"),
        ("- [Kiln](https://e.org/k) (WWW, 2018) - burns clay.", 2018, "WWW"),
        ("- **Kiln.** *A. Potter.* EMNLP'18 Findings [[paper](https://e.org/k)]", 2018, "EMNLP"),
        ("- [2018/07] **Kiln** [[paper](https://e.org/k)]", 2018, ""),
        ("- [2018-07-01] [Kiln](https://e.org/k)", 2018, ""),
        ("- (ICCV 2018) [Kiln](https://e.org/k)", 2018, "ICCV"),
        ("- **[ICCV'18]** [Kiln](https://e.org/k)", 2018, "ICCV"),
        ("- 2018.7 [Kiln](https://e.org/k)", 2018, ""),
        ("- [Kiln](https://e.org/k). July 2018.", 2018, ""),
        ("- [Kiln](https://e.org/k), 2018年7月", 2018, ""),
        ("- **Kiln**. *A. Potter.* NAACL 2019. [[pdf](https://e.org/k)], 2018.11", 2018, "NAACL"),
        ("- [Kiln](https://e.org/k) - holds 2048 pots at once.", None, ""),
        ("- [Kiln](https://e.org/k) A potter's tool, in use since 1999 and longer.", None, ""),
        ("- [Kiln](https://e.org/k) - Ann Potter, 2018", 2018, ""),
        ("- (*ICML'18*) Kiln [[paper](https://e.org/k)]", 2018, "ICML"),
        ("- 🔥(*arXiv 2018.07*) *Kiln* [[paper](https://e.org/k)]", 2018, "arXiv"),
        ("- (*arXiv:1807*) Kiln [[paper](https://e.org/k)]", 2018, "arXiv"),
        ("- [CVPR2018] Kiln (_University of Clay_) [[paper](https://e.org/k)];", 2018, "CVPR"),
        ("- [18.07] Kiln [[paper](https://e.org/k)]", 2018, ""),
        ("- Kiln, ACL 2018 [[paper](https://e.org/k)]", 2018, "ACL"),
    ],
)
def test_dates_are_read_in_every_shape_and_numbers_in_notes_are_none(line, year, venue):
    head = head_of(line)

    assert (head.title, head.year, head.venue) == ("Kiln", year, venue)


@pytest.mark.parametrize(
    ("line", "authors", "venue", "year"),
    [
        ("Potter, A., & Smith, B. (2016). *Clay in the kiln*. Nature. https://e.org/c", ["A. Potter", "B. Smith"], "Nature", 2016),  # noqa: E501
        ("Potter, A., Smith, B. (2016). Clay in the kiln. *Journal of Clay*, 4(1), 2–9. https://e.org/c",
         ["A. Potter", "B. Smith"], "Journal of Clay", 2016),
        ('A. Potter and B. Smith, "Clay in the kiln," in Proc. ICML, 2016. [pdf](https://e.org/c)',
         ["A. Potter", "B. Smith"], "ICML", 2016),
        ("Ann Potter, Bob Smith. 2016. Clay in the kiln. In Proceedings of ACL. https://e.org/c",
         ["Ann Potter", "Bob Smith"], "ACL", 2016),
        ("Clay in the kiln. Ann Potter, Bob Smith. ICML 2016. [[pdf](https://e.org/c)]",
         ["Ann Potter", "Bob Smith"], "ICML", 2016),
        ('Potter, Ann, et al. "**Clay in the kiln**." arXiv preprint arXiv:1608.01234 (2016). [[pdf]](https://e.org/c)',
         ["Ann Potter", "et al."], "arXiv", 2016),
        ('Potter, Ann, et al. "Clay in the kiln." ICML (2016). [[pdf]](https://e.org/c) **(a classic)**',
         ["Ann Potter", "et al."], "ICML", 2016),
        ("Clay in the kiln (2016), A. Potter et al. [[pdf]](https://e.org/c)", ["A. Potter", "et al."], "", 2016),
        ('Potter, Ann Mae, and Bob Smith. "Clay in the kiln." arXiv preprint arXiv:1608.01234 (2016). [[pdf]](https://e.org/c)',
         ["Ann Mae Potter", "Bob Smith"], "arXiv", 2016),
        ('Potter, Ann. **"Clay in the kiln."** arXiv preprint arXiv:1608.01234 (2016). [[pdf]](https://e.org/c)',
         ["Ann Potter"], "arXiv", 2016),
    ],
)  # fmt: skip
@pytest.mark.parametrize("opening", ["- ", "[7] ", "**[7]** "])
def test_references_in_running_text_give_up_their_parts(opening, line, authors, venue, year):
    head = head_of(opening + line)

    assert (head.title, head.authors, head.venue, head.year) == ("Clay in the kiln", authors, venue, year)
    assert urls(head) == ["https://e.org/c"]


@pytest.mark.parametrize("opening", ["", "- ", "[7] ", "**[7]** ", "[^7]: "])
@pytest.mark.parametrize(
    ("line", "authors", "venue"),
    [
        ("Potter, A., Smith, B., and Thrower, C. D. Clay in the kiln. In *ICML*, 2016.",
         ["A. Potter", "B. Smith", "C. D Thrower"], "ICML"),
        ('A. Potter and B. Smith, "Clay in the kiln," *IEEE Transactions on Clay*, vol. 7, no. 3, 2016.',
         ["A. Potter", "B. Smith"], "IEEE Transactions on Clay"),
        ("Ann Potter, Bob Smith, et al. Clay in the kiln. *arXiv preprint arXiv:1608.01234*, 2016b.",
         ["Ann Potter", "Bob Smith", "et al."], "arXiv"),
        ("Ann Potter, Bob Smith, et al. Clay in the\nkiln, 2016.", ["Ann Potter", "Bob Smith", "et al."], ""),
        ("Potter, A. (2016). Clay in the kiln. *Nature*, 4(1).", ["A. Potter"], "Nature"),
        ("Potter A, Smith B. Clay in the kiln[C]//Advances in Clay. 2016: 5-8.",
         ["Potter A", "Smith B"], "Advances in Clay"),
        ("张三, 李四. Clay in the kiln[J]. 陶瓷学报, 2016, 34(1): 1-20.", ["张三", "李四"], "陶瓷学报"),
    ],
)  # fmt: skip
def test_references_without_a_link_are_works(opening, line, authors, venue):
    head = head_of(opening + line)

    assert (head.title, head.authors, head.venue, head.year) == ("Clay in the kiln", authors, venue, 2016)


@pytest.mark.parametrize(
    "prose",
    [
        "In 2016, Potter et al. proposed to fire clay twice. The kiln of Smith (2017) followed.",
        "Ann Potter and Bob Smith met in 2016. They have fired clay ever since.",
        "张三和李四在 2016 年提出了两次烧制的方法。后来的窑都沿用了它。",
    ],
)
@pytest.mark.parametrize("opening", ["", "- "])
def test_a_sentence_about_people_and_years_is_no_reference(opening, prose):
    assert works(opening + prose) == []


def test_numbered_references_on_lines_of_one_paragraph_are_entries_at_their_lines():
    blocks = works(
        "[1] A. Potter. First pots. ICML 2016. https://e.org/1\n[2] B. Smith. Second pots. ACL, 2017. https://e.org/2\n"
    )

    assert [(block.head.title, block.start, block.end) for block in blocks] == [
        ("First pots", 5, 5),
        ("Second pots", 6, 6),
    ]


@pytest.mark.parametrize(
    ("line", "title", "aliases"),
    [
        ("- **LoRK**: [Low-Rank Kilns](https://e.org/k)", "Low-Rank Kilns", ["LoRK"]),
        ("- LoRK - [Low-Rank Kilns](https://e.org/k)", "Low-Rank Kilns", ["LoRK"]),
        ("- `LoRK` - [Low-Rank Kilns](https://e.org/k)", "Low-Rank Kilns", ["LoRK"]),
        ('- <u>LoRK</u>: **"Low-Rank Kilns"**. *A. Potter.* [[pdf](https://e.org/k)]', "Low-Rank Kilns", ["LoRK"]),
        ("- Low-Rank Kilns: https://e.org/k", "Low-Rank Kilns", []),
        ("- 低秩窑：https://e.org/k", "低秩窑", []),
        ("- Low-Rank Kilns ([paper](https://e.org/k)): burns.", "Low-Rank Kilns", []),
        ("- [📜](https://e.org/k.pdf) [Low-Rank Kilns](https://e.org/k)", "Low-Rank Kilns", []),
        ("- ⭐ 2.1 [Low-Rank Kilns](https://e.org/k) :fire:", "Low-Rank Kilns", []),
        ("- *Low-Rank Kilns*, by Ann Potter. [PDF](https://e.org/k)", "Low-Rank Kilns", []),
        ("- [Docs](https://e.org/k) - a wiki for potters.", "Docs", []),
        ("- [[Low-Rank Kilns]] burn clay.", "Low-Rank Kilns", []),
        ("- [[kilns/low|Low-Rank Kilns]] burn clay.", "Low-Rank Kilns", []),
        ("- <a href='https://e.org/k'>Low-Rank Kilns</a> - burn clay.", "Low-Rank Kilns", []),
        ("- **Low-Rank Kilns;** A. Potter et al; burns.", "Low-Rank Kilns", []),
        ("- https://e.org/k", "https://e.org/k", []),
        ("- **LoRK**: Low-Rank Kilns for Small Pots [[pdf](https://e.org/k)] `clay`", "LoRK: Low-Rank Kilns for Small Pots", ["LoRK"]),  # noqa: E501
        ("- **LoRK**: a small kiln for pots [[pdf](https://e.org/k)]", "LoRK", []),
    ],
)  # fmt: skip
def test_a_title_is_found_among_short_names_labels_and_ornaments(line, title, aliases):
    head = head_of(line)

    assert (head.title, head.aliases) == (title, aliases)


def test_the_link_around_a_badge_is_kept_and_the_badge_is_not():
    head = head_of("- [Kiln](https://e.org/k) [![Stars](https://img.shields.io/s.svg)](https://github.com/a/kiln)")

    assert urls(head) == ["https://e.org/k", "https://github.com/a/kiln"]


def test_labels_and_facts_below_an_item_are_its_own_and_works_below_it_stay_works():
    first, second = works("""\
        - **Kiln**
          - [Paper](https://arxiv.org/abs/2101.00001)
          - Code: https://github.com/a/kiln
          - 作者：张三，李四
          - Year: 2021
          - Burns clay in one pass and at low heat, as [a long report](https://e.org/report) of many pages shows.
          - [Kiln for children](https://e.org/children) - a smaller one.
        """)

    assert urls(first.head) == ["https://arxiv.org/abs/2101.00001", "https://github.com/a/kiln"]
    assert (first.head.authors, first.head.year) == (["张三", "李四"], 2021)
    assert (first.start, first.end) == (5, 10)
    assert (second.head.title, second.start) == ("Kiln for children", 11)


def test_lines_of_facts_with_a_title_among_them_are_works():
    """In one paragraph, in a flat list, with marks or bold before the names of the facts."""
    blocks = works("""\
        📝 论文标题：Kilns at Once
        👤 作者：Ann Potter, Bob Smith
        🔗 论文链接：https://arxiv.org/abs/2101.00001

        **Title:** Kilns at Last
        **Authors:** Cid Thrower
        **Venue:** ICML 2021

        - Title: Kilns Again
        - Authors: Ann Potter, Bob Smith (2019)
        - Link: https://e.org/again
        """)

    assert [(b.head.title, b.head.authors, b.head.year, b.start, b.end) for b in blocks] == [
        ("Kilns at Once", ["Ann Potter", "Bob Smith"], None, 5, 7),
        ("Kilns at Last", ["Cid Thrower"], 2021, 9, 11),
        ("Kilns Again", ["Ann Potter", "Bob Smith"], 2019, 13, 15),
    ]
    assert [urls(block.head) for block in blocks] == [
        ["https://arxiv.org/abs/2101.00001"],
        [],
        ["https://e.org/again"],
    ]


def test_a_bold_line_or_one_before_a_colon_is_the_work_that_the_list_below_states_facts_about():
    blocks = works("""\
        **[Kilns at Once]**

        * **作者：:** [Ann Potter, Bob Smith]
        * **arXiv ID:** [2101.00001]
        * **链接:** [[Paper]](https://arxiv.org/abs/2101.00001) | [[Code]](https://e.org/c)

        Kilns-at-Last: <br>
        * Code: https://e.org/last
        """)

    assert [(b.head.title, b.section[-1], b.start) for b in blocks] == [
        ("Kilns at Once", "S", 5),
        ("Kilns-at-Last", "S", 11),
    ]
    assert blocks[0].head.authors == ["Ann Potter", "Bob Smith"]
    assert urls(blocks[0].head) == ["https://arxiv.org/abs/2101.00001", "https://e.org/c"]


def test_a_heading_that_names_the_work_stays_the_work_where_its_facts_repeat_the_title():
    (block,) = works("### LoRK\n- Title: LoRK: Low-Rank Kilns\n- Link: https://e.org/k\n")

    assert (block.head.title, block.head.aliases) == ("LoRK", ["LoRK: Low-Rank Kilns"])


def test_places_in_other_files_of_the_list_are_no_works():
    assert titles("- [Small pots](docs/pots.md#small)\n- [Large pots](./docs/pots.md#large)\n") == []
    assert titles("- [Small pots](https://e.org/pots.md#small)\n") == ["Small pots"]


def test_italics_after_named_authors_are_the_venue_and_an_institute_is_no_author():
    head = head_of("- [Kilns at once](https://e.org/k), Ann Potter, Bob Smith, *EMNLP*, 2021")

    assert (head.authors, head.venue, head.year) == (["Ann Potter", "Bob Smith"], "EMNLP", 2021)
    assert head_of("- **Kilns at once** (*University of Clay*) [[pdf](https://e.org/k)]").authors == []


def test_credits_over_several_lines_and_breaks_are_read():
    head = head_of(
        "**Kiln at Scale**<br>Ann Potter, Bob Smith<br>ECCV 2020. [[Paper](https://e.org/k)] [[Code](https://e.org/c)]"
    )

    assert (head.title, head.authors, head.venue, head.year) == (
        "Kiln at Scale",
        ["Ann Potter", "Bob Smith"],
        "ECCV",
        2020,
    )
    assert urls(head) == ["https://e.org/k", "https://e.org/c"]


def test_an_item_of_plain_text_heads_the_works_below_it():
    blocks = works("""\
        - Pottery
          - [Kiln](https://e.org/k) - burns.
        - Glass tools:
          - [Lamp](https://e.org/l)
        - Here is a long sentence about everything that follows below, and more.
          - [Saw](https://e.org/s)
        """)

    assert [(block.head.title, block.section[1:]) for block in blocks] == [
        ("Kiln", ("S", "Pottery")),
        ("Lamp", ("S", "Glass tools")),
        ("Saw", ("S",)),
    ]


def test_an_item_of_plain_text_with_facts_below_it_is_a_work():
    head = head_of("* Kiln：\n  * 地址：https://github.com/a/kiln\n  * 简介：一种烧制陶器的工具，温度可以调节。\n")

    assert (head.title, urls(head)) == ("Kiln", ["https://github.com/a/kiln"])


def test_a_fold_is_a_section_that_ends():
    blocks = works("""\
        <details>
        <summary>Clay</summary>

        - [Kiln](https://e.org/k)
        </details>

        - [Lamp](https://e.org/l)
        """)

    assert [(block.head.title, block.section[1:]) for block in blocks] == [("Kiln", ("S", "Clay")), ("Lamp", ("S",))]


def test_headings_with_links_or_facts_below_are_works():
    blocks = works("""\
        ### [Kiln](https://e.org/k)
        Burns clay for everyone who asks.

        ### Lamp
        - Paper: https://arxiv.org/abs/2101.00001
        - Authors: Ann Potter, Bob Smith
        - Shines.

        ### Tools
        - [Saw](https://e.org/s)
        """)

    assert [(block.head.title, block.section[1:]) for block in blocks] == [
        ("Kiln", ("S",)),
        ("Lamp", ("S",)),
        ("Saw", ("S", "Tools")),
    ]
    assert blocks[1].head.authors == ["Ann Potter", "Bob Smith"]


@pytest.mark.parametrize(
    "text",
    [
        "[⬆ back to top](https://github.com/me/list#readme)",
        "- [Week 1](#week-1)\n- [Week 2](README.md#week-2)\n- [Week 3](./#week-3)",
        "Follow us on [Twitter](https://twitter.com/me) and read more [here](https://e.org/more), dear reader.",
        "### Contributors\n\n- [Ann Potter](https://github.com/ann)",
        "### License\n\nTo the extent possible under law, [Ann](https://ann.e.org) has waived all copyright.",
        "### 目录\n\n- [陶器](https://e.org/list#pots)",
        "[![Awesome](https://awesome.re/badge.svg)](https://awesome.re)",
        "A [kiln](https://en.wikipedia.org/wiki/Kiln) is an oven that burns clay at great heat.",
    ],
)  # fmt: skip
def test_links_that_are_no_works_are_left_alone(text):
    assert titles(text) == []


def test_links_before_the_first_section_are_about_the_list():
    read = read_outline(
        "# List\n\nMade by [Ann](https://ann.e.org), with [tools](https://e.org/t) of her own.\n\n## S\n- **Kiln**\n"
    )

    assert [block.head.title for block in read.blocks if block.shape != "prose"] == ["Kiln"]


def test_lines_that_each_start_with_a_link_are_entries():
    blocks = works("[Kiln](https://e.org/k) - burns.\n[Lamp](https://e.org/l) - shines.\n")

    assert [(block.head.title, block.start) for block in blocks] == [("Kiln", 5), ("Lamp", 6)]


def test_links_defined_elsewhere_are_resolved():
    assert urls(head_of("- [Kiln][k]\n\n[k]: https://e.org/k 'a kiln'\n")) == ["https://e.org/k"]


def test_a_row_without_cells_uses_up_the_cells_that_span_rows_and_no_cell_leaves_its_group():
    table = """
        <table><thead><tr><th rowspan="2">Model</th><th rowspan="3">Size</th></tr><tr></tr></thead>
        <tbody><tr><td>Kiln</td><td>11</td></tr></tbody></table>
    """

    (block,) = works(table)

    assert block.cells == ("Model: Kiln", "Size: 11")


def test_a_note_below_nested_works_stays_with_the_work_it_is_about():
    block, nested = works("""
        - [Kiln](https://e.org/k)
          - [Clay for kilns and pots](https://e.org/c)
          - It burns clay in small batches.
    """)

    assert (block.head.title, block.further, nested.head.title) == ("Kiln", ((8, 8),), "Clay for kilns and pots")


def test_a_name_in_a_frame_is_an_alias():
    assert head_of("- [【关于 Kiln】 那些你不知道的事](https://e.org/k)").aliases == ["Kiln"]
