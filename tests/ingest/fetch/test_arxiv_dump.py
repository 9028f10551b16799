import gzip
import json
import lzma

import pytest

from ingest.documents.front_matter import read_document
from ingest.errors import CorpusError
from ingest.fetch.arxiv_dump import DumpReport, take_abstracts

RECORD = {
    "id": "2106.09685",
    "authors": "Edward J. Hu, Yelong Shen and Phillip\n  Wallis",
    "title": "LoRA: Low-Rank\n  Adaptation",
    "categories": "cs.CL cs.AI",
    "abstract": "  We propose LoRA,\nwhich is R&D.\n",
    "versions": [{"version": "v1", "created": "Thu, 17 Jun 2021 17:37:18 GMT"}, {"version": "v2", "created": "x"}],
    "update_date": "2021-10-18",
}


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "abstracts"


@pytest.fixture
def dump(tmp_path):
    def write(*lines, opener=open, name="dump.json"):
        with opener(tmp_path / name, "wb") as file:
            for line in lines:
                file.write((line if isinstance(line, bytes) else json.dumps(line).encode()) + b"\n")
        return tmp_path / name

    return write


def test_an_abstract_is_kept_as_a_document_with_its_facts(dump, folder):
    report = take_abstracts(dump({**RECORD, "id": "1706.03741"}, RECORD), ["2106.09685"], folder)

    assert report == DumpReport(1, 0)
    assert [file.name for file in folder.iterdir()] == ["2106.09685.md"]  # and not every paper of the file
    document = read_document(folder / "2106.09685.md", "data/abstracts/2106.09685.md")
    assert document.front == {
        "id": "arxiv:2106.09685",
        "title": "LoRA: Low-Rank Adaptation",
        "authors": ["Edward J. Hu", "Yelong Shen", "Phillip Wallis"],
        "published": "2021-06-17",
        "categories": ["cs.CL", "cs.AI"],
    }
    assert [line for line in document.parts[0].lines if line] == ["We propose LoRA, which is R&D."]


def test_an_abstract_that_is_there_is_not_taken_again(dump, folder):
    take_abstracts(dump(RECORD), ["2106.09685"], folder)

    assert take_abstracts(dump(RECORD | {"abstract": "Another."}), ["2106.09685"], folder) == DumpReport(0, 0)
    assert "We propose" in (folder / "2106.09685.md").read_text(encoding="utf-8")


def test_malformed_lines_are_counted_and_cost_only_themselves(dump, folder):
    lines = [b"{", b"[]", b"\xff\xfe", b"", b"[" * 100_000, {"id": "2106.09685"}, {**RECORD, "abstract": None}, RECORD]

    assert take_abstracts(dump(*lines), ["2106.09685"], folder) == DumpReport(1, 6)


@pytest.mark.parametrize(
    "odd", [{"authors": None}, {"versions": []}, {"versions": None}, {"categories": None}, {"abstract": "a \ud800 b"}]
)
def test_a_record_with_odd_fields_is_taken(dump, folder, odd):
    assert take_abstracts(dump(RECORD | odd), ["2106.09685"], folder).taken == 1

    assert read_document(folder / "2106.09685.md", "x.md").front["title"] == "LoRA: Low-Rank Adaptation"


@pytest.mark.parametrize(("opener", "name"), [(gzip.open, "dump.json.gz"), (lzma.open, "dump.json.xz")])
def test_a_compressed_file_is_read_as_it_is(dump, folder, opener, name):
    file = dump(RECORD, opener=opener, name=name)
    assert take_abstracts(file, ["2106.09685"], folder).taken == 1

    file.write_bytes(b"no such thing")
    with pytest.raises(CorpusError, match=f"cannot read .*{name}: "):
        take_abstracts(file, ["1706.03741"], folder)


def test_a_missing_file_is_told(tmp_path, folder):
    with pytest.raises(CorpusError, match=r"cannot read .*nowhere.json: No such file"):
        take_abstracts(tmp_path / "nowhere.json", ["2106.09685"], folder)
