import pytest

from ingest.documents.answers import (
    ASPECTS,
    HEADINGS,
    AnsweredQuestion,
    answered_questions,
    questions_start,
    read_answered,
)
from ingest.documents.front_matter import read_document

PART = """\
LoRA freezes the weights.

### Questions

**What is LoRA?** <!-- what | lora in a nutshell | explain low-rank adaptation -->
LoRA is a **fine-tuning** method.

**How is LoRA different from QLoRA?** <!-- vs arxiv:2305.14314 -->
QLoRA stores the base in 4 bits.""".split("\n")


def test_questions_come_with_aspect_wordings_answer_and_line():
    # the part starts in line 20 of its file, so its fifth line is line 24
    assert list(answered_questions(PART, 20)) == [
        AnsweredQuestion(
            "What is LoRA?",
            "what",
            "",
            ("lora in a nutshell", "explain low-rank adaptation"),
            "LoRA is a **fine-tuning** method.",
            24,
        ),
        AnsweredQuestion(
            "How is LoRA different from QLoRA?", "vs", "arxiv:2305.14314", (), "QLoRA stores the base in 4 bits.", 27
        ),
    ]


@pytest.mark.parametrize("heading", HEADINGS.values())
def test_the_prose_ends_where_the_questions_start(heading):
    assert questions_start(["prose", "", f"{heading}  ", "more"]) == 2


def test_a_part_without_questions_is_all_prose():
    lines = ["prose", "**What is LoRA?** <!-- what -->", "A method."]

    assert questions_start(lines) == 3
    assert list(answered_questions(lines, 1)) == []


@pytest.mark.parametrize(
    "lines",
    [
        ["**What is LoRA?**", "no comment"],
        ["What is LoRA? <!-- what -->", "not bold"],
        ["**What is LoRA?** <!-- what", "comment without an end"],
        ["**What is LoRA?** <!-- what -->", "  "],
        ["**What is LoRA?** <!-- what -->"],
    ],
)
def test_what_is_no_question_with_an_answer_is_passed_over(lines):
    assert list(answered_questions(["### Questions", *lines], 1)) == []


def test_a_passage_is_read_as_its_question():
    found = read_answered("**什么是 LoRA？** <!-- what | lora 是啥 -->\n一种微调方法。")

    assert (found.question, found.wordings, found.answer) == ("什么是 LoRA？", ("lora 是啥",), "一种微调方法。")
    assert read_answered("LoRA freezes the weights.\nIt is small.") is None


def test_the_questions_of_the_shipped_corpus_are_all_read_and_verbatim(repository, shipped_library):
    known = {entry.entry_id for entry in shipped_library.entries}
    read = 0
    for file in sorted(
        [*(repository / "corpus" / "papers").glob("*.md"), *(repository / "corpus" / "notes").glob("*.md")]
    ):
        if file.stem.lower() == "readme":
            continue
        lines = file.read_text(encoding="utf-8").split("\n")
        for part in read_document(file, file.name).parts:
            marked = sum(line.startswith("**") and "<!--" in line for line in part.lines)
            found = list(answered_questions(part.lines, part.start))
            assert len(found) == marked, f"{file.name}: {marked - len(found)} questions are not read"
            for question in found:
                assert question.aspect in ASPECTS
                assert not question.other or question.other in known, f"{file.name}:{question.line}"
                assert lines[question.line - 1].startswith(f"**{question.question}** <!-- {question.aspect}")
                assert lines[question.line].strip() == question.answer
            read += len(found)
    assert read > 3_000
