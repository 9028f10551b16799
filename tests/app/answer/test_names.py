from dataclasses import replace

import pytest

from app.answer.names import short_name, shown_title
from ingest.types import Entry, Kind, Listing


def work(title, *, title_zh="", title_en="", aliases=()):
    listing = Listing("list", ("Section",), "corpus/lists/list.md", 1, title)
    return Entry("id", title, title_zh, Kind.PAPER, None, "", (), (), None, (listing,), (), aliases, title_en=title_en)


@pytest.mark.parametrize(
    ("entry", "language", "name"),
    [
        (work("GPTQ: Accurate Quantization", aliases=("GPTQ",)), "en", "GPTQ"),
        (work("GPTQ: Accurate Quantization", aliases=("GPTQ",)), "zh", "GPTQ"),
        (work("Retro", title_zh="检索增强的预训练模型"), "zh", "Retro"),  # the Chinese title is longer
        (work("Chain of Thought", title_zh="思维链提示", aliases=("CoT", "思维链")), "zh", "思维链"),
        (work("Chain of Thought", title_zh="思维链提示", aliases=("CoT",)), "en", "Chain of Thought"),
        (work("LLaMA 2: Open Models", aliases=("llama", "llama 2")), "en", "LLaMA 2"),  # as the title spells it
        (work("Queries", aliases=("Q",)), "en", "Queries"),  # one letter is no name
        (work("Multitask Prompted Training Enables Zero-Shot", aliases=("prompted training", "T0")), "en", "T0"),
        (
            work("Multitask Prompted Training Enables Zero-Shot", aliases=("Zero-shot paper",)),
            "en",
            "Multitask Prompted Training Enables Zero-Shot",
        ),
    ],
)
def test_the_short_name_is_the_longest_alias_that_the_title_begins_with(entry, language, name):
    assert short_name(entry, language) == name


@pytest.mark.parametrize(
    ("entry", "language", "title"),
    [
        (work("Chain of Thought", title_zh="思维链"), "zh", "思维链（Chain of Thought）"),
        (work("Chain of Thought", title_zh="思维链"), "en", "Chain of Thought"),
        (work("Chain of Thought"), "zh", "Chain of Thought"),
        (work("思维链", title_zh="思维链"), "zh", "思维链"),
        (work("剪枝", title_zh="剪枝", title_en="Pruning"), "en", "Pruning (剪枝)"),
        (work("剪枝", title_zh="剪枝", title_en="Pruning"), "zh", "剪枝"),
        (work("剪枝（pruning）", title_zh="剪枝（pruning）", title_en="pruning"), "en", "剪枝（pruning）"),
    ],
)
def test_a_translated_title_has_the_original_beside_it(entry, language, title):
    assert shown_title(entry, language) == title


def test_a_concept_is_called_by_its_title_without_its_subtitle():
    metrics = replace(work("Evaluation metrics: perplexity and BLEU", aliases=("BLEU",)), kind=Kind.CONCEPT)

    assert short_name(metrics, "en") == "Evaluation metrics"
