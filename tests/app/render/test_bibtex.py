import re

import pytest

from app.render.bibtex import bibtex
from ingest.types import Entry, Kind, Link


def entry(title="LoRA: Low-Rank Adaptation", authors=("Edward J. Hu", "Yelong Shen"), kind=Kind.PAPER, **fields):
    return Entry(
        "arxiv:2106.09685", title, "", kind, fields.get("year", 2021), fields.get("venue", "ICLR 2022"), authors,
        (Link("arxiv", "https://arxiv.org/abs/2106.09685"),), fields.get("arxiv", "2106.09685"), (), (), (),
    )  # fmt: skip


def test_a_paper_is_an_article_with_its_number_and_address():
    assert bibtex(entry()) == (
        "@article{hu2021lora,\n"
        "  title = {{LoRA}: Low-Rank Adaptation},\n"
        "  author = {Edward J. Hu and Yelong Shen},\n"
        "  year = {2021},\n"
        "  journal = {ICLR 2022},\n"
        "  eprint = {2106.09685},\n"
        "  archiveprefix = {arXiv},\n"
        "  url = {https://arxiv.org/abs/2106.09685},\n"
        "}"
    )


@pytest.mark.parametrize(
    ("fields", "key"),
    [
        ({"title": "The Pile", "authors": ("Leo Gao et al.",)}, "al2021pile"),
        ({"authors": ()}, "2021lora"),
        ({"title": "注意力", "authors": (), "year": None}, "arxiv-2106-09685"),
    ],
)
def test_a_key_is_made_of_what_there_is(fields, key):
    assert bibtex(entry(**fields)).split("{")[1] == f"{key},\n  title = "


@pytest.mark.parametrize("title", ["50% of A_B & C #1 $x$", "a } b { c", "\\input{/etc/passwd}"])
def test_what_tex_would_obey_is_escaped(title):
    record = bibtex(entry(title))

    inside = re.search(r"title = \{(.*)\},", record)[1]
    assert not re.search(r"(?<!\\)[%&#$_]", inside)
    assert inside.count("{") == inside.count("}")
    assert "\\input" not in inside
