import os

import pytest

from ingest.errors import CorpusError
from ingest.pdf.shelf import add_pdfs, pdfs_in


@pytest.fixture
def data(tmp_path):
    return tmp_path / "data"


@pytest.fixture
def papers(drawn, tmp_path):
    folder = tmp_path / "papers"
    (folder / "more").mkdir(parents=True)
    drawn.draw_paper(folder / "one.pdf")
    drawn.draw_lines(folder / "more" / "one.PDF", ["Another file of the same name."])
    (folder / "notes.txt").write_text("no PDF", encoding="utf-8")
    return folder


def names(data):
    return [file.relative_to(data / "pdfs").as_posix() for file in pdfs_in(data)]


def test_all_pdfs_of_a_folder_are_copied_and_none_overwrites_another(papers, data):
    added = add_pdfs([papers], data, [])

    assert sorted(added.copied) == ["one-2.pdf", "one.pdf"]
    assert names(data) == ["one-2.pdf", "one.pdf"]
    assert len(list(papers.rglob("*"))) == 4  # what was given stays as it is


def test_a_content_that_is_there_is_not_copied_again(papers, data):
    add_pdfs([papers], data, [])

    again = add_pdfs([papers, papers / "one.pdf"], data, list(pdfs_in(data)))

    assert (again.copied, len(again.known)) == ((), 3)
    assert names(data) == ["one-2.pdf", "one.pdf"]


def test_a_file_that_is_no_pdf_is_named_and_the_others_are_copied(papers, data):
    (papers / "page.pdf").write_text("<html>not found</html>", encoding="utf-8")

    added = add_pdfs([papers], data, [])

    assert [str(problem) for problem in added.refused] == [
        f"{papers / 'page.pdf'}:1: skipped: it is no PDF, whatever its name says"
    ]
    assert len(added.copied) == 2


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("nowhere.pdf", "nowhere.pdf does not exist"),
        ("empty", "empty holds no PDF"),
        ("pipe", "pipe is no regular file"),
    ],
)
def test_what_cannot_be_added_is_an_error_that_says_what_to_give(tmp_path, data, name, message):
    (tmp_path / "empty").mkdir()
    os.mkfifo(tmp_path / "pipe")

    with pytest.raises(CorpusError, match=f"{message}; give a PDF file or a folder with PDF files"):
        add_pdfs([tmp_path / name], data, [])


def test_hidden_files_and_links_that_lead_out_are_left_alone(papers, data):
    folder = data / "pdfs"
    folder.mkdir(parents=True)
    (folder / ".one.pdf.part").write_bytes(b"%PDF-")
    (folder / ".hidden.pdf").write_bytes(b"%PDF-")
    (folder / "out.pdf").symlink_to(papers / "one.pdf")

    assert names(data) == []
