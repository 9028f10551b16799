import pytest

from ingest.text.scripts import language_asked_in, language_of


@pytest.mark.parametrize(
    ("text", "language"),
    [("什么是 LoRA？", "zh"), ("What is LoRA?", "en"), ("LoRA: Low-Rank Adaptation of Language Models 低秩", "en")],
)
def test_the_language_of_a_text_is_that_of_most_of_its_words(text, language):
    assert language_of(text) == language


@pytest.mark.parametrize(
    "question",
    [
        "chain of thought 对 small model 有用吗",
        "KV cache 的 memory 怎么算，7B model 4k context 要多少 GB",
        "retrieval augmented generation vs long context models 选哪个",
        "什么是 LoRA？",
    ],
)
def test_whoever_asks_in_chinese_about_english_terms_is_answered_in_chinese(question):
    assert language_asked_in(question) == "zh"


@pytest.mark.parametrize(
    "question",
    [
        "what does 注意力 mean in a model",
        "Explain 思维链 to a beginner please",
        "is 低秩适配 the same as LoRA or not?",
        "What is LoRA?",
    ],
)
def test_whoever_asks_in_english_about_chinese_terms_is_answered_in_english(question):
    assert language_asked_in(question) == "en"
