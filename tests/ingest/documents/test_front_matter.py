from textwrap import dedent

import pytest

from ingest.documents.front_matter import Part, front_matter_end, read_document
from ingest.errors import CorpusError


@pytest.fixture
def document(tmp_path):
    def read(text):
        file = tmp_path / "card.md"
        file.write_text(dedent(text), encoding="utf-8")
        return read_document(file, "corpus/papers/card.md")

    return read


def test_a_card_is_split_into_front_matter_and_language_parts_at_their_lines(document):
    card = document("""\
        ---
        id: arxiv:2106.09685
        year: 2021
        ---

        ## English

        One.
        ### Check yourself
        ##  中文
        一。
        """)

    assert card.path == "corpus/papers/card.md"
    assert card.front == {"id": "arxiv:2106.09685", "year": 2021}
    assert card.record == Part("", 2, ("id: arxiv:2106.09685", "year: 2021"))
    assert card.parts == (
        Part("en", 7, ("", "One.", "### Check yourself")),
        Part("zh", 11, ("一。", "")),
    )
    assert card.remark is None


def test_a_file_without_language_headings_is_one_part_without_a_language(document):
    card = document("---\nid: x\n---\n## Methods\ntext")

    assert card.parts == (Part("", 4, ("## Methods", "text")),)


def test_a_file_without_front_matter_is_all_body(document):
    card = document("text\n---\nmore")

    assert (card.front, card.record.lines) == ({}, ())
    assert card.parts == (Part("", 1, ("text", "---", "more")),)


def test_a_language_heading_inside_front_matter_is_no_part(document):
    card = document("---\nnote: |\n  a\n## English\n---\nbody\n".replace("## English", "  ## English"))

    assert card.parts == (Part("", 6, ("body", "")),)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("---\nid: x\ntitle: a: b\n---\n", r"^corpus/papers/card\.md:3: front matter is not valid YAML; quote values"),
        ("---\n- a\n- b\n---\n", r"^corpus/papers/card\.md:1: front matter must be a mapping"),
        ("---\nid: \x07\n---\n", r"^corpus/papers/card\.md:\d: front matter is not valid YAML"),
        ("---\nyear: 2022-13-45\n---\n", r"^corpus/papers/card\.md:\d: front matter is not valid YAML"),
    ],
)
def test_front_matter_that_cannot_be_read_is_refused_with_its_line(document, text, message):
    with pytest.raises(CorpusError, match=message):
        document(text)


def test_repaired_text_says_so(document):
    garbled = "## 中文\n\n大语言模型的训练与微调方法。\n".encode().decode("cp1254", errors="ignore")

    card = document(garbled)

    assert card.remark is not None
    assert card.parts[0].language == "zh"


@pytest.mark.parametrize(
    ("lines", "end"),
    [
        (["---", "a: b", "---", "text"], 2),
        (["--- ", "---"], 1),
        (["---", "a: b"], 0),  # never closed: it is a rule and text
        (["text", "---", "---"], 0),
        ([], 0),
    ],
)
def test_front_matter_ends_at_the_second_rule_of_a_file_that_starts_with_one(lines, end):
    assert front_matter_end(lines) == end
