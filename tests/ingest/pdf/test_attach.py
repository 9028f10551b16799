from dataclasses import replace

import pytest

from ingest.passages import PassageConfig
from ingest.pdf.attach import Pdf, attach_pdfs
from ingest.pdf.types import PdfText
from ingest.types import Entry, Kind, Link, Listing, PassageKind

LORA = Entry(
    entry_id="arxiv:2106.09685",
    title="LoRA: Low-Rank Adaptation of Large Language Models",
    title_zh="LoRA：大语言模型的低秩适配",
    kind=Kind.PAPER,
    year=2021,
    venue="",
    authors=(),
    links=(Link("arxiv", "https://arxiv.org/abs/2106.09685"),),
    arxiv_id="2106.09685",
    listings=(Listing("a", ("S",), "corpus/lists/a.md", 3, "LoRA"),),
    topics=(),
    aliases=("LoRA",),
)
PARROTS = replace(
    LORA,
    entry_id="url:dl.acm.org/doi/10.1145/3442188.3445922",
    title="On the Dangers of Stochastic Parrots",
    title_zh="",
    links=(Link("paper", "https://dl.acm.org/doi/pdf/10.1145/3442188.3445922"),),
    arxiv_id=None,
    aliases=(),
)
LLAMA = replace(
    LORA,
    entry_id="a/llama-2",
    title="Llama 2: Open Foundation and Fine-Tuned Chat Models",
    title_zh="",
    links=(),
    arxiv_id=None,
    aliases=(),
)
PAGES = (("A heading", "The first page has a sentence."), (), ("The third page has another sentence.",))


def pdf(stem="file", folders=(), **fields):
    return Pdf(f"data/pdfs/{stem}.pdf", folders, stem, PdfText(**{"pages": PAGES} | fields))


def attach(*pdfs):
    by_id = {entry.entry_id: entry for entry in (LORA, PARROTS, LLAMA)}
    passages, problems = attach_pdfs(pdfs, by_id, PassageConfig())
    return [passage.entry_id for passage in passages][:: len(PAGES) - 1], by_id, problems


@pytest.mark.parametrize(
    ("found", "owner"),
    [
        (pdf(arxiv_id="2106.09685", title="LORA: LOW-RANK ADAPTATION OF LARGE LANGUAGE MODELS"), LORA),
        (pdf(stem="2106.09685v2"), LORA),
        (pdf(doi="10.1145/3442188.3445922"), PARROTS),
        (pdf(title="LoRA: Low-Rank Adaptation of Large Language Models"), LORA),
        (pdf(title="LoRA: Low-Rank Adaption of Large Language Models"), LORA),  # a slip
        (pdf(title="LoRA：大语言模型的低秩适配"), LORA),
        (pdf(title="Llama 2: Open Foundation and Fine-Tuned Chat Models"), LLAMA),
    ],
)
def test_a_pdf_belongs_to_the_entry_with_its_id_or_title(found, owner):
    owners, by_id, problems = attach(found)

    assert owners == [owner.entry_id]
    assert (len(by_id), problems) == (3, [])


@pytest.mark.parametrize(
    ("found", "entry_id"),
    [
        (
            pdf(title="Llama 3: Open Foundation and Fine-Tuned Chat Models"),
            "pdfs/llama-3-open-foundation-and-fine-tuned-chat-models",
        ),
        (pdf(title="LoRA"), "pdfs/lora"),  # a short title may be that of several works
        (pdf(arxiv_id="2410.04332", title="Gradient Routing"), "arxiv:2410.04332"),
        (pdf(doi="10.1000/182", title="A Handbook"), "url:doi.org/10.1000/182"),
        (pdf(stem="讲义", title=""), "pdfs/a-heading"),
    ],
)
def test_any_other_pdf_is_an_entry_of_kind_paper(found, entry_id):
    owners, by_id, problems = attach(found)

    assert owners == [entry_id]
    assert by_id[entry_id].kind is Kind.PAPER
    assert by_id[entry_id].listings[0].path == found.path
    assert problems == []


def test_a_new_entry_has_the_facts_of_its_first_page_and_folder():
    _, by_id, _ = attach(pdf(folders=("thesis",), arxiv_id="2410.04332", title="Routing", authors=("A. Cloud",)))

    entry = by_id["arxiv:2410.04332"]
    assert (entry.year, entry.venue, entry.authors, entry.topics) == (2024, "arXiv", ("A. Cloud",), ("thesis",))
    assert entry.links == (Link("arxiv", "https://arxiv.org/abs/2410.04332"),)


def test_an_id_of_a_work_with_quite_another_title_is_not_trusted():
    owners, by_id, problems = attach(pdf(arxiv_id="2106.09685", title="Chemistry of Soil in Northern Wetlands"))

    assert owners == ["pdfs/chemistry-of-soil-in-northern-wetlands"]
    assert by_id[owners[0]].arxiv_id is None
    assert [problem.message for problem in problems] == [
        "it says that it is arxiv:2106.09685, which the lists call “LoRA: Low-Rank Adaptation of Large Language "
        "Models”; check the link there"
    ]


def test_two_files_of_one_new_work_are_one_entry():
    owners, by_id, _ = attach(
        pdf("a", title="A Survey of Gradient Routing"), pdf("b", title="A survey of gradient routing")
    )

    assert owners == ["pdfs/a-survey-of-gradient-routing"] * 2
    assert len(by_id) == 4


def test_no_passage_goes_over_the_end_of_a_page_and_each_knows_its_page():
    by_id = {LORA.entry_id: LORA}

    passages, _ = attach_pdfs([pdf(arxiv_id="2106.09685")], by_id, PassageConfig())

    assert [(p.kind, p.page, p.start_line, p.end_line, p.text) for p in passages] == [
        (PassageKind.PDF, 1, 1, 2, "A heading\nThe first page has a sentence."),
        (PassageKind.PDF, 3, 1, 1, "The third page has another sentence."),
    ]
    assert [p.passage_id for p in passages] == ["data/pdfs/file.pdf#page=1:1", "data/pdfs/file.pdf#page=3:1"]
    assert {p.path for p in passages} == {"data/pdfs/file.pdf"}
