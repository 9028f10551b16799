import os

import pytest

from ingest.pdf.reading import PdfLimits, kept_text, pdf_hash, read_pdf, read_pdfs, text_file


@pytest.fixture
def data(tmp_path):
    return tmp_path / "data"


@pytest.fixture
def paper(drawn, tmp_path):
    return drawn.draw_paper(tmp_path / "paper.pdf")


def test_a_pdf_is_read_once_and_its_text_kept_by_the_hash_of_the_file(paper, data):
    assert read_pdfs([paper], data) == 1
    kept = text_file(data, pdf_hash(paper))
    before = kept.stat().st_mtime_ns

    assert read_pdfs([paper], data) == 0
    assert kept.stat().st_mtime_ns == before
    assert kept_text(data, pdf_hash(paper)).title.startswith("Gradient Routing")
    assert [file.name for file in kept.parent.iterdir()] == [kept.name]


def test_a_kept_text_can_be_searched_for_a_quote_with_any_tool(paper, data):
    read_pdfs([paper], data)

    lines = text_file(data, pdf_hash(paper)).read_text(encoding="utf-8").split("\n")

    assert sum("After ablation the accuracy falls to 8.3 percent." in line for line in lines) == 1


@pytest.mark.parametrize("damage", ["", "{", "[]", "null", '{"format": 0}', '{"format": 1, "pages": 7}', "[" * 50_000])
def test_a_kept_text_that_is_damaged_is_read_again(paper, data, damage):
    read_pdfs([paper], data)
    text_file(data, pdf_hash(paper)).write_text(damage, encoding="utf-8")

    assert kept_text(data, pdf_hash(paper)) is None
    assert read_pdfs([paper], data) == 1
    assert kept_text(data, pdf_hash(paper)).pages


def test_a_fault_is_kept_too_and_tried_again_only_when_asked(drawn, tmp_path, data):
    scan = drawn.draw_scan(tmp_path / "scan.pdf")

    assert [read_pdfs([scan], data), read_pdfs([scan], data), read_pdfs([scan], data, again=True)] == [1, 0, 1]


def test_progress_counts_files(drawn, tmp_path, data):
    files = [drawn.draw_lines(tmp_path / f"{n}.pdf", [f"Number {n} has a line that is long enough."]) for n in range(3)]
    seen = []

    read_pdfs(files, data, progress=lambda done, total: seen.append((done, total)))

    assert seen == [(1, 3), (2, 3), (3, 3)]


@pytest.mark.skipif(os.name == "nt", reason="Windows limits neither memory nor processor time")
def test_a_file_that_takes_too_long_is_given_up(drawn, tmp_path):
    """A second of processor time does for the start of Python, not for 400 pages."""
    line = "Words that stand on every page of a file that has many pages and takes long to be read."
    long = drawn.draw_lines(tmp_path / "long.pdf", *[[line] * 40] * 400)

    assert read_pdf(long, PdfLimits(seconds=1)).fault == "reading it takes longer than 1 s"


@pytest.mark.skipif(os.uname().sysname != "Linux", reason="other systems do not hold the limit of memory")
def test_a_file_that_takes_too_much_memory_is_given_up(paper):
    fault = read_pdf(paper, PdfLimits(megabytes=40)).fault

    assert fault in ("reading it fails", "reading it takes too much memory")  # Python itself may not start


def test_a_file_that_is_too_large_is_not_opened(paper):
    assert read_pdf(paper, PdfLimits(file_megabytes=0)).fault == "it is larger than 0 MB"


def test_a_name_that_looks_like_an_option_or_is_no_latin_is_a_name(drawn, tmp_path):
    for name in ("--pages=1.pdf", "论文 一.pdf"):
        assert read_pdf(drawn.draw_paper(tmp_path / name)).title.startswith("Gradient Routing")
