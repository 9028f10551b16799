import json
from contextlib import contextmanager

import pytest

from app.assistant import Assistant
from app.render.json import answer_json
from app.render.text import answer_text
from app.web.library import paragraphs_html
from index.refresh import refresh_index
from index.sources import Sources
from index.storage.generations import current_generation
from index.storage.store import Store
from ingest.library import read_library
from ingest.pdf.reading import text_file
from ingest.types import PassageKind


class Said:
    """Takes what a refresh says."""

    def __init__(self):
        self.lines = []

    def say(self, message, *, warning=False):
        self.lines.append(message)

    @contextmanager
    def progress(self, title):
        yield lambda done, total: None


@pytest.fixture
def data(tmp_path):
    return tmp_path / "data"


@pytest.fixture
def papers(drawn, tmp_path):
    """A folder with a paper that no list has, LoRA's, a scan and a page that is called a PDF."""
    folder = tmp_path / "papers"
    folder.mkdir()
    drawn.draw_paper(folder / "routing.pdf")
    title = ("LoRA: Low-Rank Adaptation of", "Large Language Models")
    drawn.draw_paper(folder / "lora.pdf", title=title, stamp="arXiv:2106.09685v2  [cs.CL]  16 Oct 2021")
    drawn.draw_scan(folder / "scan.pdf")
    (folder / "page.pdf").write_text("<html>not found</html>", encoding="utf-8")
    return folder


@pytest.fixture
def refresh(corpus, data, encoder):
    """Refreshes without a network; returns what was said and what could not be read."""

    def run(**sources):
        said = Said()
        unread = refresh_index(corpus, data, said, offline=True, sources=Sources(**sources), encoder=encoder)
        return said.lines, [str(problem) for problem in unread]

    return run


def pdf_passages(data):
    store = Store(current_generation(data / "index")[0] / "store.sqlite")
    try:
        return [passage for passage in store.all_passages() if passage.kind is PassageKind.PDF]
    finally:
        store.close()


def test_added_pdfs_are_attached_told_and_never_read_twice(refresh, papers, data, corpus):
    before = sorted(corpus.rglob("*"))

    said, unread = refresh(add=(papers,))

    assert sorted(corpus.rglob("*")) == before  # the corpus is the reader's own
    assert any(line.endswith("page.pdf: skipped: it is no PDF, whatever its name says") for line in said)
    assert any(line.startswith(f"PDFs copied to {data / 'pdfs'}: 3, skipped: 1;") for line in said)
    assert unread == [
        "data/pdfs/scan.pdf:1: skipped: its pages are pictures without text; "
        "run OCR over it first, for example with ocrmypdf"
    ]
    owners = {(passage.entry_id, passage.path) for passage in pdf_passages(data)}
    assert owners == {
        ("arxiv:2106.09685", "data/pdfs/lora.pdf"),
        ("pdfs/gradient-routing-masking-gradients-to-localise-computation", "data/pdfs/routing.pdf"),
    }
    times = {file: file.stat().st_mtime_ns for file in (data / "pdf-text").iterdir()}
    said, unread = refresh(add=(papers,))
    assert said[-1].startswith("nothing changed")
    assert {file: file.stat().st_mtime_ns for file in (data / "pdf-text").iterdir()} == times


def test_every_passage_stands_verbatim_on_its_page_of_the_kept_text(refresh, papers, data):
    refresh(add=(papers,))
    kept = [json.loads(file.read_text(encoding="utf-8")) for file in (data / "pdf-text").iterdir()]
    titles = {"data/pdfs/lora.pdf": "LoRA", "data/pdfs/routing.pdf": "Gradient"}

    passages = pdf_passages(data)

    assert {passage.page for passage in passages} == {1, 2}
    for passage in passages:
        pages = next(text["pages"] for text in kept if text["title"].startswith(titles[passage.path]))
        page = pages[passage.page - 1]
        assert passage.text in "\n".join(page[passage.start_line - 1 : passage.end_line])


def test_a_pdf_in_the_corpus_is_read_too_and_one_that_goes_takes_its_passages_along(refresh, papers, data, corpus):
    (corpus / "pdfs" / "theses").mkdir(parents=True)
    file = (papers / "routing.pdf").rename(corpus / "pdfs" / "theses" / "routing.pdf")
    refresh()
    assert {passage.path for passage in pdf_passages(data)} == {"corpus/pdfs/theses/routing.pdf"}

    file.unlink()
    said, _ = refresh()

    assert pdf_passages(data) == []
    assert any(line.startswith("  removed 1: Gradient Routing") for line in said)


def test_the_same_file_in_two_places_is_read_once(refresh, papers, data, corpus):
    (corpus / "pdfs").mkdir()
    (corpus / "pdfs" / "a.pdf").write_bytes((papers / "routing.pdf").read_bytes())
    (data / "pdfs").mkdir(parents=True)
    (data / "pdfs" / "b.pdf").write_bytes((papers / "routing.pdf").read_bytes())

    said, _ = refresh()

    assert {passage.path for passage in pdf_passages(data)} == {"corpus/pdfs/a.pdf"}
    assert any("data/pdfs/b.pdf" in line for line in said if line.startswith("left alone"))


def test_a_text_that_is_lost_is_read_again(refresh, papers, data):
    refresh(add=(papers,))
    before = pdf_passages(data)
    for file in text_file(data, "x").parent.iterdir():
        file.unlink()

    refresh()

    assert pdf_passages(data) == before


def test_what_was_not_read_yet_is_a_problem_that_names_the_command(papers, corpus, data):
    (corpus / "pdfs").mkdir()
    (papers / "routing.pdf").rename(corpus / "pdfs" / "routing.pdf")

    library = read_library(corpus, data)

    assert [str(problem) for problem in library.unread] == [
        "corpus/pdfs/routing.pdf:1: skipped: its text was not read yet; run: ingest"
    ]


def test_abstracts_that_wait_are_counted_in_one_line(refresh):
    said, _ = refresh()

    assert [line for line in said if "network" in line] == [
        "2 abstracts wait for a network: run ingest again / 还有 2 篇摘要待联网后获取：届时请再次运行 ingest"
    ]


@pytest.mark.parametrize(
    ("question", "place"),
    [
        ("How many GPUs did the biggest run of gradient routing use?", "data/pdfs/routing.pdf p. 2"),
        ("Gradient Routing 最大的一次训练 biggest run used 多少 GPUs？", "data/pdfs/routing.pdf 第 2 页"),
    ],
)
def test_an_answer_quotes_a_pdf_with_its_page(refresh, papers, data, encoder, question, place):
    refresh(add=(papers,))
    assistant = Assistant.open(data, encoder)
    try:
        answer = assistant.ask(question)
    finally:
        assistant.close()

    shown = answer_json(answer, None)

    assert "The biggest run used 64 GPUs for nine days." in answer.text
    assert place in answer_text(answer)
    assert {citation["page"] for citation in shown["citations"] if "nine days" in citation["quote"]} == {2}
    assert {hit.get("page") for hit in shown["hits"] if hit["source"].endswith(".pdf")} <= {1, 2}


def test_a_paragraph_of_a_page_is_shown_as_it_stands():
    assert paragraphs_html("a < b\n*c*", 3, "p4-L") == '<p id="p4-L3">a &lt; b</p>\n<p id="p4-L4">*c*</p>'
