"""The same corpus gives the same bytes, whatever the hash seed, the locale, and the order in which it came to be."""

import os
import subprocess
import sys

from index.storage.generations import current_generation


def ingest(repository, corpus, data, **environment):
    subprocess.run(
        [sys.executable, "-m", "ingest", "--offline", "--corpus", str(corpus), "--data", str(data)],
        cwd=repository,
        env=os.environ | environment,
        check=True,
        capture_output=True,
    )


def files_of(data):
    generation = current_generation(data / "index")[0]
    return {path.relative_to(generation): path.read_bytes() for path in generation.rglob("*") if path.is_file()}


def test_the_same_corpus_gives_the_same_bytes(repository, corpus, tmp_path):
    ingest(repository, corpus, tmp_path / "one", PYTHONHASHSEED="1", LC_ALL="C")
    contents = {file: file.read_bytes() for file in sorted(corpus.rglob("*.md"))}
    files = list(contents)
    files[0].unlink()  # the other data folder grows with the corpus, in another order
    ingest(repository, corpus, tmp_path / "two", PYTHONHASHSEED="2", LC_ALL="C.UTF-8")
    for file in reversed(files):
        file.unlink(missing_ok=True)
        file.write_bytes(contents[file])
    ingest(repository, corpus, tmp_path / "two", PYTHONHASHSEED="3")

    assert len(files_of(tmp_path / "one")) == 26
    assert files_of(tmp_path / "two") == files_of(tmp_path / "one")


def test_edits_one_after_another_give_the_bytes_of_a_full_build(repository, corpus, tmp_path):
    data, note, card = tmp_path / "data", corpus / "notes" / "kv-cache.md", corpus / "papers" / "2106.09685.md"
    glossary, copy = corpus / "glossary.tsv", corpus / "notes" / "kv-copy.md"
    ingest(repository, corpus, data)

    def changed_as_built(number):
        ingest(repository, corpus, data, PYTHONHASHSEED=str(number))
        ingest(repository, corpus, tmp_path / f"full {number}")
        assert files_of(data) == files_of(tmp_path / f"full {number}"), number

    note.write_text(note.read_text(encoding="utf-8") + "\n量化缓存 saves state-of-the-art memory.\n", encoding="utf-8")
    glossary.write_text("en\tzh\taliases\nstate of the art\t量化缓存\t最好的水平\n", encoding="utf-8")
    changed_as_built(1)
    copy.write_bytes(note.read_bytes())  # the same texts twice
    card.unlink()
    changed_as_built(2)
    note.unlink()
    glossary.unlink()
    changed_as_built(3)
