import json

import pytest
from typer.testing import CliRunner

from index.__main__ import app
from index.build import build_index
from index.encoders.static import shipped_table
from ingest.library import read_library

LIST = """# Papers

## Methods

### Tuning

- **LoRA: Low-Rank Adaptation** / **低秩适配** (LoRA). *Edward J. Hu, Yelong Shen.* ICLR, 2022. [[arxiv](https://arxiv.org/abs/2106.09685)]
  LoRA freezes the pretrained weights and trains a pair of low-rank matrices in every layer of the network.
- **Prompt Guide**. [[website](https://prompts.example.org/guide)]
"""


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    root = tmp_path_factory.mktemp("main")
    (root / "corpus" / "lists").mkdir(parents=True)
    (root / "corpus" / "lists" / "papers.md").write_text(LIST, encoding="utf-8")
    build_index(read_library(root / "corpus", root / "data"), shipped_table(), root / "data" / "index", corpus="c" * 64)
    return root / "data"


def run(*arguments):
    return CliRunner().invoke(app, ["entries", *map(str, arguments)])


def test_entries_are_listed_one_a_line_with_their_place(data):
    result = run("--data", data)

    assert result.exit_code == 0
    first, second = result.stdout.splitlines()
    assert first == "paper       2022  LoRA: Low-Rank Adaptation  [arxiv:2106.09685]  corpus/lists/papers.md:7"
    assert second.split("  ")[-1] == "corpus/lists/papers.md:9"
    assert "----" in second


def test_entries_as_json_have_the_keys_scripts_read(data):
    result = run("--json", "--data", data)

    lora, guide = map(json.loads, result.stdout.splitlines())
    assert set(lora) == {
        "entry_id", "title", "title_zh", "aliases", "section", "year", "venue", "authors", "kind", "links",
        "arxiv_id", "topics", "source", "line", "text", "listings",
    }  # fmt: skip
    assert lora["entry_id"] == "arxiv:2106.09685"
    assert (lora["title_zh"], lora["aliases"], lora["venue"], lora["year"]) == ("低秩适配", ["LoRA"], "ICLR", 2022)
    assert lora["authors"] == ["Edward J. Hu", "Yelong Shen"]
    assert (lora["source"], lora["line"]) == ("corpus/lists/papers.md", 7)
    assert lora["section"].endswith("Methods > Tuning")
    assert lora["listings"][0]["line"] == 7
    assert guide["year"] is None
    assert guide["links"] == ["https://prompts.example.org/guide"]


def test_a_missing_index_is_built_first(data, tmp_path):
    result = run("--corpus", data.parent / "corpus", "--data", tmp_path / "new")

    assert result.exit_code == 0
    assert "[arxiv:2106.09685]" in result.stdout
    assert len(result.stdout.splitlines()) == 2


def test_without_index_and_corpus_one_line_says_what_to_pass(tmp_path):
    result = run("--corpus", tmp_path / "nowhere", "--data", tmp_path)

    assert result.exit_code == 1
    assert result.stdout == ""
    assert result.stderr.startswith("error: corpus folder ")
    assert "--corpus" in result.stderr
    assert result.stderr.strip().count("\n") == 0
