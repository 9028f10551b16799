"""One list that breaks each rule, beside one that keeps it."""

import json
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.library import read_corpus
from ingest.lint.addresses import addresses_in, visible_lines
from ingest.lint.audit import audit_corpus
from ingest.lint.entries import Paper
from ingest.lint.fix import fix_files
from ingest.lint.papers import known_papers
from ingest.lint.report import FORMATS
from ingest.lint.rules import RULES, ReportFormat, Severity

LORA = "[LoRA: Low-Rank Adaptation of Large Language Models](https://arxiv.org/abs/2106.09685)"
GPT3 = "[Language Models are Few-Shot Learners](https://arxiv.org/abs/2005.14165)"
PAPERS = {
    "2106.09685": Paper("LoRA: Low-Rank Adaptation of Large Language Models"),
    "2305.11000": Paper("SpeechGPT: Empowering Large Language Models with Cross-Modal Conversation", "We propose it."),
    "2005.14165": Paper("Language Models are Few-Shot Learners", "We train GPT-3, a language model."),
}


@pytest.fixture
def audit(tmp_path):
    """Audits one or more lists; returns (line, column, rule) of errors and warnings, or of everything."""

    def run(*lists, notes=False, papers=PAPERS):
        corpus = tmp_path / "corpus"
        (corpus / "lists").mkdir(parents=True, exist_ok=True)
        for number, text in enumerate(lists):
            (corpus / "lists" / f"{number}.md").write_text(text, encoding="utf-8", newline="")
        reading = read_corpus(corpus, tmp_path / "data")
        findings, _ = audit_corpus(corpus, reading, papers)
        kept = [f for f in findings if notes or f.severity is not Severity.NOTE]
        return SimpleNamespace(
            places=[(f.line, f.column, f.rule) for f in kept], findings=kept, files=reading.list_files
        )

    return run


def test_a_sound_list_has_no_findings(audit):
    assert audit(f"# L\n\n- {LORA} (2021)\n- {GPT3}\n", notes=True).places == []


@pytest.mark.parametrize(
    ("item", "column", "rule"),
    [
        ("[GPT2]()", 10, "empty-link"),
        ("[a](file:///C:/Users/x/a.pdf)", 7, "local-file"),
        ("[a](./docs/a.pdf)", 7, "relative-link"),
        ("[a](https://arxiv.org/abs/2210.107605)", 7, "malformed-arxiv-id"),
        ("[a](htps//e.org/a)", 7, "relative-link"),
        ("[a](ftp://e.org/a)", 7, "not-an-address"),
        ("[a](https://chat.openai.com/c/12)", 7, "private-link"),
        ("[a](http://192.168.0.1/a)", 7, "private-link"),
        ("[a](#nowhere)", 7, "missing-anchor"),
        ("[Work](https://e.org/a) [[code](https://www.pokemon.com/us)]", 35, "code-link-elsewhere"),
        ("[a](https://e.org/?utm_source=x)", 7, "tracking-link"),
        ("[a]( https://e.org/b )", 7, "link-with-space"),
        ("[a] (https://e.org/b)", 3, "malformed-link"),
        ("(a)[https://e.org/b]", 3, "malformed-link"),
        ("[a](https://e.org/b", 3, "malformed-link"),
        ("cafÃ© [a](https://e.org/b)", 6, "broken-encoding"),
        ("caf\ufffd [a](https://e.org/b)", 6, "lost-characters"),
        ("[Work](https://e.org/a) [[paper](https://e.org/b)] [[project](https://e.org/b)]", 65, "repeated-link"),
    ],
)
def test_a_fault_of_a_link_is_told_at_its_column(audit, item, column, rule):
    assert (5, column, rule) in audit(f"# L\n\n- {LORA}\n- {GPT3}\n- {item}\n").places


def test_what_is_in_code_and_comments_is_no_link(audit):
    text = f"# L\n\n- {LORA} `[a]()`\n\n```\n[b]()\n```\n\n<!-- [c]()\n[d]() -->\n"

    assert "empty-link" not in [rule for _, _, rule in audit(text).places]


def test_a_relative_link_to_a_file_that_is_there_and_an_anchor_that_exists_are_fine(audit):
    audit("- x\n")

    assert (
        audit(f"# L of 大模型 (2023)\n\n[L](#l-of-大模型-2023) [0](./1.md)\n\n- {LORA}\n", f"- {GPT3}\n").places == []
    )


def test_a_work_twice_in_a_section_is_a_warning_and_elsewhere_a_note(audit):
    run = audit(f"## A\n\n- {LORA}\n- {LORA}\n\n## B\n\n- {LORA}\n", f"## A\n\n- {LORA}\n", notes=True)

    assert run.places == [(4, 1, "duplicate-entry"), (8, 1, "listed-again"), (3, 1, "other-lists")]


@pytest.mark.parametrize(("year", "faults"), [("2022", 0), ("2019", 1)])  # a conference may be a year later
def test_years_far_apart_for_one_work_conflict(audit, year, faults):
    run = audit(f"## A\n\n- [2021] {LORA}\n", f"## A\n\n- [{year}] {LORA}\n")

    assert [rule for _, _, rule in run.places] == ["conflicting-years"] * faults


def test_one_site_for_two_works_is_told(audit):
    site = "[[官方网站](https://cevalbenchmark.com/)]"
    run = audit(f"## 1. C-Eval\n\n{site} [[Github](https://github.com/a/b)]\n\n## 2. FlagEval\n\n{site}\n")

    assert "shared-link" in [rule for _, _, rule in run.places]


@pytest.mark.parametrize(
    ("item", "wrong"),
    [
        ("[Harnessing the Power of LLMs in Practice](https://arxiv.org/abs/2305.11000)", True),
        ("**BIG-bench** [[paper](https://arxiv.org/abs/2305.11000)]", True),
        ("**GPT-3** [[paper](https://arxiv.org/abs/2005.14165)]", False),  # its abstract has the name
        ("**语音模型** [[paper](https://arxiv.org/abs/2305.11000)]", False),  # a translation cannot be compared
        ("[SpeechGPT: Empowering LLMs with Conversation](https://arxiv.org/abs/2305.11000)", False),
    ],
)
def test_a_title_that_links_another_paper_is_told(audit, item, wrong):
    assert ((3, 1, "wrong-paper") in audit(f"## A\n\n- {item}\n").places) == wrong


def test_the_right_paper_is_named_when_it_is_known(audit):
    [finding] = audit("## A\n\n- [Language Models are Few-Shot Learners](https://arxiv.org/abs/2305.11000)\n").findings

    assert finding.fix == "arXiv 2005.14165 has this title"


def test_titles_come_from_the_bulk_file_and_from_what_was_fetched(tmp_path):
    dump = tmp_path / "dump.jsonl"
    rows = [{"id": "1", "title": "One\n thing", "abstract": "a"}, {"id": "2", "title": "Two", "abstract": "b"}]
    dump.write_text("\n".join(map(json.dumps, [*rows, {"id": "3", "title": "Three", "abstract": "c"}])) + "\nno\n")
    (tmp_path / "abstracts").mkdir()
    (tmp_path / "abstracts" / "4.md").write_text("---\nid: arxiv:4\ntitle: Four\n---\n\nText.\n")

    papers = known_papers({"1", "4"}, {"two"}, tmp_path, dump)

    assert {number: paper.title for number, paper in papers.items()} == {"4": "Four", "1": "One thing", "2": "Two"}


def test_an_empty_section_and_an_entry_without_a_link_are_told(audit):
    items = "".join(f"- [Work number {n} of the list](https://e.org/{n})\n" for n in range(10))
    run = audit(f"## A\n\n{items}- **A work without**\n\n## B\n\n## C\n\n### D\n\n- {LORA}\n")

    assert run.places == [(13, 1, "entry-without-link"), (15, 1, "empty-section")]


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("- [a]() <!-- lint-ignore empty-link -->\n- [b]()\n", [4]),
        ("- [a]() <!-- lint-ignore -->\n- [b]()\n", [4]),
        ("- [a]() <!-- lint-ignore local-file -->\n- [b]()\n", [3, 4]),
        ("<!-- lint-ignore empty-link -->\n- [a]()\n- [b]()\n", [5]),
        ("<!-- lint-ignore-file empty-link -->\n\n- [a]()\n- [b]()\n", []),
        ("<!-- lint-disable empty-link -->\n- [a]()\n\n<!-- lint-enable -->\n- [b]()\n", [7]),
    ],
)
def test_comments_say_what_to_ignore(audit, text, left):
    assert [line for line, _, rule in audit(f"## A\n\n{text}- {LORA}\n").places if rule == "empty-link"] == left


def test_a_comment_that_names_no_rule_is_told(audit):
    assert (3, 10 + len(LORA) - 6, "unknown-rule") in audit(f"## A\n\n- {LORA} <!-- lint-ignore emty -->\n").places


FIXABLE = (
    "# L\r\n\r\n- [a] (https://e.org/?utm_source=x&id=1#s)  \r\n- (b)[https://e.org/b]\r\n- [c]( https://e.org/c )\r\n"
    "- cafÃ© [d](https://e.org/d)\r\n- [e]()\r\n- `[f] (https://e.org/f)`"
)
FIXED = (
    "# L\r\n\r\n- [a](https://e.org/?id=1#s)  \r\n- [b](https://e.org/b)\r\n- [c](https://e.org/c)\r\n"
    "- café [d](https://e.org/d)\r\n- [e]()\r\n- `[f] (https://e.org/f)`"
)


def test_fixes_change_only_what_is_safe_and_keep_line_ends(audit):
    text, made = FIXABLE, 1
    while made:
        run = audit(text)
        made = len(fix_files(run.findings, run.files))
        [file] = run.files.values()
        text = file.read_bytes().decode()

    assert text == FIXED
    assert [path.name for path in file.parent.iterdir()] == ["0.md"]  # nothing is left beside it


def test_a_file_that_is_not_as_it_was_found_is_not_touched(audit):
    run = audit("# L\n\n- [a] (https://e.org/)\n")
    [file] = run.files.values()
    file.write_text("# L\n\n- other text altogether\n")

    assert fix_files(run.findings, run.files) == []
    assert file.read_text() == "# L\n\n- other text altogether\n"


@given(st.text(st.sampled_from("[]()!`<>-# a:/.\u200bhtps{}é中\n"), max_size=200))
def test_whatever_a_line_holds_a_link_stands_where_it_is_said_to(text):
    lines = text.split("\n")
    visible = visible_lines(lines)

    assert len(visible) == len(lines)
    for address in addresses_in(visible):
        assert lines[address.line - 1].startswith(address.raw, address.column - 1)


def test_json_and_github_have_every_finding(audit):
    findings = audit("# L, M\n\n- [a]()\n- [b](./c%20d.pdf)\n").findings

    rows = json.loads("\n".join(FORMATS[ReportFormat.JSON](findings)))
    assert [
        (row["path"], row["line"], row["column"], row["rule"], row["severity"], row["fixable"]) for row in rows
    ] == [
        ("corpus/lists/0.md", 3, 7, "empty-link", "error", False),
        ("corpus/lists/0.md", 4, 7, "relative-link", "warning", False),
    ]
    assert list(FORMATS[ReportFormat.GITHUB](findings))[1] == (
        "::warning file=corpus/lists/0.md,line=4,col=7,title=relative-link::relative link: ./c d.pdf; "
        "add the file, or link the page on the web instead"
    )


def test_sarif_names_every_rule_and_points_to_the_place(audit):
    log = json.loads("\n".join(FORMATS[ReportFormat.SARIF](audit("# L\n\n- [a]()\n").findings)))

    [run] = log["runs"]
    assert [rule["id"] for rule in run["tool"]["driver"]["rules"]] == list(RULES)
    [result] = run["results"]
    assert run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == result["ruleId"] == "empty-link"
    assert result["locations"][0]["physicalLocation"]["region"] == {"startLine": 3, "startColumn": 7}
