import pytest

from index.catalogue.gazetteer import candidate_runs, heads_of, longest_first
from index.query.conversation import Context, resolve
from index.query.intent import shipped_intents
from index.query.tokens import folded, tidy, tokens_of
from index.types import Entity, Slot, Turn
from ingest.text.scripts import language_of

NAMES = {"lora", "qlora", "distilbert", "albert", "bert", "gpt 3", "opt", "知 识 蒸 馏", "flashattention"}
TERMS = {"inference", "large language model", "偏 见"}
LORA = [Turn("什么是 LoRA？", "LoRA 冻结权重，只学习一个很小的修正量。")]
PAIR = [Turn("small versions of BERT?", "Two are DistilBERT, a six-layer student, and ALBERT, which shares weights.")]


def entities(text):
    tokens = tokens_of(folded(tidy(text)))
    runs = candidate_runs(tokens, heads_of(NAMES | TERMS))
    slots = [(name, Slot.NAME) for name in NAMES] + [(name, Slot.TERM) for name in TERMS]
    found = [Entity(slot, name, name, *place) for name, slot in slots for place in runs.get(name, ())]
    return tokens, longest_first(found)


def names_in(text):
    _, found = entities(text)
    names = [entity.name for entity in found if entity.slot is Slot.NAME] or [entity.name for entity in found]
    return list(dict.fromkeys(names))


def context(question, history):
    tokens, found = entities(question)
    read = shipped_intents().read
    return resolve(
        tidy(question),
        language_of(question),
        read(folded(tidy(question))),
        history,
        names_in=names_in,
        read_intent=read,
        first_name=min((tokens[entity.first].start for entity in found), default=None),
    )


def understood(question, history):
    return context(question, history).text


@pytest.mark.parametrize(
    "question",
    [
        "它是哪年发表的？",
        "作者是谁？",
        "那它省多少显存？",
        "这篇论文的代码在哪？",
        "训练它比全量微调便宜吗",
        "When was it published?",
        "who wrote it",
        "how does that compare?",
    ],
)
def test_a_question_that_points_back_gets_what_the_last_answer_names(question):
    assert context(question, LORA) == Context(f"{tidy(question)} lora", ("lora",))


@pytest.mark.parametrize(
    "question",
    [
        "什么是 QLoRA？",  # names its own subject
        "What limits inference?",  # "it" inside a word points nowhere, and the glossary knows the subject
        "FlashAttention: who built it?",  # the pronoun stands for a name before it
        "Why does a large language model need to be told where each word stands, can't it see?",
        "让模型别带偏见，并且说明理由，它就真的能改掉这个毛病吗",
        "换个话题：它是哪年发表的？",
        "By the way, who wrote it?",
    ],
)
def test_a_question_of_its_own_is_left_alone(question):
    assert context(question, LORA) == Context(tidy(question))


def test_without_earlier_turns_nothing_is_pointed_at():
    assert context("它的作者是谁？", []) == Context("它的作者是谁?")


@pytest.mark.parametrize(
    ("question", "picked"),
    [
        ("which of those two runs faster", ["distilbert", "albert"]),
        ("前者快多少？", ["distilbert"]),
        ("How large is the second one?", ["albert"]),
        ("第二个呢", ["albert"]),
        ("how large is the latter", ["albert"]),
    ],
)
def test_an_ordinal_picks_a_name_of_the_last_answer(question, picked):
    assert context(question, PAIR) == Context(" ".join([tidy(question), *picked]), tuple(picked))


def test_an_ordinal_beyond_the_names_leaves_them_all_and_the_subject():
    assert understood("the third one?", PAIR) == "the third one? distilbert albert bert"


def test_an_answer_without_names_leaves_the_name_of_its_question():
    assert understood("它快吗？", [Turn("知识蒸馏是什么？", "让小模型学大模型。")]) == "它快吗? 知识蒸馏"


def test_turns_without_any_name_leave_the_question_before():
    assert understood("它快吗？", [Turn("怎么省显存？", "少存一点。")]) == "它快吗? 怎么省显存?"


@pytest.mark.parametrize(
    ("question", "resolved"),
    [
        ("那 QLoRA 呢？", "qlora 省多少显存?"),
        ("and ALBERT?", "albert 省多少显存?"),
        ("what about QLoRA", "qlora 省多少显存?"),
    ],
)
def test_what_about_another_asks_the_same_of_it(question, resolved):
    assert understood(question, [Turn("LoRA 省多少显存？", "很多。")]) == resolved


@pytest.mark.parametrize("question", ["换个问题，它是哪年发表的？", "different question: who wrote it?"])
def test_after_a_change_of_subject_nothing_is_pointed_at(question):
    assert context(question, LORA) == Context(tidy(question))


def test_swapping_one_thing_for_another_changes_no_subject():
    assert context("换成 QLoRA 会怎样，它更快吗？", LORA).names != ()


def test_the_subject_of_the_question_before_comes_before_what_its_answer_mentions():
    history = [Turn("What is LoRA?", "LoRA trains small matrices; QLoRA stores the base in 4 bits.")]

    assert context("Who wrote it?", history).names == ("lora",)


def test_an_answer_that_says_no_word_of_the_subject_is_what_is_meant():
    history = [Turn("which open model matches GPT-3?", "OPT does, and the weights of OPT are open.")]

    # "OPT" stands in the answer and "GPT-3" does not; the subject of the question goes along behind it
    assert context("Who wrote it?", history).names == ("opt", "gpt 3")


@pytest.mark.parametrize("question", ["那和 QLoRA 相比呢？", "and how does QLoRA compare with it?"])
def test_a_comparison_with_another_keeps_what_it_is_compared_with(question):
    assert context(question, LORA).names == ("lora",)


@pytest.mark.parametrize("question", ["谢谢！", "thank you", "你好"])
def test_small_talk_leans_on_nothing(question):
    assert context(question, LORA) == Context(tidy(question))


@pytest.mark.parametrize("question", ["and who wrote QLoRA?", "那 QLoRA 为什么慢呢？"])
def test_a_question_about_another_that_asks_something_of_its_own_is_left_alone(question):
    assert context(question, [Turn("LoRA 省多少显存？", "很多。")]) == Context(tidy(question))


def test_an_endless_turn_before_is_cut():
    assert len(understood("它快吗？", [Turn("很" * 100_000, "好。")])) < 3_000


@pytest.mark.parametrize(
    ("question", "picked"),
    [
        ("who wrote the second one?", "albert"),
        ("第三篇讲了什么", "opt"),
        ("what is number three about?", "opt"),
        ("tell me about the last one", "opt"),
        ("最后一篇的作者是谁", "opt"),
    ],
)
def test_an_ordinal_picks_an_item_of_the_last_list_whatever_else_the_items_name(question, picked):
    items = "- **DistilBERT** (2019): a student of BERT. [1]\n\n- **ALBERT** (2019): shares BERT's weights. [2]"
    below = "- Overview: **Large language model**: what they are. [4]"
    history = [Turn("small models?", f"{items}\n\n- **OPT** (2022): like GPT-3. [3]\n\n{below}")]

    assert context(question, history).names == (picked,)
