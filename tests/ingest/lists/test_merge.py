from textwrap import dedent

import pytest

from ingest.lists.merge import Found, merge_entries
from ingest.lists.outline import read_outline
from ingest.types import Kind, Link

LORA = "https://arxiv.org/abs/2106.09685"
LORA_TITLE = "LoRA: Low-Rank Adaptation of Large Language Models"


def merged(**lists):
    found = [
        Found(block, name, f"corpus/lists/{name}.md")
        for name, markdown in lists.items()
        for block in read_outline(dedent(markdown)).blocks
    ]
    return merge_entries(found)


def listings(entry):
    return [(listing.list_id, listing.line, listing.title) for listing in entry.listings]


def test_the_same_paper_in_two_lists_is_one_entry_with_two_listings():
    entries, owners, problems = merged(
        a=f"""\
            ## Adapters
            - **{LORA_TITLE}** (LoRA). *Edward J. Hu, Yelong Shen.* ICLR, 2022. [[arxiv]({LORA})]
            """,
        b="""\
            ## 微调
            - [2021] [低秩适配](https://arxiv.org/pdf/2106.09685v2.pdf) [[code](https://github.com/microsoft/LoRA)]
            """,
    )

    (entry,) = entries
    assert (entry.entry_id, entry.arxiv_id, entry.kind) == ("arxiv:2106.09685", "2106.09685", Kind.PAPER)
    assert (entry.title, entry.title_zh, entry.aliases) == (LORA_TITLE, "低秩适配", ("LoRA",))
    assert (entry.authors, entry.venue, entry.year) == (("Edward J. Hu", "Yelong Shen"), "ICLR", 2022)
    assert entry.links == (Link("arxiv", LORA), Link("code", "https://github.com/microsoft/LoRA"))
    assert listings(entry) == [("a", 2, LORA_TITLE), ("b", 2, "低秩适配")]
    assert [listing.section for listing in entry.listings] == [("Adapters",), ("微调",)]
    assert entry.topics == ("Adapters", "微调")
    assert [(found.list_id, owner) for found, owner in owners] == [("a", "arxiv:2106.09685"), ("b", "arxiv:2106.09685")]
    assert problems == []


def test_an_arxiv_id_under_two_unlike_titles_is_kept_apart_and_reported_at_the_second():
    entries, _, problems = merged(
        a=f"""\
            ## S
            - **{LORA_TITLE}** [[arxiv]({LORA})]
            """,
        b=f"""\
            ## S
            - **Zero Redundancy Memory Optimizations Toward Trillions** [[arxiv]({LORA})]
            """,
    )

    assert [(entry.entry_id, entry.arxiv_id) for entry in entries] == [
        ("arxiv:2106.09685", "2106.09685"),
        ("b/s/zero-redundancy-memory-optimizations-toward-trillions", None),
    ]
    assert [str(problem) for problem in problems] == [
        "corpus/lists/b.md:2: arxiv:2106.09685 is linked from two unlike titles: “Zero Redundancy Memory Optimizations "
        f"Toward Trillions” and “{LORA_TITLE}”; correct one of them"
    ]


@pytest.mark.parametrize(
    "other",
    [
        "LoRA",  # a short name may stand for anything
        "低秩适配：大语言模型的微调方法",  # a translation cannot be compared
        "Low-Rank Adaptation of Large Language Models (LoRA)",
        "LORA: LOW-RANK ADAPTATION OF LARGE LANGUAGE MODELS",
    ],
)
def test_a_short_a_translated_or_a_similar_title_is_no_contradiction(other):
    entries, _, problems = merged(a=f"## S\n- **{LORA_TITLE}** [[arxiv]({LORA})]\n- **{other}** [[arxiv]({LORA})]\n")

    assert ([len(entry.listings) for entry in entries], problems) == ([2], [])


def test_listings_with_the_same_first_link_are_one_entry_whatever_the_case_of_a_repository():
    entries, _, _ = merged(
        a="""\
            ## S
            - [FastChat](https://github.com/lm-sys/FastChat)
            - **lm-sys/FastChat** [[code](http://www.github.com/LM-SYS/fastchat.git)]
            - **Vicuna** [[blog](https://lmsys.org/blog/vicuna)] [[code](https://github.com/lm-sys/FastChat)]
            """
    )

    assert [(entry.entry_id, len(entry.listings)) for entry in entries] == [
        ("url:github.com/lm-sys/fastchat", 2),
        ("url:lmsys.org/blog/vicuna", 1),
    ]


def test_a_listing_with_another_link_joins_the_paper_of_the_same_long_title():
    entries, _, _ = merged(
        a=f"## S\n- **{LORA_TITLE}** [[code](https://github.com/microsoft/LoRA)]\n",
        b=f"## S\n- **LoRA: low-rank adaptation of large language models.** [[arxiv]({LORA})]\n",
    )

    (entry,) = entries
    assert entry.entry_id == "arxiv:2106.09685"
    assert [listing.list_id for listing in entry.listings] == ["a", "b"]


def test_works_that_share_only_a_short_title_stay_apart():
    entries, _, _ = merged(
        a="""\
            ## S
            - **GLM** [[arxiv](https://arxiv.org/abs/2103.10360)]
            - **GLM** [[code](https://github.com/other/glm)]
            """
    )

    assert [entry.entry_id for entry in entries] == ["arxiv:2103.10360", "url:github.com/other/glm"]


def test_two_papers_with_one_long_title_stay_apart():
    entries, _, _ = merged(
        a="""\
            ## S
            - **A Survey of Large Language Models** [[arxiv](https://arxiv.org/abs/2303.18223)]
            - **A Survey of Large Language Models** [[arxiv](https://arxiv.org/abs/2402.06196)]
            """
    )

    assert [entry.entry_id for entry in entries] == ["arxiv:2303.18223", "arxiv:2402.06196"]


def test_a_listing_without_links_joins_the_only_work_of_that_name():
    entries, _, _ = merged(
        a=f"## S\n- **{LORA_TITLE}** (LoRA) [[arxiv]({LORA})]\n",
        b="## S\n- LoRA\n- **Adapters**\n",
    )

    assert {entry.entry_id: len(entry.listings) for entry in entries} == {"arxiv:2106.09685": 2, "b/s/adapters": 1}


def test_a_listing_without_links_stays_alone_when_two_works_go_by_its_name():
    entries, _, _ = merged(
        a="""\
            ## S
            - **GLM** [[arxiv](https://arxiv.org/abs/2103.10360)]
            - **GLM** [[code](https://github.com/other/glm)]
            - **GLM**
            """
    )

    assert [entry.entry_id for entry in entries] == ["arxiv:2103.10360", "url:github.com/other/glm", "a/s/glm"]


def test_listings_without_links_of_the_same_name_and_section_get_distinct_ids():
    entries, _, _ = merged(a="## S\n- **Alpha**\n- **Alpha**\n- **Alpha**\n")

    assert [entry.entry_id for entry in entries] == ["a/s/alpha", "a/s/alpha-2", "a/s/alpha-3"]


def test_all_prose_of_one_section_is_one_concept_and_each_section_its_own():
    entries, owners, _ = merged(
        a="""\
            ## 混合专家

            稠密模型处理每个词元都要用到全部参数，混合专家只用其中一小部分。

            - **Switch Transformer** [[arxiv](https://arxiv.org/abs/2101.03961)]

            ## Cost

            The memory of a training run goes to weights, gradients and optimizer states.

            The activations come on top of that and grow with the length of the text.
            """
    )

    assert [(entry.entry_id, entry.kind) for entry in entries] == [
        ("a/混合专家", Kind.CONCEPT),
        ("arxiv:2101.03961", Kind.PAPER),
        ("a/cost", Kind.CONCEPT),
    ]
    assert [listing.line for listing in entries[2].listings] == [9, 11]
    assert [owner for _, owner in owners] == ["a/混合专家", "arxiv:2101.03961", "a/cost", "a/cost"]


def test_a_section_and_a_work_of_the_same_name_stay_apart():
    entries, _, _ = merged(
        a="""\
            ## Instruction tuning

            Instruction tuning trains a model on pairs of a task and its answer.

            - **Instruction tuning** [[blog](https://example.org/tuning)]
            """
    )

    assert [entry.kind for entry in entries] == [Kind.CONCEPT, Kind.ARTICLE]


@pytest.mark.parametrize(
    ("item", "kind"),
    [
        (f"- **T** [[arxiv]({LORA})]", Kind.PAPER),
        ("- **T** [[paper](https://example.org/t.pdf)]", Kind.PAPER),
        ("- **T** [[acl](https://aclanthology.org/2022.acl-long.26/)]", Kind.PAPER),
        ("- **MMLU benchmark** [[code](https://github.com/hendrycks/test)]", Kind.BENCHMARK),
        ("- **中文评测** [[website](https://example.org/eval)]", Kind.BENCHMARK),
        ("- **Dolly** [[dataset](https://example.org/dolly)]", Kind.DATASET),
        ("- **Dolly** [[hf](https://huggingface.co/datasets/dolly)]", Kind.DATASET),
        ("- **CS224N** [[course](https://web.stanford.edu/class/cs224n/)]", Kind.COURSE),
        ("- [microsoft/LoRA](https://github.com/microsoft/LoRA)", Kind.REPOSITORY),
        ("- [A story](https://example.org/story)", Kind.ARTICLE),
        ("- **Dropout**", Kind.CONCEPT),
        ("| Model | Size |\n|---|---|\n| Baichuan2 | 7B |", Kind.MODEL),
    ],
)
def test_the_kind_of_an_entry_follows_from_its_links_its_title_and_its_shape(item, kind):
    (entry,) = merged(a=f"## S\n\n{item}\n")[0]

    assert entry.kind is kind


def test_what_stands_under_a_benchmark_heading_is_a_benchmark():
    (entry,) = merged(a="## 评估基准\n\n- **C-Eval** [[code](https://github.com/SJTU-LIT/ceval)]\n")[0]

    assert entry.kind is Kind.BENCHMARK


def test_a_conference_is_a_better_venue_than_arxiv_and_the_most_named_year_wins():
    (entry,) = merged(
        a=f"""\
            ## S
            - **LoRA**. *Hu.* arXiv, 2021. [[arxiv]({LORA})]
            - **LoRA**. *Hu, Shen.* ICLR, 2022. [[arxiv]({LORA})]
            - **LoRA**. arXiv, 2022. [[arxiv]({LORA})]
            """
    )[0]

    assert (entry.venue, entry.year, entry.authors) == ("ICLR", 2022, ("Hu", "Shen"))


def test_entries_come_in_reading_order_and_a_merge_stands_where_it_first_appears():
    entries, _, _ = merged(
        a=f"## S\n- **First**\n- **LoRA** [[arxiv]({LORA})]\n- **Last**\n",
        b=f"## S\n- **{LORA_TITLE}** [[arxiv]({LORA})]\n- **Other**\n",
    )

    assert [entry.title for entry in entries] == ["First", LORA_TITLE, "Last", "Other"]


def test_merging_the_same_lists_twice_gives_the_same_entries():
    lists = {"a": f"## S\n- **A**\n- **A**\n- **{LORA_TITLE}** [[arxiv]({LORA})]\n", "b": f"## S\n- [LoRA]({LORA})\n"}

    assert merged(**lists)[0] == merged(**lists)[0]


def test_copies_of_one_paper_at_its_publisher_are_one_entry_named_by_the_first():
    entries, _, _ = merged(
        a="## S\n\n- [Kilns](https://openreview.net/pdf?id=Ab1)\n- [Kilns again](https://openreview.net/forum?id=Ab1)\n"
        "- [Other](https://openreview.net/forum?id=Cd2)\n"
    )

    assert [entry.entry_id for entry in entries] == [
        "url:openreview.net/pdf?id=Ab1",
        "url:openreview.net/forum?id=Cd2",
    ]
    assert len(entries[0].listings) == 2


def test_pages_that_differ_by_fragment_or_query_are_different_works():
    entries, _, _ = merged(
        a="## S\n\n- [Knots](https://e.org/m#knots)\n- [Pots](https://e.org/m#pots)\n"
        "- [Page](https://e.org/p?lang=en)\n- [Seite](https://e.org/p?lang=de)\n"
    )

    assert len(entries) == 4
