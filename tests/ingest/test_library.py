from textwrap import dedent

import pytest

from ingest.corpus import corpus_files
from ingest.errors import CorpusError
from ingest.fingerprint import corpus_fingerprint
from ingest.library import read_library
from ingest.passages import PassageConfig
from ingest.types import Kind, PassageKind

LORA = "arxiv:2106.09685"


@pytest.fixture
def data(tmp_path):
    return tmp_path / "data"


@pytest.fixture
def library(corpus, data):
    return read_library(corpus, data)


@pytest.fixture
def add(corpus, data):
    """Writes a file of the corpus, or of ``data`` for an abstract, and returns the library read anew."""

    def write(path, text):
        file = (data if path.startswith("abstracts/") else corpus) / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(dedent(text), encoding="utf-8")
        return read_library(corpus, data)

    return write


def entry(library, entry_id):
    (found,) = [entry for entry in library.entries if entry.entry_id == entry_id]
    return found


def passages(library, entry_id):
    return [passage for passage in library.passages if passage.entry_id == entry_id]


def problems(library):
    return [str(problem) for problem in library.problems]


def test_a_corpus_is_read_whole_and_in_reading_order(library):
    assert [(entry.entry_id, entry.kind) for entry in library.entries] == [
        ("arxiv:2302.04761", Kind.PAPER),
        (LORA, Kind.PAPER),
        ("url:cevalbenchmark.com", Kind.BENCHMARK),
        ("route/微调方法", Kind.CONCEPT),
        ("url:github.com/microsoft/lora", Kind.REPOSITORY),
        ("url:github.com/baichuan-inc/baichuan2", Kind.MODEL),
        ("note:kv-cache", Kind.CONCEPT),
    ]
    assert library.problems == ()
    assert library.files == (
        "corpus/lists/reading.md",
        "corpus/lists/route.md",
        "corpus/papers/2106.09685.md",
        "corpus/notes/kv-cache.md",
    )


def test_the_headline_of_a_list_is_not_among_its_sections_and_its_introduction_no_entry(library):
    assert [listing.section for listing in entry(library, LORA).listings] == [("Adapters",), ("微调方法",)]
    assert not any("学习路线" in entry.title for entry in library.entries)


def test_a_paper_in_two_lists_has_the_listings_passages_and_places_of_both(library):
    lora = entry(library, LORA)

    assert [(listing.path, listing.line) for listing in lora.listings] == [
        ("corpus/lists/reading.md", 15),
        ("corpus/lists/route.md", 15),
    ]
    assert [(p.kind, p.language, p.path, p.start_line, p.end_line) for p in passages(library, LORA)] == [
        (PassageKind.LISTING, "en", "corpus/lists/reading.md", 15, 16),
        (PassageKind.LISTING, "zh", "corpus/lists/route.md", 15, 17),
        (PassageKind.RECORD, "en", "corpus/papers/2106.09685.md", 2, 11),
        (PassageKind.CARD, "en", "corpus/papers/2106.09685.md", 16, 16),
        (PassageKind.CARD, "zh", "corpus/papers/2106.09685.md", 20, 20),
    ]


def test_a_study_card_knows_better_than_a_listing(library):
    lora = entry(library, LORA)

    assert lora.title == "LoRA: Low-Rank Adaptation of Large Language Models"
    assert lora.title_zh == "LoRA：大语言模型的低秩适配"
    assert lora.authors == ("Edward J. Hu", "Yelong Shen", "Phillip Wallis")
    assert (lora.year, lora.venue, lora.topics) == (2021, "ICLR 2022", ("peft",))
    assert lora.aliases == ("LoRA", "低秩适配")
    assert [link.label for link in lora.links] == ["LoRA: Low-Rank Adaptation of Large Language Models", "code"]


def test_what_a_card_does_not_say_stays_as_the_lists_say_it(add):
    lora = entry(add("papers/2106.09685.md", f"---\nid: {LORA}\n---\ntext\n"), LORA)

    assert (lora.title_zh, lora.venue, lora.year) == ("低秩适配", "ICLR", 2021)
    assert lora.authors == ("Edward J. Hu", "Yelong Shen")
    assert lora.topics == ("Adapters", "微调方法")


def test_a_concept_note_is_an_entry_with_its_names_in_both_languages(library):
    note = entry(library, "note:kv-cache")

    assert (note.title, note.title_zh, note.aliases) == ("The key-value cache", "键值缓存", ("KV cache", "KV 缓存"))
    assert [(p.kind, p.language, p.start_line) for p in passages(library, "note:kv-cache")] == [
        (PassageKind.NOTE, "en", 10),
        (PassageKind.NOTE, "zh", 14),
    ]
    assert [(listing.path, listing.list_id) for listing in note.listings] == [("corpus/notes/kv-cache.md", "notes")]


def test_a_fetched_abstract_belongs_to_its_paper(add):
    library = add("abstracts/2106.09685.md", f"---\nid: {LORA}\n---\n\nWe propose LoRA.\n")

    abstract = passages(library, LORA)[-1]
    assert (abstract.kind, abstract.text, abstract.path, abstract.start_line) == (
        PassageKind.ABSTRACT,
        "We propose LoRA.",
        "data/abstracts/2106.09685.md",
        5,
    )


def test_the_glossary_is_part_of_the_library_and_its_faults_are_reported(add):
    library = add("glossary.tsv", "en\tzh\taliases\nquantisation\t量化\tint8|PTQ\nno tabs\n")

    assert [(term.en, term.zh, term.aliases, term.line) for term in library.glossary] == [
        ("quantisation", "量化", ("int8", "PTQ"), 2)
    ]
    assert problems(library) == [
        "corpus/glossary.tsv:3: needs three columns by tabs: English, Chinese, aliases (may be empty)"
    ]


ORGANISATIONS = "en\tzh\taliases\nMicrosoft\t微软\tMSR|Microsoft Research\nBaichuan\t百川智能\tbaichuan-inc\n"


def test_the_organisations_are_part_of_the_library_and_their_faults_are_reported(add):
    library = add("organisations.tsv", f"{ORGANISATIONS}no tabs\n")

    assert [(name.en, name.zh, name.aliases, name.line) for name in library.organisations] == [
        ("Microsoft", "微软", ("MSR", "Microsoft Research"), 2),
        ("Baichuan", "百川智能", ("baichuan-inc",), 3),
    ]
    assert problems(library) == [
        "corpus/organisations.tsv:4: needs three columns by tabs: English, Chinese, aliases (may be empty)"
    ]


def test_an_entry_without_a_card_gets_the_organisations_that_own_its_links(add):
    library = add("organisations.tsv", ORGANISATIONS)

    assert entry(library, "url:github.com/baichuan-inc/baichuan2").organisations == ("Baichuan",)
    assert entry(library, "arxiv:2302.04761").organisations == ()


def test_the_organisations_of_a_card_get_the_names_of_the_table(add, corpus):
    card = (corpus / "papers" / "2106.09685.md").read_text(encoding="utf-8")
    (corpus / "organisations.tsv").write_text(ORGANISATIONS, encoding="utf-8")

    library = add("papers/2106.09685.md", card.replace("aliases:", "organisations: [MSR, Nobody Inc.]\naliases:"))

    assert entry(library, LORA).organisations == ("Microsoft", "Nobody Inc.")


def test_a_list_goes_by_its_title_in_both_languages(library):
    assert library.list_titles == (
        ("reading", "Papers to read"),
        ("route", "学习路线"),
        ("route", "A study path"),
    )


def test_an_answered_question_of_a_card_is_a_passage_of_its_own_and_no_prose(add, corpus):
    card = (corpus / "papers" / "2106.09685.md").read_text(encoding="utf-8")
    asked = "**LoRA 是什么？** <!-- what | 低秩适配是啥 -->"

    library = add("papers/2106.09685.md", f"{card}\n### 问答\n\n{asked}\n一种微调方法。\n\n**没有标注的？**\n不读。\n")

    found = [passage for passage in passages(library, LORA) if passage.path.endswith("2106.09685.md")]
    (answer,) = [passage for passage in found if passage.kind is PassageKind.ANSWER]
    lines = (corpus / "papers" / "2106.09685.md").read_text(encoding="utf-8").split("\n")
    assert (answer.text, answer.language) == (f"{asked}\n一种微调方法。", "zh")
    assert "\n".join(lines[answer.start_line - 1 : answer.end_line]) == answer.text
    assert not any("微调方法" in passage.text for passage in found if passage.kind is PassageKind.CARD)


def test_a_glossary_that_is_no_text_is_reported_and_the_rest_is_read(corpus, data):
    (corpus / "glossary.tsv").write_bytes(bytes(range(256)))

    library = read_library(corpus, data)

    assert (len(library.entries), library.glossary) == (7, ())
    assert problems(library)[0].startswith("corpus/glossary.tsv:1: skipped: ")


def test_every_passage_is_verbatim_at_its_lines_and_inside_one_entry(corpus, data):
    library = read_library(corpus, data, PassageConfig(max_tokens=24, min_tokens=6))  # small, so that much is cut

    owner = {}
    for passage in library.passages:
        lines = (corpus.parent / passage.path).read_text(encoding="utf-8").split("\n")
        assert passage.text in "\n".join(lines[passage.start_line - 1 : passage.end_line])
        for line in range(passage.start_line, passage.end_line + 1):
            assert owner.setdefault((passage.path, line), passage.entry_id) == passage.entry_id
    assert len({passage.passage_id for passage in library.passages}) == len(library.passages)


def test_an_entry_indented_too_deep_shares_no_line_with_the_one_above(write_list, data):
    library = read_library(
        write_list(
            "a",
            """\
            ## S

            - [Recipes for building a chatbot](https://arxiv.org/abs/2004.13637)
                    - [ParlAI](https://github.com/facebookresearch/ParlAI)
            """,
        ),
        data,
    )

    assert [(p.entry_id, p.start_line, p.end_line) for p in library.passages] == [
        ("arxiv:2004.13637", 3, 3),
        ("url:github.com/facebookresearch/parlai", 4, 4),
    ]


def test_reading_twice_gives_the_same_library(corpus, data):
    assert read_library(corpus, data) == read_library(corpus, data)


def test_faults_are_reported_with_path_and_line_and_their_entries_kept(write_list, data):
    library = read_library(
        write_list(
            "a",
            """\
            ---
            title: T
            ---

            ## S

            - [GPT2]()
            - **Sophia** [[paper](file:///C:/Users/me/0526.pdf)]
            - **Local** [[pdf](./documents/a.pdf)]
            - **Wrong id** [[arxiv](https://arxiv.org/abs/2210.107605)]
            - 太短。
            """,
        ),
        data,
    )

    assert [entry.title for entry in library.entries] == ["GPT2", "Sophia", "Local", "Wrong id"]
    assert problems(library) == [
        "corpus/lists/a.md:7: empty link",
        "corpus/lists/a.md:8: link to a local file: file:///C:/Users/me/0526.pdf",
        "corpus/lists/a.md:9: relative link: ./documents/a.pdf",
        "corpus/lists/a.md:10: malformed arXiv id: https://arxiv.org/abs/2210.107605",
        "corpus/lists/a.md:11: not understood: 太短。",
    ]


def test_a_list_in_another_encoding_is_read_and_reported(corpus, data):
    (corpus / "lists" / "gb.md").write_bytes("## 节\n\n- **标题**\n".encode("gb18030"))

    library = read_library(corpus, data)

    assert "标题" in [entry.title for entry in library.entries]
    assert problems(library) == [
        "corpus/lists/gb.md:1: not UTF-8 but GB18030; save it as UTF-8, for example: iconv -f GB18030 -t utf-8"
    ]


def test_a_list_that_is_no_text_is_reported_and_the_others_are_read(corpus, data):
    (corpus / "lists" / "picture.md").write_bytes(bytes(range(256)) * 8)

    library = read_library(corpus, data)

    assert len(library.entries) == 7
    assert "corpus/lists/picture.md" not in library.files
    assert [str(problem) for problem in library.unread] == problems(library)
    assert problems(library)[0].startswith("corpus/lists/picture.md:1: skipped: ")


@pytest.mark.parametrize("path", ["lists/garbled.md", "papers/garbled.md"])
def test_a_repaired_file_is_read_and_reported(corpus, data, path):
    text = f"---\nid: {LORA}\n---\n## 训练\n\n- **大模型的训练** 冻结原有的参数，只训练新的参数，效果也很好。\n"
    (corpus / path).write_bytes(text.encode().decode("cp1254", errors="ignore").encode())

    library = read_library(corpus, data)

    assert any("大模型的训练" in passage.text for passage in library.passages)
    assert [problem for problem in problems(library) if problem.startswith(f"corpus/{path}:1: repaired: ")]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("---\nid: arxiv:9999.99999\n---\n", "front matter id 'arxiv:9999.99999' is in no list; set it to the id"),
        ("text without front matter\n", "front matter id '' is in no list; it has none"),
        ("---\ntitle: a: b\n---\n", "skipped: corpus/papers/bad.md:2: front matter is not valid YAML"),
    ],
)
def test_a_card_that_belongs_to_nothing_is_reported_and_the_rest_is_read(add, text, problem):
    library = add("papers/bad.md", text)

    assert len(library.entries) == 7
    (reported,) = problems(library)
    assert reported.startswith(f"corpus/papers/bad.md:1: {problem}")


@pytest.mark.parametrize(
    "line",
    ["kind: [paper]", "kind: poem", "year: soon", "links: ['http://[example.org']", "aliases: {a: b}", "authors: 7"],
)
def test_a_value_of_the_wrong_kind_in_a_card_does_not_stop_the_reading(add, line):
    library = add("papers/2106.09685.md", f"---\nid: {LORA}\n{line}\n---\n\n## English\n\nA card.\n")

    assert entry(library, LORA).kind is Kind.PAPER
    assert any(passage.text == "A card." for passage in library.passages)


def test_a_folder_of_lists_alone_is_a_corpus(tmp_path, data):
    folder = tmp_path / "my lists"
    folder.mkdir()
    (folder / "one.markdown").write_text("## S\n\n- **A**\n", encoding="utf-8")
    (folder / "two.TXT").write_text("## S\n\n- **B**\n", encoding="utf-8")
    for ignored in ("LICENSE.md", ".hidden.md", "table.csv"):
        (folder / ignored).write_text("## S\n\n- **ignored**\n", encoding="utf-8")

    library = read_library(folder, data)

    assert [entry.title for entry in library.entries] == ["A", "B"]
    assert library.files == ("my lists/one.markdown", "my lists/two.TXT")


def test_a_list_that_is_a_symbolic_link_is_read_at_its_place_in_the_corpus(corpus, data):
    elsewhere = corpus / "elsewhere.md"
    elsewhere.write_text("## S\n\n- **Linked list**\n", encoding="utf-8")
    (corpus / "lists" / "linked.md").symlink_to(elsewhere)

    library = read_library(corpus, data)

    assert "corpus/lists/linked.md" in library.files
    assert "Linked list" in [entry.title for entry in library.entries]


def test_a_missing_corpus_says_what_to_pass(tmp_path, data):
    with pytest.raises(CorpusError, match=r"corpus folder .*nowhere does not exist; pass the folder .* --corpus"):
        read_library(tmp_path / "nowhere", data)


@pytest.mark.parametrize("folder", [".", "lists"])
def test_a_corpus_without_lists_says_where_to_put_one(tmp_path, data, folder):
    (tmp_path / "corpus" / folder).mkdir(parents=True)

    with pytest.raises(CorpusError, match=r"no reading list in .*corpus.*: put one Markdown file"):
        read_library(tmp_path / "corpus", data)


def test_a_corpus_of_empty_files_says_so(write_list, data):
    with pytest.raises(CorpusError, match=r"nothing in .*corpus could be read as an entry; see: ingest --check"):
        read_library(write_list("empty", ""), data)


def test_concept_notes_alone_are_a_corpus(tmp_path, data):
    (tmp_path / "corpus" / "notes").mkdir(parents=True)
    (tmp_path / "corpus" / "notes" / "moe.md").write_text("Experts.\n", encoding="utf-8")

    (note,) = read_library(tmp_path / "corpus", data).entries

    assert (note.entry_id, note.title) == ("note:moe", "moe")


def test_progress_names_each_file_once(corpus, data):
    seen = []

    read_library(corpus, data, progress=lambda *step: seen.append(step))

    assert seen == [
        ("reading.md", 1, 4),
        ("route.md", 2, 4),
        ("2106.09685.md", 3, 4),
        ("kv-cache.md", 4, 4),
    ]


def test_the_fingerprint_changes_with_content_name_role_and_settings_and_with_nothing_else(corpus, data):
    config = PassageConfig()
    seen = [corpus_fingerprint(corpus, data, config)]

    (corpus / "lists" / "picture.png").write_bytes(b"x")
    (corpus / "lists" / "route.md").touch()
    assert corpus_fingerprint(corpus, data, config) == seen[0]

    (corpus / "lists" / "route.md").rename(corpus / "lists" / "way.md")
    seen.append(corpus_fingerprint(corpus, data, config))
    (corpus / "notes" / "kv-cache.md").write_text("changed", encoding="utf-8")
    seen.append(corpus_fingerprint(corpus, data, config))
    (corpus / "notes" / "kv-cache.md").rename(corpus / "papers" / "kv-cache.md")
    seen.append(corpus_fingerprint(corpus, data, config))
    (corpus / "glossary.tsv").write_text("en\tzh\taliases\n", encoding="utf-8")
    seen.append(corpus_fingerprint(corpus, data, config))
    (data / "abstracts").mkdir(parents=True)
    (data / "abstracts" / "2106.09685.md").write_text("new", encoding="utf-8")
    seen.append(corpus_fingerprint(corpus, data, config))
    seen.append(corpus_fingerprint(corpus, data, PassageConfig(max_tokens=255)))

    assert len(set(seen)) == len(seen) == 7


def test_files_are_listed_by_role_and_name(corpus, data):
    files = corpus_files(corpus, data)

    assert {role: [file.name for file in found] for role, found in files.items()} == {
        "lists": ["reading.md", "route.md"],
        "papers": ["2106.09685.md"],
        "notes": ["kv-cache.md"],
        "abstracts": [],
        "glossary": [],
        "organisations": [],
        "subjects": [],
    }
