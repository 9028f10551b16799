import os

import pytest

from ingest.corpus import Selection, list_id_of, read_selection, survey_corpus, write_selection
from ingest.fingerprint import corpus_fingerprint
from ingest.library import read_library
from ingest.passages import PassageConfig

LIST = "# {0}\n\n## S\n\n- [{0}](https://e.org/{0}) - a tool of its own.\n"


@pytest.fixture
def data(tmp_path):
    return tmp_path / "data"


@pytest.fixture
def clone(tmp_path):
    """A cloned repository: a README, a list in a subfolder, and files about the repository."""
    folder = tmp_path / "pottery"
    for path in ("README.md", "clay/kilns.md", "clay/deep/README.md", "glass/lamps.rst"):
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        name = path.replace("/", "-").split(".")[0]
        text = f"S\n=\n\n* `{name} <https://e.org/{name}>`_\n" if path.endswith(".rst") else LIST.format(name)
        (folder / path).write_text(text, encoding="utf-8")
    for name in ("LICENSE.md", "CONTRIBUTING.zh-CN.md", "CODE_OF_CONDUCT.md", "CHANGELOG.md", "requirements-dev.txt"):
        (folder / name).write_text(LIST.format("no-work"), encoding="utf-8")
    for hidden in (".github/list.md", "node_modules/a/README.md"):
        (folder / hidden).parent.mkdir(parents=True)
        (folder / hidden).write_text(LIST.format("hidden"), encoding="utf-8")
    return folder


def titles(library):
    return sorted(entry.title for entry in library.entries if entry.links)


def test_a_clone_is_read_with_its_readme_and_subfolders_and_boilerplate_is_named(clone, data):
    library = read_library(clone, data)

    assert titles(library) == ["README", "clay-deep-README", "clay-kilns", "glass-lamps"]
    assert [problem.path.removeprefix("pottery/") for problem in library.skipped] == [
        "CHANGELOG.md",
        "CODE_OF_CONDUCT.md",
        "CONTRIBUTING.zh-CN.md",
        "LICENSE.md",
        "requirements-dev.txt",
    ]
    assert library.unread == ()


def test_a_list_is_known_by_its_path_and_a_readme_by_its_folder(clone):
    names = {path: list_id_of(clone, clone / path) for path in ("README.md", "clay/kilns.md", "clay/deep/README.md")}

    assert names == {"README.md": "pottery", "clay/kilns.md": "clay/kilns", "clay/deep/README.md": "clay/deep"}


@pytest.mark.parametrize(
    ("include", "exclude", "read"),
    [
        (("clay/**",), (), ["clay-deep-README", "clay-kilns"]),
        ((), ("README.md",), ["clay-kilns", "glass-lamps"]),
        ((), ("clay",), ["README", "glass-lamps"]),
        (("*.rst", "README.md"), ("clay/*",), ["README", "glass-lamps"]),
    ],
)
def test_a_selection_is_remembered_and_what_it_leaves_out_is_named(clone, data, include, exclude, read):
    before = corpus_fingerprint(clone, data, PassageConfig())
    write_selection(clone, data, Selection(include, exclude))

    library = read_library(clone, data)

    assert titles(library) == read
    assert any("--include or --exclude" in problem.message for problem in library.skipped)
    assert corpus_fingerprint(clone, data, PassageConfig()) != before


def test_a_selection_holds_for_its_own_corpus_only(clone, data, tmp_path):
    write_selection(tmp_path / "other", data, Selection((), ("*",)))

    assert read_selection(clone, data) == Selection()
    assert len(survey_corpus(clone, data).files["lists"]) == 4


def test_the_data_folder_inside_a_corpus_is_not_read(clone):
    (clone / "data" / "abstracts").mkdir(parents=True)
    (clone / "data" / "abstracts" / "x.md").write_text(LIST.format("no-list"), encoding="utf-8")

    assert "no-list" not in titles(read_library(clone, clone / "data"))


def test_links_out_of_the_corpus_circles_pipes_and_odd_names_are_named_and_skipped(clone, data, tmp_path):
    (tmp_path / "outside.md").write_text(LIST.format("outside"), encoding="utf-8")
    (tmp_path / "elsewhere").mkdir()
    (clone / "a-link.md").symlink_to(tmp_path / "outside.md")
    (clone / "b-link").symlink_to(tmp_path / "elsewhere")
    (clone / "circle").symlink_to(clone)
    (clone / "c-gone.md").symlink_to(clone / "gone.md")
    os.mkfifo(clone / "d-pipe.md")
    (clone / os.fsdecode(b"e-\xff.md")).write_text(LIST.format("odd"), encoding="utf-8")

    library = read_library(clone, data)

    assert titles(library) == ["README", "clay-deep-README", "clay-kilns", "glass-lamps"]
    said = {problem.path.removeprefix("pottery/"): problem.message for problem in library.unread}
    assert said == {
        "a-link.md": "skipped: a link that leads out of the corpus",
        "b-link": "skipped: a link that leads out of the corpus",
        "c-gone.md": "skipped: a link that leads nowhere (No such file or directory)",
        "d-pipe.md": "skipped: not a regular file",
        "e-�.md": "skipped: its name is not UTF-8; rename it",
    }


def test_a_vault_of_notes_on_one_work_each(tmp_path, data):
    vault = tmp_path / "vault"
    vault.mkdir()
    (vault / "Kiln note.md").write_text(
        "---\ntitle: Low-rank kilns\nauthors: [Ann Potter, Bob Smith]\nyear: 2021\narxiv: 2101.00001\n---\n"
        "# Low-rank kilns\n\nThey burn clay with little wood, as the [code](https://e.org/c) shows.\n",
        encoding="utf-8",
    )
    (vault / "index.md").write_text("# Index\n\n## Clay\n\n- [[Kiln note]] is a good start.\n", encoding="utf-8")

    (kiln,) = read_library(vault, data).entries

    assert (kiln.entry_id, kiln.title, kiln.year) == ("arxiv:2101.00001", "Low-rank kilns", 2021)
    assert kiln.authors == ("Ann Potter", "Bob Smith")
    assert "Kiln note" in kiln.aliases
    assert [(listing.path, listing.line) for listing in kiln.listings] == [
        ("vault/Kiln note.md", 7),
        ("vault/index.md", 5),
    ]


def test_a_list_that_opens_with_a_rule_has_no_front_matter(tmp_path, data):
    folder = tmp_path / "lists"
    folder.mkdir()
    (folder / "a.md").write_text(
        "---\n# A\n## S\n- [Kiln](https://e.org/k)\n\n---\n- [Lamp](https://e.org/l)\n", encoding="utf-8"
    )

    assert titles(read_library(folder, data)) == ["Kiln", "Lamp"]
