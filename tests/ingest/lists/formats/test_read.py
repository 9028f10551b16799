from textwrap import dedent

import pytest

from ingest.errors import CorpusError
from ingest.lists.formats.read import format_of, read_list


def read(text, suffix=".txt"):
    text = dedent(text)
    return read_list(text, format_of(suffix, text))


def places(outline):
    return [(block.head.title, block.section, block.start, block.end) for block in outline.blocks]


def urls(outline):
    return [[link.url for link in block.head.links] for block in outline.blocks]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("% mine\n@book{a,\n title={A}}\n", "BibTeX"),
        ("TY  - JOUR\nER  - \n", "RIS"),
        ('[\n {"title": "A"}]', "CSL-JSON"),
        ("<!DOCTYPE html>\n<p>", "HTML"),
        ("Title\n=====\n\n.. _a: https://e.org\n", "reStructuredText"),
        ("* Head\n- [[https://e.org][A]]\n", "Org"),
        ("== Head\n* https://e.org[A]\n", "AsciiDoc"),
        ("# Head\n\n- [A](https://e.org)\n", "Markdown"),
        ("- one\n- two\n", "Markdown"),
    ],
)
def test_the_format_of_a_plain_text_shows_in_it(text, name):
    assert format_of(".txt", text) == name


def test_restructured_text_gives_items_terms_and_tables_at_their_lines():
    outline = read(
        """\
        Clay
        ====

        Tools
        -----
        kiln_
           Burns clay.

        * `Lamp <https://e.org/l>`__ - shines
          at night

          * `Small lamp`_

        +-------+----------------------+
        | Model | Link                 |
        +=======+======================+
        | Saw-1 | `x <https://e.org/s>`_ |
        +-------+----------------------+

        .. _kiln: https://e.org/k
        .. _Small lamp: https://e.org/sl
        .. toctree::

           other
        """.replace("                 |", "                   |").replace("======+\n", "========+\n").replace("------+\n", "--------+\n")  # noqa: E501
    )  # fmt: skip

    assert places(outline)[:3] == [
        ("kiln", ("Clay", "Tools"), 6, 7),
        ("Lamp", ("Clay", "Tools"), 9, 10),
        ("Small lamp", ("Clay", "Tools"), 12, 12),
    ]
    assert urls(outline)[:3] == [["https://e.org/k"], ["https://e.org/l"], ["https://e.org/sl"]]


def test_restructured_text_reads_no_other_file(tmp_path):
    secret = tmp_path / "secret.txt"
    secret.write_text("* `Secret <https://e.org/secret>`__\n", encoding="utf-8")

    assert read(f".. include:: {secret}\n\n* `Kiln <https://e.org/k>`__\n", ".rst").blocks[0].head.title == "Kiln"


def test_org_and_asciidoc_keep_their_lines():
    org = read(
        "#+TITLE: Mine\n* Clay :tag:\n  - [[https://e.org/k][Kiln]] - burns.\n** TODO Glass\n   1. *Lamp* [[https://e.org/l][pdf]]\n"
    )
    adoc = read("= Mine\n:toc:\n\n== Clay\n* https://e.org/k[Kiln] - burns.\n** link:https://e.org/l[Lamp]\n")

    assert places(org) == [("Kiln", ("Clay",), 3, 3), ("Lamp", ("Clay", "Glass"), 5, 5)]
    assert places(adoc) == [("Kiln", ("Mine", "Clay"), 5, 5), ("Lamp", ("Mine", "Clay"), 6, 6)]
    assert urls(org) == urls(adoc) == [["https://e.org/k"], ["https://e.org/l"]]


def test_bookmarks_keep_their_folders_and_notes():
    outline = read(
        """\
        <!DOCTYPE NETSCAPE-Bookmark-file-1>
        <TITLE>Bookmarks</TITLE>
        <H1>Mine</H1>
        <DL><p>
            <DT><H3 ADD_DATE="1">Clay</H3>
            <DL><p>
                <DT><A HREF="https://e.org/k" ADD_DATE="2">Kiln &amp; pots</A>
                <DD>Burns it.
                <DT><A HREF="https://arxiv.org/abs/2101.00001">[2101.00001] Low-rank kilns</A>
            </DL><p>
        </DL><p>
        """,
        ".html",
    )

    assert [(block.head.title, block.section, block.start) for block in outline.blocks] == [
        ("Kiln & pots", ("Mine", "Clay"), 7),
        ("Low-rank kilns", ("Mine", "Clay"), 9),
    ]


def test_bibtex_records_are_read_and_a_broken_one_is_told():
    outline = read(
        """\
        @inproceedings{potter2017,
          title={{Low-Rank} Kilns},
          author={Potter, Ann and M{\\"u}ller, Bob and others},
          booktitle = "Proc. of ICML", year=2017,
          eprint={1706.00001},
        }

        @article{broken, title={x

        @misc{lamp, title="Lamp", url={https://e.org/l}, date={2020-03-01}}
        """
    )

    assert places(outline) == [("Low-Rank Kilns", (), 1, 6), ("Lamp", (), 10, 10)]
    head = outline.blocks[0].head
    assert (head.authors, head.venue, head.year) == (["Ann Potter", "Bob Müller", "et al."], "Proc. of ICML", 2017)
    assert urls(outline) == [["https://arxiv.org/abs/1706.00001"], ["https://e.org/l"]]
    assert [line for line, _ in outline.unread] == [8]


def test_ris_and_csl_records_are_read_at_their_lines():
    ris = read(
        "TY  - JOUR\nTI  - Kilns\nAU  - Potter, Ann\nPY  - 2019\nJO  - Clay\nDO  - 10.1000/k\nER  - \n\nTY  - CONF\nT1  - Lamps\nER  - \n"  # noqa: E501
    )
    csl = read('[\n {"title": "Kilns",\n  "author": [{"family": "Potter", "given": "Ann"}],\n  "issued": {"date-parts": [[2019]]},\n'  # noqa: E501
               '  "container-title": "Clay", "DOI": "10.1000/k"},\n {"title": "Lamps"}\n]', ".json")  # fmt: skip

    assert places(ris) == [("Kilns", (), 1, 7), ("Lamps", (), 9, 11)]
    assert places(csl) == [("Kilns", (), 2, 5), ("Lamps", (), 6, 6)]
    for outline in (ris, csl):
        head = outline.blocks[0].head
        assert (head.authors, head.venue, head.year) == (["Ann Potter"], "Clay", 2019)
        assert urls(outline)[0] == ["https://doi.org/10.1000/k"]


@pytest.mark.parametrize("text", ["{", '{"name": "a package"}', "[1, 2]", "[" * 100_000])
def test_json_that_is_no_bibliography_is_refused(text):
    with pytest.raises(CorpusError, match="JSON"):
        read(text, ".json")
