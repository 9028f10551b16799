import pytest

from ingest.errors import CorpusError
from ingest.repair import repair_file

DROPPED = {0x81, 0x8D, 0x8E, 0x8F, 0x90, 0x9D, 0x9E, 0xAD}
GOOD = "# 大模型的训练\n\n- 用于中文的多轮对话，只训练新的参数。\n- [code](https://github.com/microsoft/LoRA)\n"


def garble(text):
    """Saves UTF-8 as Windows-1254, without the bytes that have no character there."""
    return bytes(byte for byte in text.encode("utf-8") if byte not in DROPPED).decode("cp1254")


@pytest.fixture
def garbled(tmp_path):
    file = tmp_path / "list.md"
    file.write_text(garble(GOOD), encoding="utf-8")
    return file


def test_a_mended_copy_stands_beside_the_file_which_stays_as_it_was(garbled):
    before = garbled.read_bytes()

    report = repair_file(garbled)

    assert report.copy == garbled.with_name("list.repaired.md")
    assert report.copy.read_text(encoding="utf-8") == GOOD
    assert garbled.read_bytes() == before
    # of 23 Han characters and marks these lost a byte: 大 e5a4a7 none; 中 e4b8[ad], 对 e5af b9 none …
    guessed = sum(bool(DROPPED & set(character.encode())) for character in GOOD)
    assert next(report.lines()).startswith(f"{report.copy}: 2 lines mended, {guessed} characters guessed, ")


def test_doubtful_characters_are_named_with_their_place(tmp_path):
    file = tmp_path / "list.md"
    file.write_text(garble("以下是预训练的方法：\n\n中 GPT\n"), encoding="utf-8")  # nothing tells 中 from 不 there

    assert any(":3:1: doubtful: ⟨" in line for line in repair_file(file).lines())


def test_a_copy_that_is_there_is_never_overwritten(garbled):
    repair_file(garbled).copy.write_text("edited by hand", encoding="utf-8")

    with pytest.raises(CorpusError, match=r"list\.repaired\.md is there already; move it away first"):
        repair_file(garbled)
    assert garbled.with_name("list.repaired.md").read_text(encoding="utf-8") == "edited by hand"


def test_a_sound_file_is_left_alone(tmp_path):
    file = tmp_path / "list.md"
    file.write_text(GOOD, encoding="utf-8")

    with pytest.raises(CorpusError, match="nothing to repair"):
        repair_file(file)
    assert [path.name for path in tmp_path.iterdir()] == ["list.md"]


def test_another_encoding_becomes_utf_8(tmp_path):
    file = tmp_path / "list.md"
    file.write_bytes(GOOD.encode("gb18030"))

    report = repair_file(file)

    assert report.copy.read_text(encoding="utf-8") == GOOD
    assert "read as GB18030" in "".join(report.lines())
