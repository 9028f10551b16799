import pytest

from index.query.courtesy import Core, core_of
from index.query.intent import shipped_intents
from index.query.tokens import folded, tidy


def core(question):
    return core_of(tidy(question), lambda text: shipped_intents().read(folded(text)))


@pytest.mark.parametrize(
    ("question", "asked"),
    [
        (
            "Hi there! I hope you are doing well. What is a rationale? Thank you so much in advance!",
            "What is a rationale?",
        ),
        ("LoRA 是什么？非常感谢！", "LoRA 是什么?"),
        ("Thanks! Now what is DPO?", "Now what is DPO?"),
        ("What is LoRA? And QLoRA?", "What is LoRA? And QLoRA?"),
        ("GPT-3.5 vs 4.0: what changed? thanks", "GPT-3.5 vs 4.0: what changed?"),
        ("Explain attention.", "Explain attention."),
        ("Excuse me, what is dropout?", "what is dropout?"),
        ("抱歉，LoRA 是什么", "LoRA 是什么"),
        ("DPO. Who wrote it?", "DPO. Who wrote it?"),
        ("sycophancy! Explain please.", "sycophancy! Explain please."),
        ("I have one GPU. 24 GB. Which model fits?", "I have one GPU. 24 GB. Which model fits?"),
        ("Thanks.", "Thanks."),  # where there is nothing else, it stays
        ("Hello! Thank you!", "Thank you!"),
        ("", ""),
    ],
)
def test_greetings_and_thanks_around_a_question_go(question, asked):
    assert core(question) == Core(asked)


@pytest.mark.parametrize(
    ("question", "asked", "language"),
    [
        ("What is DPO? 请用中文回答", "What is DPO?", "zh"),
        ("In Chinese please: what is LoRA", "what is LoRA", "zh"),
        ("respond in chinese. how does BERT work?", "how does BERT work?", "zh"),
        ("LoRA 是什么，请用英文回答", "LoRA 是什么", "en"),
        ("什么是幻觉？Answer in English, please.", "什么是幻觉", "en"),
        ("explain LoRA in Chinese", "explain LoRA", "zh"),
        ("你好，请用英文解释一下 LoRA", "LoRA", "en"),
        ("papers in Chinese", "papers in Chinese", ""),
        ("Does BLOOM write in Chinese?", "Does BLOOM write in Chinese?", ""),
        ("为什么模型用英文回答我的中文问题？", "为什么模型用英文回答我的中文问题?", ""),
        ("Why do models reply in English?", "Why do models reply in English?", ""),
        ("which models were trained in Chinese?", "which models were trained in Chinese?", ""),
        ("does the model answer in English prompts?", "does the model answer in English prompts?", ""),
        ("用英文回答", "", "en"),
    ],
)
def test_the_language_wished_for_is_read_and_goes(question, asked, language):
    assert core(question) == Core(asked, language)
