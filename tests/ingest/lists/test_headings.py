import pytest

from ingest.lists.headings import Heading, read_heading
from ingest.lists.outline import read_outline


@pytest.mark.parametrize(
    ("written", "comment", "zh", "en"),
    [
        ("量化（quantisation）", "", "量化", "quantisation"),
        ("Pruning (剪枝)", "", "剪枝", "Pruning"),
        ("低秩分解", "Low-rank factorisation", "低秩分解", "Low-rank factorisation"),
        ("Standard KD", "标准知识蒸馏", "标准知识蒸馏", "Standard KD"),
        ("强化学习（RLHF）", "Learning from feedback", "强化学习", "Learning from feedback"),  # a comment says more
        ("大模型（LLMs）调优", "Tuning LLMs", "大模型（LLMs）调优", "Tuning LLMs"),
        ("体验大模型（入门）", "", "体验大模型（入门）", "体验大模型（入门）"),  # a remark, not a translation
        ("安全（对齐）", "待办", "安全（对齐）", "安全（对齐）"),  # a comment in the same language is no translation
        ("Papers", "", "Papers", "Papers"),
    ],
)
def test_a_heading_has_a_name_in_each_language(written, comment, zh, en):
    source = f"## {written} <!-- {comment} -->" if comment else f"## {written}"

    assert read_heading(written, source) == Heading(written, zh, en)


def test_the_comment_of_a_heading_is_no_part_of_the_section_as_written():
    (block,) = read_outline("# 清单\n\n## 剪枝 <!-- Pruning -->\n\n- **Wanda** (Wanda). *Mingjie Sun.* 2023.").blocks

    assert block.section == ("清单", "剪枝")
    assert [heading.en for heading in block.headings] == ["清单", "Pruning"]


def test_prose_of_a_section_goes_by_its_heading_in_both_languages():
    text = "## 剪枝 <!-- Pruning -->\n\n把不重要的权重去掉，模型就变小，推断也可能变快，这一节讲怎样挑选权重。\n"
    (block,) = read_outline(text).blocks

    assert (block.head.title, block.head.title_zh, block.head.title_en) == ("剪枝", "剪枝", "Pruning")
