"""Every file of an index, damaged in every way: an error that names the command, or the same answer; never another."""

import shutil
from contextlib import closing, contextmanager

import pytest

from app.assistant import Assistant
from index.errors import IndexUnavailableError
from index.refresh import build_if_missing, refresh_index

QUESTIONS = ("什么是 LoRA？", "What is Toolformer?", "键值缓存是什么？")
DAMAGES = ("cut short", "flipped early", "flipped late", "zeroed", "emptied", "gone", "a folder")


class Silent:
    def say(self, message, *, warning=False):
        pass

    @contextmanager
    def progress(self, title):
        yield lambda done, total: None


def answers(data, encoder):
    """What a user gets from a data folder without saying which corpus it belongs to."""
    build_if_missing(None, data, Silent(), encoder)
    with closing(Assistant.open(data, encoder)) as assistant:
        given = [assistant.ask(question) for question in QUESTIONS]
    return [(a.status, a.text, a.citations, [(hit.entry, hit.score) for hit in a.hits]) for a in given]


def damage(file, how):
    content = bytearray(file.read_bytes())
    file.unlink()
    match how:
        case "cut short":
            file.write_bytes(content[: len(content) // 2])
        case "flipped early" | "flipped late":
            content[len(content) // 10 if how == "flipped early" else -len(content) // 10] ^= 4
            file.write_bytes(content)
        case "zeroed":
            file.write_bytes(bytes(len(content)))
        case "emptied":
            file.write_bytes(b"")
        case "a folder":
            file.mkdir()


@pytest.fixture
def data(corpus, tmp_path, encoder):
    refresh_index(corpus, tmp_path / "data", Silent(), offline=True, encoder=encoder)
    return tmp_path / "data"


def files_of(data):
    return sorted(path.relative_to(data) for path in (data / "index").rglob("*") if path.is_file())


def look(data, encoder, whole):
    """Returns how an index fares: "same", "told", or what went wrong."""
    try:
        return "same" if answers(data, encoder) == whole else "ANOTHER ANSWER"
    except IndexUnavailableError as error:
        return "told" if f"ingest --full --corpus {data.parent / 'corpus'} --data {data}" in str(error) else str(error)


@pytest.mark.parametrize("how", DAMAGES)
def test_a_damaged_file_never_gives_another_answer(data, encoder, tmp_path, how):
    whole = answers(data, encoder)
    fates = {}
    for number, name in enumerate(files_of(data)):
        copy = tmp_path / str(number) / "data"
        shutil.copytree(data, copy)
        (copy.parent / "corpus").symlink_to(tmp_path / "corpus")
        damage(copy / name, how)
        fates[name] = look(copy, encoder, whole)

    assert len(fates) == 28
    assert set(fates.values()) <= {"same", "told"}, fates
    # what an answer is made of cannot be damaged without a word
    parts = [name for name in fates if name.name not in ("CORPUS", "CURRENT", "manifest.json")]
    assert {fates[name] for name in parts} == {"told"}


@pytest.mark.slow
@pytest.mark.parametrize("how", DAMAGES)
def test_a_plain_refresh_mends_whatever_is_damaged(data, encoder, tmp_path, how):
    whole = answers(data, encoder)
    for name in files_of(data):
        copy = tmp_path / "copy" / "data"
        shutil.rmtree(copy.parent, ignore_errors=True)
        shutil.copytree(data, copy)
        (copy.parent / "corpus").symlink_to(tmp_path / "corpus")
        damage(copy / name, how)

        refresh_index(None, copy, Silent(), offline=True, encoder=encoder)

        assert look(copy, encoder, whole) == "same", name
