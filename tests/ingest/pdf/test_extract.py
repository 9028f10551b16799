import zlib

import pytest

from ingest.pdf.extract import extract_pdf

METHOD = (
    "For every token a mask is chosen by its label. The mask multiplies the gradient of each layer. "
    "Masks are fixed before the training has begun. Nothing else of the training is changed."
)
FIRST_PAGE = (
    "Gradient Routing: Masking Gradients to Localise Computation",
    "Alice Cloud, Jacob Goldman-Wetzler and Bo Li",
    "Abstract",
    "Gradient routing is a method that masks gradients so that chosen parts of a network learn chosen capabilities. "
    "It costs less than 3 percent of training time on our benchmark of 12 tasks.",
    "1 Introduction",
    "Large models learn many capabilities, and nobody knows where. "
    "The state-of-the-art baseline needs 40 hours on eight GPUs.",
    "We find that it works for small models, too. Removing a routed region removes the capability.",
    "2 Method",
    METHOD,
)
SECOND_PAGE = (
    "3 Results",
    "On the 12 tasks the routed model keeps 97.1 percent of the accuracy of the plain model. "
    "After ablation the accuracy falls to 8.3 percent. The biggest run used 64 GPUs for nine days. "
    "It was stopped when the loss was flat.",
)


@pytest.fixture
def read(tmp_path):
    def read(draw, *arguments, **named):
        return extract_pdf(draw(tmp_path / "file.pdf", *arguments, **named), most_pages=100)

    return read


@pytest.mark.parametrize("row_by_row", [True, False])
def test_two_columns_are_read_one_after_the_other_however_they_were_drawn(drawn, read, row_by_row):
    text = read(drawn.draw_paper, row_by_row=row_by_row)

    assert text.fault == ""
    assert text.pages[0] == FIRST_PAGE
    assert [" ".join(text.pages[1])] == [" ".join(SECOND_PAGE)]  # no running head, no page number, no references


def test_the_first_page_says_title_and_authors(drawn, read):
    text = read(drawn.draw_paper)

    assert text.title == "Gradient Routing: Masking Gradients to Localise Computation"
    assert text.authors == ("Alice Cloud", "Jacob Goldman-Wetzler", "Bo Li")
    assert (text.arxiv_id, text.doi) == ("", "")  # those of the references are not its own


def test_the_stamp_at_the_margin_says_the_arxiv_id(drawn, read):
    assert read(drawn.draw_paper, stamp="arXiv:2410.04332v2  [cs.LG]  6 Oct 2024").arxiv_id == "2410.04332"


@pytest.mark.parametrize(
    ("line", "doi"),
    [
        ("https://doi.org/10.18653/v1/2023.acl-long.12", "10.18653/v1/2023.acl-long.12"),
        ("DOI: 10.1145/3442188.3445922.", "10.1145/3442188.3445922"),
        ("See doi:10.1145/1.2 and doi:10.1145/3.4 for more.", ""),  # which of them is its own is not said
    ],
)
def test_a_single_doi_on_the_first_page_is_its_own(drawn, read, line, doi):
    prose = ["This line is here so that the page has text enough to be read."] * 3

    assert read(drawn.draw_lines, [line, *prose]).doi == doi


@pytest.mark.parametrize(
    "said", ["Microsoft Word - final.docx", "untitled", "Another Title That the Page Does Not Show"]
)
def test_a_title_that_the_file_has_of_itself_counts_only_where_the_page_shows_it(drawn, read, said):
    assert read(drawn.draw_paper, facts=[("Title", said)]).title.startswith("Gradient Routing")


def test_ligatures_are_taken_apart(drawn, tmp_path):
    # The letters of the standard encoding have fi and fl at 0o256 and 0o257.
    text = rb"(An ef\256cient work\257ow needs \256fteen \257oors, nothing more than that.)"
    stream = b"BT /F1 12 Tf 72 700 Td %s Tj ET" % text
    file = drawn.write_pdf(
        tmp_path / "ligatures.pdf",
        [
            b"<< /Type /Catalog /Pages 2 0 R >>",
            b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R "
            b"/Resources << /Font << /F1 5 0 R >> >> >>",
            b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream),
            b"<< /Type /Font /Subtype /Type1 /BaseFont /Times-Roman /Encoding /StandardEncoding >>",
        ],
    )

    text = extract_pdf(file, most_pages=100)

    assert text.pages == (("An efficient workflow needs fifteen floors, nothing more than that.",),)


def test_heads_with_a_page_number_that_goes_on_are_left_out(drawn, read):
    """Their words differ from page to page, as those of chapters do; 10 % of 792 points are the edge."""

    def page(number, chapter):
        return [chapter, "", "", *(f"Sentence {n} of page {number} says something of its own." for n in range(20))]

    heads = [f"{number} On {what} and on more of it" for number, what in enumerate(("ants", "bees", "cats"), start=7)]

    text = read(drawn.draw_lines, *map(page, range(3), heads), top=40)

    assert [page[0][:18] for page in text.pages] == ["Sentence 0 of page"] * 3


def test_an_appendix_after_the_references_is_kept(drawn, read):
    prose = "The appendix has more experiments, which are written up here at length."
    body = ["Some text of the paper, so that there is something to read here."] * 5
    references = ["References", "[1] A. Author. A paper. 2021.", "[2] B. Bauthor. Another paper. 2022."]

    text = read(drawn.draw_lines, body, [*references, "Appendix A", prose])

    assert " ".join(text.pages[1]) == f"Appendix A {prose}"
    assert "Bauthor" not in str(text.pages)


def test_chinese_lines_are_joined_without_a_space(tmp_path, drawn, read):
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.cidfonts import UnicodeCIDFont

    pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
    lines = ["梯度路由用掩码挑选参数，只让选中的区域从带标签的数据里学习，", "其余部分保持不变。"]

    text = read(drawn.draw_lines, lines, font="STSong-Light")

    assert text.pages == ((lines[0] + lines[1],),)


def page_that_refers_to_itself(drawn, file):
    return drawn.write_pdf(file, [b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Kids [2 0 R] /Count 1 >>"])


def deep_page_tree(drawn, file):
    nodes = [b"<< /Type /Pages /Kids [%d 0 R] /Count 1 >>" % (number + 3) for number in range(5000)]
    return drawn.write_pdf(file, [b"<< /Type /Catalog /Pages 2 0 R >>", *nodes])


def deep_array(drawn, file):
    return drawn.write_pdf(file, [b"<< /Type /Catalog /Pages " + b"[" * 100_000 + b" >>"])


def no_pages(drawn, file):
    return drawn.write_pdf(file, [b"<< /Type /Catalog >>"])


def cut_short(drawn, file):
    whole = drawn.draw_paper(file).read_bytes()
    file.write_bytes(whole[: len(whole) // 5])
    return file


@pytest.mark.parametrize("make", [page_that_refers_to_itself, deep_page_tree, deep_array, no_pages, cut_short])
def test_a_file_that_is_not_sound_is_a_reason_and_never_an_error(drawn, tmp_path, make):
    text = extract_pdf(make(drawn, tmp_path / "bad.pdf"), most_pages=100)

    assert text.fault
    assert text.pages == ()
    assert "\n" not in text.fault


def test_other_files_without_text_each_have_their_reason(drawn, tmp_path):
    locked = drawn.draw_lines(tmp_path / "locked.pdf", ["hidden"], password="secret")
    scan = drawn.draw_scan(tmp_path / "scan.pdf")
    page = tmp_path / "page.pdf"
    page.write_text("<html>not found</html>", encoding="utf-8")
    long = drawn.draw_lines(tmp_path / "long.pdf", *[["page"]] * 101)

    faults = [extract_pdf(file, most_pages=100).fault for file in (locked, scan, page, long)]

    assert faults == [
        "it is encrypted; save a copy without a password",
        "its pages are pictures without text; run OCR over it first, for example with ocrmypdf",
        "it is no PDF, whatever its name says",
        "it has 101 pages, more than 100; add the chapters that matter as files",
    ]


def test_a_bomb_is_not_unpacked(drawn, tmp_path):
    packed = zlib.compress(b"BT /F1 1 Tf (x) Tj ET\n" * 20_000_000, 9)  # 440 MB in 1.2
    bomb = drawn.write_pdf(
        tmp_path / "bomb.pdf",
        [
            b"<< /Type /Catalog /Pages 2 0 R >>",
            b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R >>",
            b"<< /Length %d /Filter /FlateDecode >>\nstream\n%s\nendstream" % (len(packed), packed),
        ],
    )

    assert extract_pdf(bomb, most_pages=100).fault
