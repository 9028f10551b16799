import pytest

from ingest.library import read_library
from ingest.lint.check import check_corpus

LIST = """\
## S

- **LoRA: Low-Rank Adaptation of Large Language Models** [[arxiv](https://arxiv.org/abs/2106.09685)]
- **Toolformer: Models Can Teach Themselves to Use Tools** [[arxiv](https://arxiv.org/abs/2302.04761)]

A section may have a note of its own, which is a concept and needs no card.
"""
CARD = """\
---
id: {id}
title: "T"
title_zh: "题"
kind: paper
authors: [A. Author]
year: 2021
venue: ICLR
links: ["https://arxiv.org/abs/2106.09685"]
topics: [peft]
prerequisites: []
related: ["{other}"]
aliases: []
---

## English

{english}

### Questions

{asked}

## 中文

{chinese}

### 问答

{asked_zh}
"""
NOTE = """\
---
title: N
title_zh: 记
topics: [peft]
aliases: []
entries: ["arxiv:2106.09685"]
---

## English

{english} It rests on a paper [arxiv:2106.09685].

### Questions

{asked}

## 中文

{chinese}

### 问答

{asked_zh}
"""
LORA, TOOLFORMER = "arxiv:2106.09685", "arxiv:2302.04761"


def questions(number, other, language="en"):
    """So many answered questions, the last a comparison; the first one's answer is "Word 1." or "字一。"."""
    one, answer = ("Q", "Word") if language == "en" else ("问", "字")
    aspects = ["what"] * (number - 1) + [f"vs {other}"]
    return "\n\n".join(f"**{one} {n}?** <!-- {a} | again -->\n{answer} {n}." for n, a in enumerate(aspects, start=1))


@pytest.fixture
def files():
    """A corpus without a fault: 150 English words and 300 Han characters a card, 300 and 400 a note."""
    texts = {"english": "word " * 150, "chinese": "字" * 300}
    asked = {"asked": questions(8, TOOLFORMER), "asked_zh": questions(8, TOOLFORMER, "zh")}
    asked_of_note = {"asked": questions(12, LORA), "asked_zh": questions(12, LORA, "zh")}
    return {
        "lists/a.md": LIST,
        "papers/lora.md": CARD.format(id=LORA, other=TOOLFORMER, **texts, **asked),
        "papers/toolformer.md": CARD.format(id=TOOLFORMER, other=LORA, **texts, **asked),
        "notes/n.md": NOTE.format(english="word " * 300, chinese="字" * 400, **asked_of_note),
        "glossary.tsv": "en\tzh\taliases\nmodel\t模型\t\n",
    }


@pytest.fixture
def check(tmp_path, files):
    """Checks the corpus after replacing ``old`` by ``new`` in one of its files."""

    def run(path=None, old="", new=""):
        if path:
            assert old in files[path]
            files[path] = files[path].replace(old, new)
        for name, text in files.items():
            file = tmp_path / "corpus" / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
        library = read_library(tmp_path / "corpus", tmp_path / "data")
        return [str(problem) for problem in check_corpus(tmp_path / "corpus", library)]

    return run


def test_a_corpus_that_keeps_its_rules_has_no_fault(check):
    assert check() == []


def test_a_corpus_of_lists_alone_has_no_fault_of_this_kind(check, files):
    del files["papers/lora.md"], files["papers/toolformer.md"], files["notes/n.md"], files["glossary.tsv"]

    assert check() == []


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("year: 2021", "year: 202l", "7: year '202l' is not a year; give a number, or null when nobody knows"),
        ("year: 2021", "year: 20210", "7: year 20210 is not a year; give a number, or null when nobody knows"),
        (
            "kind: paper",
            "kind: poem",
            "5: kind 'poem' is not one of paper, model, benchmark, dataset, repository, course, article, concept",
        ),
        ("https://arxiv.org/abs/2106.09685", "./a.pdf", "9: relative link: ./a.pdf"),
        ("prerequisites: []", "prerequisites: ['arxiv:1']", "11: prerequisites: no entry 'arxiv:1'"),
        (f'related: ["{TOOLFORMER}"]', f"related: ['{LORA}']", "12: related: names its own entry"),
        ("topics: [peft]\n", "", "1: front matter lacks: topics"),
        ("word " * 150, "word " * 119, "17: 119 words, expected 120 to 220"),
        ("字" * 300, "字" * 401, "47: 401 characters, expected 200 to 400"),  # 8 questions of 3 lines are 18 more
    ],
)
def test_a_fault_of_a_card_is_reported_at_its_line(check, old, new, problem):
    assert check("papers/lora.md", old, new) == [f"corpus/papers/lora.md:{problem}"]


@pytest.mark.parametrize(
    ("old", "new"), [("kind: paper", "kind: [paper]"), ("prerequisites: []", "prerequisites: [{id: x}]")]
)
def test_a_value_of_the_wrong_type_is_a_fault_and_not_a_crash(check, old, new):
    assert len(check("papers/lora.md", old, new)) == 1


def test_an_unknown_year_may_be_left_open(check):
    assert check("papers/lora.md", "year: 2021", "year: null") == []


def test_the_length_of_a_card_does_not_count_its_questions(check):
    assert check("papers/lora.md", "\nWord 2.", "\nWord 2." + " word" * 60) == []


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ('entries: ["arxiv:2106.09685"]', "entries: ['arxiv:1']", "6: entries: no entry 'arxiv:1'"),
        ("aliases: []", "aliases: []\nprerequisites: ['note:x']", "6: prerequisites: no entry 'note:x'"),
        ("paper [arxiv:2106.09685]", "paper [arxiv:1]", "11: cites [arxiv:1], which is no entry"),
        ("aliases: []\n", "", "1: front matter lacks: aliases"),
        ("word " * 300, "word " * 600, "10: 606 words, expected 200 to 500"),  # 6 in "It rests on a paper [id]."
    ],
)
def test_a_fault_of_a_note_is_reported_at_its_line(check, old, new, problem):
    assert check("notes/n.md", old, new) == [f"corpus/notes/n.md:{problem}"]


@pytest.mark.parametrize("path", ["papers/lora.md", "notes/n.md"])
@pytest.mark.parametrize("heading", ["English", "中文"])
def test_a_language_that_is_missing_is_reported_before_all_that_follows_from_it(check, path, heading):
    first, *_ = check(path, f"## {heading}", "## Deutsch")

    assert first == f"corpus/{path}:1: has no part '## {heading}'"


@pytest.mark.parametrize(
    ("path", "other", "line", "least"), [("papers/lora.md", TOOLFORMER, 20, 8), ("notes/n.md", LORA, 13, 12)]
)
def test_cards_and_notes_need_so_many_questions(check, path, other, line, least):
    last = questions(least, other).split("\n\n")[-1]

    first, *_ = check(path, last, "")

    assert first == f"corpus/{path}:{line}: {least - 1} answered questions under '### Questions', needs {least}"


def test_an_entry_needs_no_card(check, files):
    files["papers/lora.md"] = files["papers/lora.md"].replace(f'related: ["{TOOLFORMER}"]', "related: []")
    del files["papers/toolformer.md"]

    assert check() == []


def test_prerequisites_that_go_in_a_circle_are_reported(check, files):
    files["papers/toolformer.md"] = files["papers/toolformer.md"].replace("sites: []", f"sites: ['{LORA}']")

    problems = check("papers/lora.md", "sites: []", f"sites: ['{TOOLFORMER}']")

    (problem,) = problems
    assert "prerequisites go in a circle: " in problem
    assert LORA in problem
    assert TOOLFORMER in problem


def test_a_circle_of_a_card_and_a_note_is_reported(check, files):
    files["papers/lora.md"] = files["papers/lora.md"].replace("sites: []", "sites: ['note:n']")

    (problem,) = check("notes/n.md", "aliases: []", f"aliases: []\nprerequisites: ['{LORA}']")

    assert "prerequisites go in a circle: " in problem
    assert "note:n" in problem


def test_a_name_that_two_subjects_have_is_reported(check, files):
    files["subjects.tsv"] = f"pruning|cutting\t剪枝\t{LORA}\t\ndistillation|Cutting\t蒸馏\t{TOOLFORMER}\t\n"

    assert check() == ["corpus/subjects.tsv:2: 'Cutting' stands already in line 1"]


def test_a_term_that_stands_twice_in_the_glossary_is_reported(check):
    assert check("glossary.tsv", "model\t", "model\t模型\t\nquantisation\t量化\t\nModel\t") == [
        "corpus/glossary.tsv:4: 'Model' stands already in line 2"
    ]


def test_a_card_that_cannot_be_read_is_left_to_the_reader(check):
    assert check("papers/lora.md", 'title: "T"', "title: a: b") == []
