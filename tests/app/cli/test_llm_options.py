import json
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from app.__main__ import app
from index.__main__ import app as index_app

ROOT = Path(__file__).resolve().parents[3]
KEY = "sk-very-secret-0123456789"
LIST = """# Papers

## Tuning

- **LoRA: Low-Rank Adaptation** (LoRA). *Edward J. Hu, Yelong Shen.* ICLR, 2021. [[arxiv](https://arxiv.org/abs/2106.09685)]
  LoRA freezes the pretrained weights and trains a pair of low-rank matrices.
"""
TRUE = "LoRA freezes the pretrained weights and trains a pair of low-rank matrices. [1]"


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    root = tmp_path_factory.mktemp("llm")
    (root / "corpus" / "lists").mkdir(parents=True)
    (root / "corpus" / "lists" / "papers.md").write_text(LIST, encoding="utf-8")
    return root / "data"


def ask(data, *arguments, env=None):
    command = ["ask", *map(str, arguments), "--corpus", str(data.parent / "corpus"), "--data", str(data)]
    return CliRunner().invoke(app, command, env=env)


def test_the_model_of_the_options_writes_the_answer(data, llm_server):
    llm_server.will(text=f"{TRUE} It has 7 heads. [1]")

    result = ask(data, "What is LoRA?", "--llm", llm_server.url, "--model", "scripted", "--json")

    told = json.loads(result.stdout)["writing"]
    assert told["model"] == "scripted"
    assert [row["verdict"] for row in told["sentences"]] == ["supported", "unsupported"]


def test_the_model_of_the_environment_writes_the_answer_and_its_key_is_told_nowhere(data, llm_server):
    env = {"OPENAI_BASE_URL": llm_server.url, "OPENAI_API_KEY": KEY, "LLM_MODEL": "scripted"}
    llm_server.will(status=401)

    result = ask(data, "What is LoRA?", env=env)

    assert result.exit_code == 0
    assert "the key was not accepted" in result.stdout
    assert "LoRA freezes the pretrained weights" in result.stdout
    assert KEY not in result.output
    assert llm_server.headers[0]["authorization"] == f"Bearer {KEY}"


def test_a_batch_is_written_too(data, llm_server, tmp_path):
    llm_server.will(text=TRUE)
    (tmp_path / "batch.jsonl").write_text('{"id": 1, "q": "What is LoRA?"}\n{"id": 2, "q": "LoRA 是什么？"}\n')

    result = ask(data, "--batch", tmp_path / "batch.jsonl", "--json", "--llm", llm_server.url, "--model", "scripted")

    assert [json.loads(line)["writing"]["model"] for line in result.stdout.splitlines()] == ["scripted"] * 2


@pytest.mark.parametrize(
    ("options", "expected"),
    [(["--llm", "localhost:11434", "--model", "m"], "http://HOST:PORT"), (["--llm", "http://a/v1"], "--model NAME")],
)
def test_wrong_options_are_one_line(data, options, expected):
    result = ask(data, "What is LoRA?", *options, env={"LLM_MODEL": "", "OPENAI_BASE_URL": ""})

    assert result.exit_code == 1
    assert expected in result.stderr
    assert len(result.stderr.strip().splitlines()) == 1


@pytest.mark.parametrize("ending", ["md", "html", "bib", "ris", "json"])
def test_an_answer_is_exported_in_the_format_of_its_name(data, tmp_path, ending):
    file = tmp_path / f"answer.{ending}"

    result = ask(data, "What is LoRA?", "--export", file)

    assert result.exit_code == 0
    assert f"wrote {file}" in result.stderr
    text = file.read_text(encoding="utf-8")
    marks = {
        "md": "**[1]** Edward J. Hu, Yelong Shen. LoRA",
        "html": "<!doctype html>",
        "bib": "@inproceedings{hu2021lora,",
    }
    assert (marks | {"ris": "ID  - hu2021lora", "json": '"id": "hu2021lora"'})[ending] in text


def test_an_export_never_tells_the_key_nor_obeys_html(data, tmp_path, llm_server):
    llm_server.will(text=f'{TRUE} <img src=x onerror="alert(1)"> costs 9 dollars. ![x](http://evil/y.png)')
    env = {"OPENAI_API_KEY": KEY}

    for ending in ("md", "html", "json"):
        file = tmp_path / f"answer.{ending}"
        ask(data, "What is LoRA?", "--export", file, "--llm", llm_server.url, "--model", "m", env=env)
        text = file.read_text(encoding="utf-8")
        assert KEY not in text
        if ending == "html":
            assert "<img" not in text
            assert "<del>" in text or "<s>" in text


def test_a_name_without_a_format_is_one_line(data, tmp_path):
    result = ask(data, "What is LoRA?", "--export", tmp_path / "answer.docx")

    assert result.exit_code == 1
    assert ".md" in result.stderr


def test_the_library_is_exported(data):
    ask(data, "What is LoRA?")
    where = ["--corpus", str(data.parent / "corpus"), "--data", str(data)]

    assert "@inproceedings{hu2021lora," in CliRunner().invoke(index_app, ["export", "--bib", *where]).stdout
    assert CliRunner().invoke(index_app, ["export", "--bib", "--since", "2030", *where]).stdout == ""
    assert CliRunner().invoke(index_app, ["export", *where]).exit_code == 2


def test_a_quoted_answer_loads_no_client(data):
    code = (
        "import sys; from app.assistant import Assistant; from pathlib import Path;"
        f"a = Assistant.open(Path({str(data)!r})); a.answer('What is LoRA?');"
        "print(sorted({'openai', 'sklearn', 'torch', 'gradio'} & set(sys.modules)))"
    )
    ask(data, "What is LoRA?")

    run = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True, timeout=120
    )

    assert run.stdout.strip() == "[]"
