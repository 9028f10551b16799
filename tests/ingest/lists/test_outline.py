from textwrap import dedent

import pytest

from ingest.lists.outline import read_outline


def outline(markdown):
    return read_outline(dedent(markdown))


def titles(read):
    return [block.head.title for block in read.blocks]


def places(read):
    return [(block.head.title, block.start, block.end) for block in read.blocks]


def urls(block):
    return [link.url for link in block.head.links]


def test_bullets_of_every_kind_and_numbers_are_entries_at_their_lines():
    read = outline("""\
        ## Papers

        - **Star-free title**
        * **Another title**
        + **Third title**

        1. **Numbered title**
           A note.
        2) **Second numbered title**
        """)

    assert places(read) == [
        ("Star-free title", 3, 3),
        ("Another title", 4, 4),
        ("Third title", 5, 5),
        ("Numbered title", 7, 8),
        ("Second numbered title", 9, 9),
    ]
    assert {block.shape for block in read.blocks} == {"item"}
    assert {block.section for block in read.blocks} == {("Papers",)}
    assert read.unread == []


def test_an_entry_stands_under_all_headings_above_it_and_under_no_heading_left_behind():
    read = outline("""\
        # List
        ## A
        ### A1
        - **one**
        ## B
        - **two**
        """)

    assert [block.section for block in read.blocks] == [("List", "A", "A1"), ("List", "B")]


def test_a_nested_entry_stands_alone_and_its_lines_are_not_its_parents():
    read = outline("""\
        ## S

        - **Parent work** [[code](https://github.com/a/parent)]
          Note of the parent.
          - [Child work](https://github.com/a/child)
            Note of the child.
            - [Grandchild](https://github.com/a/grandchild)
        - **Next**
        """)

    assert places(read) == [("Parent work", 3, 4), ("Child work", 5, 6), ("Grandchild", 7, 7), ("Next", 8, 8)]
    assert urls(read.blocks[0]) == ["https://github.com/a/parent"]


def test_nested_bullets_that_talk_about_their_parent_belong_to_its_note():
    read = outline("""\
        ## S

        - **Chain of thought** [[arxiv](https://arxiv.org/abs/2201.11903)]
          - few-shot prompting with worked examples
          - **emergent** in larger models only
          - it was measured, as [a long report](https://example.org/report) of many pages shows, on arithmetic tasks
        """)

    assert places(read) == [("Chain of thought", 3, 6)]
    assert urls(read.blocks[0]) == ["https://arxiv.org/abs/2201.11903", "https://example.org/report"]


def test_a_bullet_indented_too_deep_is_still_an_entry():
    read = outline("""\
        ## S

        - [Recipes for building a chatbot](https://arxiv.org/abs/2004.13637)
                - [ParlAI](https://github.com/facebookresearch/ParlAI)
        """)

    assert ("ParlAI", 4, 4) in places(read)


def test_bullets_that_only_say_something_about_their_section_are_prose():
    read = outline("""\
        ## Tips

        - 学习率先升后降，预热步数一般取总步数的百分之三左右，不必更多。
        - Clip the gradient norm at 1.0; otherwise a single bad batch can ruin the run.
        """)

    assert [(block.shape, block.head.title) for block in read.blocks] == [("prose", "Tips"), ("prose", "Tips")]


@pytest.mark.parametrize(
    "item",
    [
        "- [2021] [LoRA](https://arxiv.org/abs/2106.09685)",
        "- [15.7k] [LoRA](https://arxiv.org/abs/2106.09685)",
        "- [x] [LoRA](https://arxiv.org/abs/2106.09685)",
        "- `LoRA` [[arxiv](https://arxiv.org/abs/2106.09685)]",
        "- **LoRA**",
        "- ⭐ **LoRA**",
        "- LoRA [[arxiv](https://arxiv.org/abs/2106.09685)]",
        "- LoRA",
        "- [LoRA]",
        "- [LoRA][1]\n\n[1]: https://arxiv.org/abs/2106.09685",
    ],
)
def test_a_top_level_bullet_is_an_entry_in_any_dress(item):
    assert titles(read_outline(f"## S\n\n{item}\n")) == ["LoRA"]


def test_a_note_runs_through_code_maths_html_images_and_blank_lines_to_the_next_entry():
    read = outline("""\
        ## S

        + **Toolformer: Models Can Teach Themselves.**

            *Timo Schick, Jane Dwivedi-Yu.* **arxiv, 2023.** [[arxiv](https://arxiv.org/abs/2302.04761)]

            ```
            - **not an entry**
            # not a heading
            | not | a table |
            ```

            $$W = W_0 + BA$$

            <p align="center"><img src="./pics/a.png" /></p>

            ![alt text](pics/b.png)

            The end of the note.

        + **Next Title**
        """)

    assert places(read) == [("Toolformer: Models Can Teach Themselves", 3, 19), ("Next Title", 21, 21)]
    assert read.blocks[0].head.authors == ["Timo Schick", "Jane Dwivedi-Yu"]
    assert read.blocks[0].head.faults == []  # images are no links


def test_every_row_of_a_table_of_models_is_an_entry_with_its_facts():
    read = outline("""\
        ## 大模型推荐

        | 模型 | 更新时间 | 规模 | 项目地址 |
        |:---:|---|---|---|
        | Baichuan2 | 2023-09 | 7/13B | [[code](https://github.com/baichuan-inc/Baichuan2)] |
        | **WizardLM** | 2022-08 | 70B | [WizardLM](https://github.com/nlpxucan/WizardLM)![Star](https://a.org/s.svg) |
        | | 2021 | | |
        """)

    assert [(block.shape, *place) for block, place in zip(read.blocks, places(read), strict=True)] == [
        ("model", "Baichuan2", 5, 5),
        ("model", "WizardLM", 6, 6),
    ]
    first, second = read.blocks
    assert first.cells == ("模型: Baichuan2", "更新时间: 2023-09", "规模: 7/13B", "项目地址: [code]")
    assert (first.head.year, second.head.year) == (2023, 2022)
    assert [link.url for link in second.head.own_links] == ["https://github.com/nlpxucan/WizardLM"]


def test_a_numbered_heading_with_a_row_of_links_is_an_entry_and_not_a_section():
    read = outline("""\
        ## 大模型评估基准

        ### 1. C-Eval ![Star](https://img.shields.io/github/stars/SJTU-LIT/ceval.svg)

        一个中文评估套件，[论文](https://arxiv.org/abs/2305.08322)有更多信息。

        [[website](https://cevalbenchmark.com/)] [[code](https://github.com/SJTU-LIT/ceval)]

        ### 2. FlagEval

        Scientific and open.

        [[code](https://github.com/FlagOpen/FlagEval)]

        ## 大模型微调

        这一节讲怎样用较少的显存把模型改造成自己需要的样子，方法有很多。
        """)

    assert [(block.shape, block.head.title, block.section) for block in read.blocks] == [
        ("heading", "C-Eval", ("大模型评估基准",)),
        ("heading", "FlagEval", ("大模型评估基准",)),
        ("prose", "大模型微调", ("大模型微调",)),
    ]
    assert places(read)[:2] == [("C-Eval", 3, 7), ("FlagEval", 9, 13)]
    assert [link.url for link in read.blocks[0].head.own_links] == [
        "https://cevalbenchmark.com",
        "https://github.com/SJTU-LIT/ceval",
    ]


def test_a_numbered_heading_without_a_row_of_links_is_a_section():
    read = outline("""\
        ## 1. Basics

        - **Attention Is All You Need**
        """)

    assert read.blocks[0].section == ("Basics",)


def test_the_prose_of_a_section_is_kept_with_its_lines():
    read = outline("""\
        ## MoE

        A mixture of experts keeps many parameters and uses few of them for each token.

        > The gate chooses the experts, and only those compute anything at all.

        ```python
        y = sum(gate[i] * expert[i](x) for i in top_k)
        ```

        - **Switch Transformer** [[arxiv](https://arxiv.org/abs/2101.03961)]
        """)

    assert [(block.shape, block.start, block.end) for block in read.blocks] == [
        ("prose", 3, 3),
        ("prose", 5, 5),
        ("prose", 7, 9),
        ("item", 11, 11),
    ]


def test_links_inside_the_prose_of_a_section_are_works_too():
    read = outline("""\
        ## RLHF

        不少工作绕开 PPO。[RRHF](https://github.com/GanjinZero/RRHF) 对同一个问题收集多个回答，再按奖励排序。
        """)

    assert [(block.shape, block.head.title) for block in read.blocks] == [("prose", "RLHF"), ("cited", "RRHF")]


def test_a_label_before_a_list_becomes_a_section_of_its_own():
    read = outline("""\
        ## 训练技巧

        硬件层面

        - **Flash Attention** (Dao et al., 2022)

        Model side:

        - **rotary embeddings** (Su et al. 2021)

        1. 花费

        - **Alpaca** [[code](https://github.com/tatsu-lab/stanford_alpaca)]

        ## Data

        - **The Pile**
        """)

    assert [(block.section, block.head.title) for block in read.blocks] == [
        (("训练技巧", "硬件层面"), "Flash Attention"),
        (("训练技巧", "Model side"), "rotary embeddings"),
        (("训练技巧", "花费"), "Alpaca"),
        (("Data",), "The Pile"),
    ]


def test_numbered_bold_paragraphs_are_entries_that_grow_to_the_next_one():
    read = outline("""\
        # 调优

        **1、[QLoRA：一种高效的微调方法](https://mp.weixin.qq.com/s/U9u)**

        <p align="center"><img src="assets/logo.png" /></p>

        **QLoRA: Efficient Finetuning of Quantized LLMs**

        一种**高效的微调方法**。[[paper](https://arxiv.org/pdf/2305.14314.pdf)]，[[code](https://github.com/artidoro/qlora)]

        **2**、**[PEARL：长文档推理](https://mp.weixin.qq.com/s/dQh)**

        说明。
        """)

    first, second = read.blocks
    assert places(read) == [("QLoRA: Efficient Finetuning of Quantized LLMs", 3, 9), ("PEARL：长文档推理", 11, 13)]
    assert first.head.title_zh == "QLoRA：一种高效的微调方法"
    assert [link.url for link in first.head.own_links] == [
        "https://mp.weixin.qq.com/s/U9u",
        "https://arxiv.org/abs/2305.14314",
        "https://github.com/artidoro/qlora",
    ]
    assert second.section == ("调优",)


def test_a_back_ticked_paragraph_opens_an_entry():
    read = outline("""\
        ## Models

        `BELLE` [[code](https://github.com/LianjiaTech/BELLE)]

        - 中文对话模型，只用来做研究。
        - 数据由 ChatGPT 生成。

        `Vicuna`
        """)

    assert [(block.head.title, block.start) for block in read.blocks] == [("BELLE", 3), ("Vicuna", 8)]
    assert 6 <= read.blocks[0].end < 8  # the bullets are its note


def test_a_paragraph_that_is_one_link_is_an_entry():
    read = outline("""\
        ## Links

        [重要论文的总结](https://example.org/summary)

        知乎地址：[某人](https://www.zhihu.com/people/x)
        """)

    assert titles(read) == ["重要论文的总结", "知乎地址：某人"]


def test_a_title_alone_on_its_line_is_an_entry():
    read = outline("""\
        ## Reading

        Scaling Laws for Neural Language Models
        """)

    assert [(block.shape, block.head.title) for block in read.blocks] == [
        ("paragraph", "Scaling Laws for Neural Language Models")
    ]


def test_tables_of_contents_placeholders_comments_and_rules_are_passed_over_in_silence():
    read = outline("""\
        # List

        [**一、RLHF**](#rlhf)

        [TOC]

        ---

        <!-- - **hidden** -->

        TODO

        ## S

        - **Shown**
        """)

    assert titles(read) == ["Shown"]
    assert read.unread == []


@pytest.mark.parametrize("item", ["- [Papers](#a)", "1. [Data](#b)", "- [The tuning of large language models](#c)"])
def test_a_table_of_contents_in_bullets_is_passed_over_in_silence(item):
    read = read_outline(f"# List\n\n{item}\n")

    assert (read.blocks, read.unread) == ([], [])


def test_what_cannot_be_placed_is_kept_with_its_line():
    read = outline("""\
        A line before any heading, which belongs to nothing at all.

        ## S

        太短。
        """)

    assert read.blocks == []
    assert read.unread == [(1, "A line before any heading, which belongs to nothing at all."), (5, "太短。")]


@pytest.mark.parametrize(
    ("link", "fault"),
    [
        ("[GPT2]()", "empty link"),
        ("**GPT2** [[pdf](file:///C:/Users/me/0526.pdf)]", "link to a local file: file:///C:/Users/me/0526.pdf"),
        ("[GPT2](file:///C:/Users/me/0526.pdf)", "link to a local file: file:///C:/Users/me/0526.pdf"),
        ("**GPT2** [[pdf](./documents/a%20b.pdf)]", "relative link: ./documents/a b.pdf"),
        (
            "**GPT2** [[arxiv](https://arxiv.org/abs/2210.107605)]",
            "malformed arXiv id: https://arxiv.org/abs/2210.107605",
        ),
    ],
)
def test_an_entry_with_a_faulty_link_is_still_an_entry_and_the_fault_is_named(link, fault):
    read = read_outline(f"## S\n\n- {link}\n")

    assert titles(read) == ["GPT2"]
    assert read.blocks[0].head.faults == [fault]


@pytest.mark.parametrize("line", ["- **LoRA** https://example.org：介绍", "- **LoRA** 官网 http://[example.org"])
def test_an_address_run_into_the_words_after_it_does_not_stop_the_reading(line):
    assert titles(read_outline(f"## S\n\n{line}\n- **Next**\n")) == ["LoRA", "Next"]


@pytest.mark.parametrize("markdown", ["", "\n\n", "##\n", "-\n", "| a |\n|---|\n", "##\n\n-\n\n1.\n", "> \n", "```\n"])
def test_empty_structures_hold_no_entry(markdown):
    assert read_outline(markdown).blocks == []
