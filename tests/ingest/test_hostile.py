"""Files no list needs: each is read in time linear in its size, in pieces within the budget, or refused in one line."""

import time

import pytest

from ingest.library import read_library
from ingest.lists.outline import read_outline
from ingest.passages import PassageConfig
from ingest.text.markup import plain_text

HEAD = "# L\n\n## S\n\n- [Kiln](https://e.org/k) - burns clay.\n"
LINES = {
    "one long word": "x" * 1_000_000,
    "Han characters": "折" * 300_000,
    "brackets": "[x] " * 20_000,
    "links": "[x](https://e.org/1) " * 5_000,
    "opening brackets": "[" * 100_000,
    "pictures": "![" * 100_000,
    "comments": "<!--" * 100_000,
    "nested brackets": "[" * 5_000 + "x" + "]" * 5_000 + "(https://e.org)",
    "wikilinks": "[[a" * 50_000,
    "dashes": "-" * 100_000 + " x",
    "bars": "|" * 100_000,
    "tabs": "\t" * 100_000 + "x",
    "names": "**T** " + "Jane Doe, " * 20_000,
    "quotes": 'T "x ' * 30_000,
    "addresses": "http://" * 50_000,
}


@pytest.mark.parametrize("line", LINES.values(), ids=LINES)
def test_a_line_of_anything_is_read_in_linear_time_within_the_budget(tmp_path, line):
    (tmp_path / "lists").mkdir()
    (tmp_path / "lists" / "a.md").write_text(f"{HEAD}- {line}\n", encoding="utf-8")
    started = time.process_time()

    library = read_library(tmp_path, tmp_path / "data")

    assert "Kiln" in [entry.title for entry in library.entries]
    assert max(passage.token_count for passage in library.passages) <= PassageConfig().max_tokens
    assert time.process_time() - started < 20  # the quadratic ways took minutes


def test_many_unlike_titles_on_one_paper_are_kept_apart_in_time(tmp_path):
    words = [f"{a}{b}{c}" for a in "bdfgklmnpr" for b in "aeiou" for c in ("stone", "wind", "lake", "tree")]
    items = [f"- [{words[i]} {words[-i]} {words[i * 7 % 200]} {words[i * 13 % 200]}](https://arxiv.org/abs/2101.00001)" for i in range(200)]  # fmt: skip  # noqa: E501
    (tmp_path / "lists").mkdir()
    (tmp_path / "lists" / "a.md").write_text("## S\n\n" + "\n".join(items), encoding="utf-8")

    library = read_library(tmp_path, tmp_path / "data")

    assert sum(len(entry.listings) for entry in library.entries) == 200


def test_a_comment_that_is_never_closed_hides_nothing():
    assert [b.head.title for b in read_outline("## S\n\n<!-- note\n\n- **Kiln**\n").blocks] == ["Kiln"]
    assert plain_text("a <!-- b --> c <!-- d") == "a c <!-- d"


@pytest.mark.parametrize(
    ("front", "said"),
    [
        ("a: &a [x]\nb: [*a, *a]", "front matter is not valid YAML"),
        (f"a: {'[' * 5000}", "front matter is nested too deep"),
    ],
)
def test_front_matter_that_explodes_is_refused(tmp_path, front, said):
    (tmp_path / "lists").mkdir()
    (tmp_path / "papers").mkdir()
    (tmp_path / "lists" / "a.md").write_text(HEAD, encoding="utf-8")
    (tmp_path / "papers" / "a.md").write_text(f"---\n{front}\n---\ntext\n", encoding="utf-8")

    (problem,) = read_library(tmp_path, tmp_path / "data").unread

    assert said in problem.message


def test_values_that_no_index_survives_stay_outside(tmp_path):
    (tmp_path / "lists").mkdir()
    (tmp_path / "papers").mkdir()
    (tmp_path / "lists" / "a.md").write_text(HEAD, encoding="utf-8")
    (tmp_path / "papers" / "a.md").write_text(
        '---\nid: url:e.org/k\ntitle: "K\\ud800"\nyear: "²"\nlinks: ["http://[", "javascript:alert(1)", "https://e.org/2"]\n'
        "---\n\n## English\n\nA card.\n",
        encoding="utf-8",
    )

    library = read_library(tmp_path, tmp_path / "data")

    (kiln,) = library.entries
    assert (kiln.title, kiln.year) == ("K?", None)
    assert [link.url for link in kiln.links] == ["https://e.org/k", "https://e.org/2"]
    assert [problem.message for problem in library.problems] == [
        "links: link that is not a web address: http://[",
        "links: link that is not a web address: javascript:alert(1)",
    ]


def test_a_field_of_the_glossary_may_be_long(tmp_path):
    (tmp_path / "lists").mkdir()
    (tmp_path / "lists" / "a.md").write_text(HEAD, encoding="utf-8")
    (tmp_path / "glossary.tsv").write_text(f"en\tzh\taliases\nkiln\t窑\t{'x' * 140_000}\n", encoding="utf-8")

    assert [term.en for term in read_library(tmp_path, tmp_path / "data").glossary] == ["kiln"]
