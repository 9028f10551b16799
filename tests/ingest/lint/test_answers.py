"""One example that breaks each rule for answered questions, beside one that keeps it."""

import pytest

from ingest.documents.front_matter import read_document
from ingest.lint.answers import answer_problems

DOCUMENT = """\
---
title: LoRA
---

## English

Prose.

### Questions

**What is LoRA?** <!-- what | lora in short -->
{english}

**How is LoRA different from QLoRA?** <!-- vs arxiv:2305.14314 | lora or qlora -->
QLoRA stores the base in 4 bits.

## 中文

散文。

### 问答

**什么是 LoRA？** <!-- what | lora 是啥 -->
{chinese}

**LoRA 与 QLoRA 有何不同？** <!-- vs arxiv:2305.14314 | 选 lora 还是 qlora -->
QLoRA 用 4 位存放基座。
"""
FIRST = {"english": "LoRA is a fine-tuning method.", "chinese": "LoRA 是一种微调方法。"}
KNOWN = {"arxiv:2305.14314"}
ENGLISH, CHINESE = 12, 24  # lines of the first answers


@pytest.fixture
def lint(tmp_path):
    """Checks the document after some replacements; every language needs two questions."""

    def run(*changes, least=2, **answers):
        text = DOCUMENT.format(**FIRST | answers)
        for old, new in changes:
            assert old in text
            text = text.replace(old, new)
        (tmp_path / "a.md").write_text(text, encoding="utf-8")
        document = read_document(tmp_path / "a.md", "a.md")
        return [str(problem).removeprefix("a.md:") for problem in answer_problems(document, KNOWN, least)]

    return run


def test_questions_that_keep_the_rules_have_no_fault(lint):
    assert lint() == []


def test_every_language_needs_its_number_of_questions(lint):
    assert lint(least=3) == [
        "9: 2 answered questions under '### Questions', needs 3",
        "21: 2 answered questions under '### 问答', needs 3",
    ]


def test_both_languages_need_as_many(lint):
    # the Chinese comparison is taken away: two complaints follow from it
    gone = (
        "**LoRA 与 QLoRA 有何不同？** <!-- vs arxiv:2305.14314 | 选 lora 还是 qlora -->\nQLoRA 用 4 位存放基座。\n",
        "",
    )

    assert lint(gone, least=1) == [
        "18: no question compares it with another entry (aspect vs)",
        "18: 2 English and 1 Chinese questions",
    ]


def test_one_question_compares(lint):
    assert lint((" vs arxiv:2305.14314", " how")) == [
        "6: no question compares it with another entry (aspect vs)",
        "18: no question compares it with another entry (aspect vs)",
    ]


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (("<!-- what |", "<!-- whence |"), "aspect 'whence' is not one of what, problem, how, why, result"),
        (("<!-- what |", "<!-- what arxiv:2305.14314 |"), "aspect vs, and no other, needs the id of another entry"),
        (("vs arxiv:2305.14314", "vs"), "aspect vs, and no other, needs the id of another entry"),
        (("vs arxiv:2305.14314", "vs arxiv:1"), "compares with 'arxiv:1', which is no entry"),
    ],
)
def test_an_aspect_is_a_known_one_and_names_another_entry_when_it_compares(lint, change, problem):
    english, chinese = lint(change)

    assert problem in english
    assert problem in chinese


def test_the_languages_agree_on_the_aspects_in_order(lint):
    assert lint(("<!-- what | lora 是啥", "<!-- how | lora 是啥")) == [
        f"{CHINESE - 1}: aspect 'how' where the English has 'what'"
    ]


def test_a_question_needs_another_wording(lint):
    assert lint((" | lora in short", "")) == [f"{ENGLISH - 1}: needs another wording of the question"]


@pytest.mark.parametrize(("wordings", "faults"), [(110, 0), (120, 1)])  # " | one" has two tokens, the rest 20
def test_a_question_with_its_wordings_and_answer_is_one_passage(lint, wordings, faults):
    found = lint(("| lora in short", "| one" * wordings))

    assert len(found) == faults
    assert all("tokens, a passage 256 at most" in problem for problem in found)


@pytest.mark.parametrize(("words", "problems"), [(70, []), (71, [f"{ENGLISH}: answer of 71, at most 70"])])
def test_an_english_answer_has_so_many_words(lint, words, problems):
    assert lint(english=" ".join(["word"] * words)) == problems


@pytest.mark.parametrize(("characters", "problems"), [(128, []), (129, [f"{CHINESE}: answer of 131, at most 130"])])
def test_a_chinese_answer_has_so_many_characters_and_latin_words(lint, characters, problems):
    # "LoRA" and "4" count one each: 128 + 2 = 130
    assert lint(chinese=f"LoRA {'字' * characters} 4。") == problems


@pytest.mark.parametrize("opening", ["It is cheap.", "These are methods.", "However, it works.", "The latter wins."])
def test_an_english_answer_does_not_open_with_what_stands_outside(lint, opening):
    assert lint(english=opening) == [f"{ENGLISH}: opens with what stands outside: {opening}"]


@pytest.mark.parametrize("opening", ["它是一种方法。", "该方法很省。", "因此更快。", "两者不同。", "其方法很省。"])
def test_a_chinese_answer_does_not_open_with_what_stands_outside(lint, opening):
    assert lint(chinese=opening) == [f"{CHINESE}: opens with what stands outside: {opening}"]


@pytest.mark.parametrize(
    "opening", ["Items are scored.", "It is a method to tune.", "Those are the limits.", "The twofold way is best."]
)
def test_openings_that_explain_themselves_are_let_through(lint, opening):
    assert lint(english=opening) == []


@pytest.mark.parametrize("opening", ["其他方法更贵。", "其实很简单。", "那么多方法里它最省。", "低秩矩阵很小。"])
def test_chinese_openings_that_only_look_alike_are_let_through(lint, opening):
    assert lint(chinese=opening) == []


@pytest.mark.parametrize(
    ("english", "chinese", "problem"),
    [
        ("GPT-3 has 175B weights.", "GPT-3 有 1750 亿参数。", None),  # the same digits
        ("Tuning took 10,000 steps.", "用了 10000 步。", None),
        ("Two of ten.", "十个里有 2 个。", None),  # small numbers may be words
        ("Accuracy is 61.5.", "准确率是 65.1。", "numbers differ: English 61.5, Chinese 65.1"),
        ("Scores rise to 90.", "分数升到 80。", "numbers differ: English 90, Chinese 80"),
        ("Scores rise to 90.", "分数上升。", None),  # one may say more than the other
        ("Use `k=50` here, or 20.", "用 `k=60`，或者 20。", None),  # code does not count
    ],
)
def test_the_numbers_of_both_languages_agree(lint, english, chinese, problem):
    assert lint(english=english, chinese=chinese) == ([f"{CHINESE}: {problem}"] if problem else [])
