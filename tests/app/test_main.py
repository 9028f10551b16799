import json
import os
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from app.__main__ import app
from index.storage.generations import current_generation
from index.storage.manifest import write_manifest

ROOT = Path(__file__).resolve().parents[2]

LIST = """# Papers

## Tuning

- **LoRA: Low-Rank Adaptation** (LoRA). *Edward J. Hu.* ICLR, 2022. [[arxiv](https://arxiv.org/abs/2106.09685)]
  LoRA freezes the pretrained weights and trains a pair of low-rank matrices.
  LoRA 冻结预训练权重，只训练一对低秩矩阵，推理时没有额外延迟。
- **FlashAttention**. *Tri Dao.* NeurIPS, 2022. [[arxiv](https://arxiv.org/abs/2205.14135)]
  FlashAttention computes exact attention in tiles.
"""


def ask(data, *arguments):
    return CliRunner().invoke(
        app, ["ask", *map(str, arguments), "--corpus", str(data.parent / "corpus"), "--data", str(data)]
    )


def run_python(*arguments):
    return subprocess.run(
        [sys.executable, *map(str, arguments)], capture_output=True, text=True, encoding="utf-8", cwd=ROOT, check=False
    )


def one_line_error(result):
    assert result.exit_code == 1
    assert isinstance(result.exception, SystemExit)  # and not one that a traceback would be shown for
    (line,) = result.stderr.strip().splitlines()
    assert line.startswith("error: ")
    return line


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    root = tmp_path_factory.mktemp("main")
    (root / "corpus" / "lists").mkdir(parents=True)
    (root / "corpus" / "lists" / "papers.md").write_text(LIST, encoding="utf-8")
    first = ask(root / "data", "什么是 LoRA？")
    assert first.exit_code == 0, first.stderr
    assert "indexed 2 entries" in first.stderr  # the first question builds the index
    return root / "data"


@pytest.fixture
def broken(data, tmp_path):
    """A copy of the corpus with an index of its own, to be damaged."""
    (tmp_path / "corpus" / "lists").mkdir(parents=True)
    (tmp_path / "corpus" / "lists" / "papers.md").write_text(LIST, encoding="utf-8")
    return shutil.copytree(data, tmp_path / "data")


def test_a_question_is_answered_as_text_with_its_sources(data):
    done = ask(data, "LoRA 推理时有额外延迟吗？")

    assert (done.exit_code, done.stderr) == (0, "")
    assert "LoRA 冻结预训练权重，只训练一对低秩矩阵，推理时没有额外延迟。[1]" in done.stdout
    assert "[1] LoRA: Low-Rank Adaptation — corpus/lists/papers.md:7" in done.stdout


def test_a_question_is_answered_as_one_json_object(data):
    done = ask(data, "What is FlashAttention?", "--json")

    answer = json.loads(done.stdout)
    assert set(answer) == {
        "id", "question", "language", "status", "answer", "notices", "citations", "hits", "timings_ms"
    }  # fmt: skip
    assert set(answer["citations"][0]) == {
        "n", "entry_id", "title", "section", "list", "source", "line", "links", "arxiv_id", "quote", "support",
    }  # fmt: skip
    assert set(answer["hits"][0]) == {
        "rank", "score", "entry_id", "title", "section", "year", "kind", "links", "arxiv_id", "source", "line", "text",
        "steps", "words",
    }  # fmt: skip
    assert set(answer["timings_ms"]) == {"retrieve", "answer", "total"}
    assert set(answer["hits"][0]["steps"]) >= {"lexical", "dense", "late", "fused"}
    assert "flashattention" in answer["hits"][0]["words"]
    assert (answer["id"], answer["status"], answer["language"]) == (None, "answered", "en")
    assert answer["citations"][0]["entry_id"] == "arxiv:2205.14135"
    assert answer["citations"][0]["line"] == 9


def test_a_declined_question_is_no_failure(data):
    done = ask(data, "今天晚饭吃什么？", "--json")

    assert done.exit_code == 0
    assert json.loads(done.stdout)["status"] == "declined"


def test_asking_loads_no_training_library_and_no_page(data):
    corpus = data.parent / "corpus"
    code = (
        "import atexit, runpy, sys;"
        "heavy = {'torch', 'sentence_transformers', 'transformers', 'datasets', 'gradio'};"
        "atexit.register(lambda: print(sorted(heavy & set(sys.modules)), file=sys.stderr));"
        f"sys.argv = ['app', 'ask', '什么是 LoRA？', '--corpus', {str(corpus)!r}, '--data', {str(data)!r}];"
        "runpy.run_module('app', run_name='__main__')"
    )

    done = run_python("-c", code)

    assert "[1]" in done.stdout
    assert (done.returncode, done.stderr) == (0, "[]\n")


@pytest.mark.parametrize(
    ("question", "said"), [("", "问题是空的"), ("   ", "the question is empty"), ("长" * 2001, "2001")]
)
def test_a_question_that_cannot_be_asked_exits_with_1_before_an_index_is_built(tmp_path, question, said):
    done = ask(tmp_path / "data", question)

    line = one_line_error(done)
    assert said in line
    assert " / " in line  # in both languages
    assert not (tmp_path / "data").exists()


def test_exit_codes_reach_the_shell(tmp_path):
    empty = run_python("-m", "app", "ask", "", "--data", tmp_path)
    wrong = run_python("-m", "app", "ask", "--data", tmp_path)

    assert (empty.returncode, wrong.returncode) == (1, 2)
    assert empty.stderr.startswith("error: 问题是空的")
    assert "--batch FILE" in wrong.stderr


@pytest.mark.parametrize("arguments", [(), ("什么是 LoRA？", "--batch", "questions.jsonl"), ("--nonsense",)])
def test_a_wrong_command_line_exits_with_2(tmp_path, arguments):
    done = ask(tmp_path / "data", *arguments)

    assert done.exit_code == 2
    assert done.stdout == ""


def test_a_missing_corpus_exits_with_1_and_names_the_option(tmp_path):
    assert "--corpus" in one_line_error(ask(tmp_path / "data", "什么是 LoRA？"))


def test_bytes_that_are_no_text_end_in_no_traceback(data):
    done = ask(data, os.fsdecode(b"LoRA \xff"))

    assert done.exception is None or isinstance(done.exception, SystemExit)


def test_an_index_of_another_encoder_exits_with_1_and_names_the_command(broken):
    generation, manifest = current_generation(broken / "index")
    write_manifest(generation, replace(manifest, encoder_fingerprint="0" * 16))

    command = f"rebuild it with: ingest --full --corpus {broken.parent / 'corpus'} --data {broken}"
    assert one_line_error(ask(broken, "什么是 LoRA？")).endswith(command)


def test_a_damaged_index_exits_with_1_and_names_the_command(broken):
    (current_generation(broken / "index")[0] / "store.sqlite").write_bytes(b"junk")

    command = f"rebuild it with: ingest --full --corpus {broken.parent / 'corpus'} --data {broken}"
    assert one_line_error(ask(broken, "什么是 LoRA？")).endswith(command)


def test_an_index_of_another_format_is_rebuilt_on_the_way(broken):
    manifest = current_generation(broken / "index")[0] / "manifest.json"
    fields = json.loads(manifest.read_text(encoding="utf-8")) | {"format": 1}
    manifest.write_text(json.dumps(fields), encoding="utf-8")

    done = ask(broken, "什么是 LoRA？")

    assert done.exit_code == 0
    assert "[1]" in done.stdout


def test_a_batch_answers_every_line_in_order(data, tmp_path):
    file = tmp_path / "questions.jsonl"
    rows = [
        {"id": "a", "q": "什么是 LoRA？"},
        {"id": "b", "q": "它推理时有额外延迟吗？", "history": [["什么是 LoRA？", "一种方法。"]]},
        {"id": "c", "q": "Who is Napoleon?"},
    ]
    file.write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in rows) + "\n", encoding="utf-8")

    done = ask(data, "--batch", file, "--json")

    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert (done.exit_code, done.stderr) == (0, "")
    assert [(answer["id"], answer["question"]) for answer in answers] == [(row["id"], row["q"]) for row in rows]
    assert [answer["status"] for answer in answers] == ["answered", "answered", "declined"]
    assert answers[1]["citations"][0]["entry_id"] == "arxiv:2106.09685"


def test_a_malformed_line_of_a_batch_is_named_and_the_others_are_answered(data, tmp_path):
    file = tmp_path / "questions.jsonl"
    file.write_text('{"id": "a", "q": "什么是 LoRA？"}\n\n{oops\n{"id": "d", "q": "什么是 LoRA？"}\n', encoding="utf-8")

    done = ask(data, "--batch", file, "--json")

    assert done.exit_code == 1
    assert [json.loads(line)["id"] for line in done.stdout.splitlines()] == ["a", "d"]
    (error,) = done.stderr.splitlines()
    assert error.startswith(f"error: {file}:3: not JSON")


def test_a_batch_as_text_shows_each_question_above_its_answer(data, tmp_path):
    file = tmp_path / "questions.jsonl"
    file.write_text('{"id": "a", "q": "什么是 LoRA？"}\n{"id": "b", "q": "Who is Napoleon?"}\n', encoding="utf-8")

    done = ask(data, "--batch", file)

    assert [line for line in done.stdout.splitlines() if line.startswith("#")] == [
        "# 什么是 LoRA？",
        "# Who is Napoleon?",
    ]


def test_lines_of_a_batch_end_at_line_feeds_alone(data, tmp_path):
    file = tmp_path / "questions.jsonl"
    # JSON allows these three inside a string; Python's splitlines would cut there
    file.write_text('{"id": "a", "q": "什么是\u2028LoRA\u2029？\x85"}\n{"id": "b", "q": ""}\n', encoding="utf-8")

    done = ask(data, "--batch", file, "--json")

    assert [json.loads(line)["id"] for line in done.stdout.split("\n") if line] == ["a"]
    assert f"{file}:2: " in done.stderr


@pytest.mark.parametrize("content", [None, b"\xff\xfe{"])
def test_a_batch_file_that_cannot_be_read_is_said_in_one_line(data, tmp_path, content):
    file = tmp_path / "questions.jsonl"
    if content is not None:
        file.write_bytes(content)

    assert f"cannot read {file}" in one_line_error(ask(data, "--batch", file))


def test_a_changed_corpus_is_pointed_out_and_the_old_index_answers(broken):
    (broken.parent / "corpus" / "lists" / "more.md").write_text("# More\n\n- **QLoRA**. 2023.\n", encoding="utf-8")

    done = ask(broken, "什么是 LoRA？")

    assert done.exit_code == 0
    assert "[1]" in done.stdout
    assert "has changed since the index was built; refresh it with: ingest" in " ".join(done.stderr.split())
