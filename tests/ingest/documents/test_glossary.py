import pytest

from ingest.documents.glossary import read_terms
from ingest.types import Term

HEAD = "en\tzh\taliases\n"


@pytest.fixture
def glossary(tmp_path):
    def read(text):
        file = tmp_path / "glossary.tsv"
        file.write_bytes(text.encode())
        return read_terms(file, "corpus/glossary.tsv")

    return read


def test_a_term_has_two_names_aliases_and_the_line_it_stands_in(glossary):
    terms, problems = glossary(HEAD + "quantisation\t量化\tint8| PTQ ||\nattention\t注意力\t\n")

    assert terms == [Term("quantisation", "量化", ("int8", "PTQ"), 2), Term("attention", "注意力", (), 3)]
    assert problems == []


@pytest.mark.parametrize(("first", "end"), [("\ufeff", "\n"), ("", "\r\n"), ("\ufeff", "\r\n")])
def test_a_glossary_saved_by_a_spreadsheet_is_read_alike(glossary, first, end):
    text = first + (HEAD + "model\t模型\t\n").replace("\n", end)

    assert glossary(text) == ([Term("model", "模型", (), 2)], [])


def test_a_glossary_without_a_head_line_loses_no_term(glossary):
    assert glossary("model\t模型\t\nen\tzh\t\n")[0] == [Term("model", "模型", (), 1), Term("en", "zh", (), 2)]


def test_quotation_marks_are_ordinary_characters(glossary):
    assert glossary(HEAD + '"stop" token\t“停止”词元\t\n')[0] == [Term('"stop" token', "“停止”词元", (), 2)]


@pytest.mark.parametrize("line", ["one column", "two\t列", "\t没有英文\t", "no Chinese\t \t", "four\t四\tx\ty"])
def test_a_line_that_is_no_term_is_reported_and_the_next_one_is_read(glossary, line):
    terms, problems = glossary(f"{HEAD}{line}\nmodel\t模型\t\n")

    assert [term.en for term in terms] == ["model"]
    assert [str(problem) for problem in problems] == [
        "corpus/glossary.tsv:2: needs three columns by tabs: English, Chinese, aliases (may be empty)"
    ]


def test_a_missing_glossary_is_an_empty_one(tmp_path):
    assert read_terms(tmp_path / "glossary.tsv", "corpus/glossary.tsv") == ([], [])
