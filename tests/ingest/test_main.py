import os
import signal
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict
from types import SimpleNamespace

import pytest
import typer
from typer.testing import CliRunner

from index.storage.generations import current_generation
from ingest.__main__ import refresh

NOBODY = "http://127.0.0.1:9/"
CLEAN = """\
## Adapters

- **LoRA: Low-Rank Adaptation of Large Language Models** [[arxiv](https://arxiv.org/abs/2106.09685)]
  It freezes the weights and learns two small matrices.
- [microsoft/LoRA](https://github.com/microsoft/LoRA)
"""
LOADED = """
import atexit, sys
atexit.register(lambda: print(sorted({"faiss", "bm25s", "torch", "index.build"} & set(sys.modules))))
sys.argv[0] = "ingest"
from ingest.__main__ import main
main()
"""


@pytest.fixture
def data(tmp_path):
    return tmp_path / "data"


@pytest.fixture
def ingest_process(repository, data, monkeypatch):
    """Runs ``ingest`` in a process of its own; the API is a port nobody listens on."""
    monkeypatch.setenv("COLUMNS", "300")  # keeps each message on one line

    def run(corpus, *options, program=("-m", "ingest")):
        return subprocess.run(
            [sys.executable, *program, "--corpus", str(corpus), "--data", str(data), *options],
            cwd=repository,
            env=os.environ | {"LLMSTUDY_ARXIV_API": NOBODY},
            capture_output=True,
            encoding="utf-8",
            timeout=120,
            check=False,
        )

    return run


@pytest.fixture
def ingest(data, monkeypatch):
    """Runs the command in this process, which is quicker; the API is as above unless the test names one."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    command = typer.Typer(pretty_exceptions_enable=False)
    command.command()(refresh)

    def run(corpus, *options, api=NOBODY):
        arguments = ["--corpus", str(corpus), "--data", str(data), *options]
        done = CliRunner().invoke(command, arguments, env={"LLMSTUDY_ARXIV_API": api, "COLUMNS": "300"})
        assert done.exception is None or isinstance(done.exception, SystemExit)
        return SimpleNamespace(returncode=done.exit_code, stdout=done.stdout, stderr=done.stderr)

    return run


def manifest(data):
    return asdict(current_generation(data / "index")[1])


@pytest.mark.parametrize(
    "options",
    [
        ("--add", "x.pdf", "--dry-run"),
        ("--arxiv-set", "cs.CL", "--check"),
        ("--full-text", "--rollback"),
        ("--since", "2026-01-01"),
        ("--arxiv-set", "cs.CL", "--since", "yesterday"),
    ],
)
def test_options_that_do_not_go_together_are_wrong_usage(ingest, corpus, options):
    assert ingest(corpus, *options).returncode == 2


def test_what_cannot_be_added_or_harvested_is_one_line(ingest, corpus, tmp_path):
    runs = [ingest(corpus, "--add", str(tmp_path / "no.pdf")), ingest(corpus, "--arxiv-set", "c s")]

    assert [run.returncode for run in runs] == [1, 1]
    assert (
        runs[0].stderr == f"error: {tmp_path / 'no.pdf'} does not exist; give a PDF file or a folder with PDF files\n"
    )
    assert runs[1].stderr == "error: 'c s' is no category of arXiv; give one like cs.CL, cs or hep-th\n"


def test_a_missing_corpus_is_an_error_of_one_line(ingest_process, tmp_path, data):
    run = ingest_process(tmp_path / "nowhere")

    assert (run.returncode, run.stdout) == (1, "")
    assert run.stderr == (
        f"error: corpus folder {tmp_path / 'nowhere'} does not exist; pass the folder of your lists with --corpus\n"
    )
    assert not (data / "index" / "CURRENT").exists()


def test_an_empty_corpus_is_an_error_of_one_line(ingest, tmp_path, data):
    (tmp_path / "corpus" / "lists").mkdir(parents=True)

    run = ingest(tmp_path / "corpus")

    assert (run.returncode, run.stdout) == (1, "")
    assert run.stderr.startswith("error: no reading list in ")
    assert run.stderr.count("\n") == 1


def test_an_unknown_option_is_an_error_of_usage(ingest_process, tmp_path):
    assert ingest_process(tmp_path, "--fast").returncode == 2


def test_a_check_of_a_clean_corpus_prints_nothing_on_stdout_and_succeeds(ingest, write_list, data):
    run = ingest(write_list("a", CLEAN), "--check")

    assert (run.returncode, run.stdout) == (0, "")
    assert run.stderr == "2 entries (paper 1, repository 1), 2 passages; problems: 0\n"
    assert not data.exists()  # checking builds nothing and fetches nothing


def test_a_check_prints_one_problem_a_line_and_fails(ingest, write_list):
    corpus = write_list("a", CLEAN + "- [GPT2]()\n- **OPT** [[pdf](./opt.pdf)]\n")
    (corpus / "lists" / "gb.md").write_bytes(bytes(range(256)))

    run = ingest(corpus, "--check")

    assert run.returncode == 1
    lines = run.stdout.splitlines()
    assert lines[:2] == [
        "corpus/lists/a.md:6:10: error[empty-link] empty link; give the address, or take the link away",
        "corpus/lists/a.md:7:18: warning[relative-link] relative link: ./opt.pdf; "
        "add the file, or link the page on the web instead",
    ]
    assert lines[2].startswith("corpus/lists/gb.md:1:1: error[unreadable-file] skipped: ")
    assert len(lines) == 3
    assert run.stderr == (
        "4 entries (concept 2, paper 1, repository 1), 4 passages; problems: 3 (errors: 2, warnings: 1)\n"
    )


def test_warnings_alone_do_not_fail_the_check_and_notes_are_told_when_asked_for(ingest, write_list):
    corpus = write_list("a", CLEAN + "- **OPT** [[pdf](./opt.pdf)]\n")
    write_list("b", CLEAN)

    run, noted = ingest(corpus, "--check"), ingest(corpus, "--check", "--notes")

    assert (run.returncode, run.stdout.count("\n")) == (0, 1)
    assert run.stderr.endswith("problems: 1 (errors: 0, warnings: 1); notes: 2, see --notes\n")
    assert noted.stdout.count("note[other-lists]") == 2


def test_a_check_fixes_what_is_safe_and_a_second_one_finds_nothing_to_fix(ingest, write_list):
    corpus = write_list("a", CLEAN + "- [Blog] (https://e.org/post?utm_source=x&id=1)\n")

    first, second = ingest(corpus, "--check", "--fix"), ingest(corpus, "--check", "--fix")

    assert (corpus / "lists" / "a.md").read_text(encoding="utf-8") == CLEAN + "- [Blog](https://e.org/post?id=1)\n"
    assert first.stderr.count("fixed corpus/lists/a.md:6:") == 2
    assert "fixed" not in second.stderr
    assert (first.returncode, second.returncode) == (0, 0)


def test_a_list_is_repaired_into_a_copy_by_the_command(ingest, tmp_path):
    file = tmp_path / "list.md"
    file.write_text("- cafÃ© [paper](https://e.org/a)\n", encoding="utf-8")

    run, again = ingest(tmp_path, "--repair", str(file)), ingest(tmp_path, "--repair", str(file))

    assert (run.returncode, again.returncode) == (0, 1)
    assert (tmp_path / "list.repaired.md").read_text(encoding="utf-8") == "- café [paper](https://e.org/a)\n"
    assert again.stderr.startswith("error: ")


def test_options_of_the_check_need_the_check(ingest, corpus):
    assert ingest(corpus, "--fix").returncode == 2


def test_a_file_that_is_no_text_is_reported_and_the_others_are_indexed(ingest, corpus, data):
    (corpus / "lists" / "gb.md").write_bytes(bytes(range(256)))

    run = ingest(corpus, "--offline")

    assert (run.returncode, run.stdout) == (1, "")
    assert "indexed 7 entries (" in run.stderr
    last = run.stderr.strip().splitlines()[-1]
    assert last.startswith("error: corpus/lists/gb.md:1: skipped: ")
    assert last.endswith("; files skipped: 1, everything else is indexed")
    assert manifest(data)["entries"] == 7


def test_many_problems_are_summed_up_and_point_to_the_check(ingest, write_list):
    corpus = write_list("a", CLEAN + "".join(f"- [Work {number}]()\n" for number in range(7)))

    run = ingest(corpus, "--offline")

    assert run.stderr.count("empty link") == 5
    assert "7 problems in all; see: ingest --check" in run.stderr


def test_a_second_run_says_that_nothing_changed_and_does_not_load_what_builds_an_index(ingest_process, corpus, data):
    first = ingest_process(corpus, "--offline")
    built = (data / "index" / "CURRENT").stat().st_mtime_ns

    second = ingest_process(corpus, "--offline", program=("-c", LOADED))

    assert first.returncode == second.returncode == 0
    assert second.stderr == f"nothing changed: 7 entries, {manifest(data)['passages']} passages\n"
    assert second.stdout == "[]\n"  # the heavy modules were not so much as imported
    assert (data / "index" / "CURRENT").stat().st_mtime_ns == built


def test_a_changed_list_is_indexed_again_and_full_rebuilds_without_a_change(ingest, corpus, data):
    ingest(corpus, "--offline")
    with (corpus / "lists" / "reading.md").open("a", encoding="utf-8") as file:
        file.write("- **A new entry**\n")

    changed = ingest(corpus, "--offline")
    full = ingest(corpus, "--offline", "--full")

    assert "indexed 8 entries (" in changed.stderr
    assert "indexed 8 entries (" in full.stderr
    assert manifest(data)["entries"] == 8


def test_abstracts_are_fetched_once_and_indexed(ingest, write_list, data, arxiv_api):
    arxiv_api.papers = {"2106.09685": "We propose Low-Rank Adaptation."}
    corpus = write_list("a", CLEAN + "- **Ghost of a paper** [[arxiv](https://arxiv.org/abs/2199.99999)]\n")

    run = ingest(corpus, api=arxiv_api.url)

    assert run.returncode == 0, run.stderr
    assert arxiv_api.asked == [["2106.09685", "2199.99999"]]
    assert "fetched abstracts: 1\n" in run.stderr
    assert "arXiv does not know: 2199.99999" in run.stderr
    assert (data / "abstracts" / "2106.09685.md").is_file()
    assert manifest(data)["passages"] == 4  # three listings and the abstract


def test_a_refresh_without_a_network_says_so_and_still_indexes(ingest, write_list, data):
    run = ingest(write_list("a", CLEAN))

    assert run.returncode == 0, run.stderr
    assert "fetched abstracts: 0; arXiv cannot be reached; run ingest again when online" in run.stderr
    assert manifest(data)["entries"] == 2


def test_a_broken_corpus_leaves_the_index_as_it_was(ingest, corpus, data):
    ingest(corpus, "--offline")
    before = manifest(data)
    for file in (corpus / "lists").iterdir():
        file.unlink()
    (corpus / "notes" / "kv-cache.md").unlink()

    run = ingest(corpus, "--offline")

    assert run.returncode == 1
    assert manifest(data) == before


def test_an_index_is_rolled_back_verified_and_previewed_by_the_command(ingest, corpus, data):
    ingest(corpus, "--offline")
    (corpus / "lists" / "more.md").write_text("## S\n\n- **More**\n", encoding="utf-8")
    preview = ingest(corpus, "--dry-run")
    ingest(corpus, "--offline")

    back, whole = ingest(corpus, "--rollback"), ingest(corpus, "--verify")

    assert [run.returncode for run in (preview, back, whole)] == [0, 0, 0]
    assert "  added 1: More\n" in preview.stderr
    assert "; nothing was written" in preview.stderr
    assert back.stderr.startswith("went back to an index of 7 entries")
    assert whole.stderr.startswith("the index is whole: ")
    assert manifest(data)["entries"] == 7


def test_two_things_at_once_are_an_error_of_usage(ingest, corpus):
    run = ingest(corpus, "--check", "--rollback")

    assert run.returncode == 2
    assert "give only one of --check, --rollback" in run.stderr


@pytest.mark.parametrize("how", ["a file", "below a file"])
def test_a_data_folder_that_cannot_be_one_is_an_error_of_one_line(ingest, corpus, data, how):
    data.write_text("", encoding="utf-8")

    run = ingest(corpus, "--offline", *(["--data", str(data / "below")] if how == "below a file" else []))

    assert (run.returncode, run.stderr.count("\n")) == (1, 1)
    assert run.stderr.startswith(f"error: {data} is a file" if how == "a file" else "error: cannot write in ")


def test_four_at_once_take_turns_and_all_succeed(ingest_process, corpus, data):
    with ThreadPoolExecutor() as pool:
        runs = list(pool.map(lambda _: ingest_process(corpus, "--offline"), range(4)))

    assert [run.returncode for run in runs] == [0] * 4
    assert sum("nothing changed" in run.stderr for run in runs) == 3
    assert len([path for path in (data / "index").iterdir() if path.is_dir()]) == 1


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="there is no full device")
def test_a_full_disk_under_stdout_is_an_error_of_one_line(repository, corpus, data, ingest):
    ingest(corpus, "--offline")
    with open("/dev/full", "w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "index", "entries", "--data", str(data)],
            cwd=repository, stdout=full, stderr=subprocess.PIPE, text=True, check=False,
        )  # fmt: skip

    assert (done.returncode, done.stderr) == (1, "error: No space left on device\n")


@contextmanager
def writing_until_seen(file, text):
    """Writes a file again and again: on a busy machine the system begins to watch long after it was asked to."""
    seen = threading.Event()

    def write():
        while not seen.wait(0.5):
            file.write_text(text, encoding="utf-8")

    writer = threading.Thread(target=write)
    writer.start()
    try:
        yield
    finally:
        seen.set()
        writer.join()


def test_a_watched_corpus_is_refreshed_when_a_file_changes_and_ctrl_c_ends_it(repository, corpus, data):
    process = subprocess.Popen(
        [sys.executable, "-m", "ingest", "--offline", "--watch", "--corpus", str(corpus), "--data", str(data)],
        cwd=repository,
        stderr=subprocess.PIPE,
        text=True,
    )
    with process.stderr:
        said = iter(process.stderr.readline, "")
        assert any(line.startswith("watching ") for line in said)
        with writing_until_seen(corpus / "lists" / "more.md", "## S\n\n- **More**\n"):
            assert any(line == "  added 1: More\n" for line in said)
        assert any(line.startswith("indexed 8 entries") for line in said)
        process.send_signal(signal.SIGINT)
        assert process.stderr.read().strip().splitlines()[-1:] == [
            "stopped; the index is as it was / 已停止，索引保持原样"
        ]
    assert process.wait(timeout=20) == 130
