import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.text.mojibake import looks_garbled, mend_lines, repair

DROPPED = {0x81, 0x8D, 0x8E, 0x8F, 0x90, 0x9D, 0x9E, 0xAD}
LATIN = "LoRA: 7B, é"
PARAGRAPH = (
    "大语言模型是在海量文本上训练的神经网络，训练目标是预测下一个词。参数和数据足够多以后，同一个模型靠提示就能完成"
    "翻译、问答、写代码等许多任务。微调时可以冻结原有的参数，只训练一小部分新的参数，这样需要的显存少得多，效果也"
    "相当好。评估模型的时候要注意数据是否已经出现在训练集里，否则分数会虚高。"
)

FRENCH = (
    "Les grands modèles de langue sont entraînés sur de très vastes corpus et apprennent à prédire le mot suivant. On "
    "les ajuste ensuite avec des exemples, ce qui améliore nettement la qualité de leurs réponses. "
)


def garble(text):
    """Saves UTF-8 as Windows-1254, without the bytes that have no character there."""
    return bytes(byte for byte in text.encode("utf-8") if byte not in DROPPED).decode("cp1254")


def survives(character):
    return not DROPPED & set(character.encode("utf-8"))


HAN_THAT_SURVIVES = [chr(code) for code in range(0x4E00, 0x9FA6) if survives(chr(code))]


@given(st.text(st.sampled_from([*HAN_THAT_SURVIVES[::37], *LATIN, "，", "。", "\t"])))
def test_text_that_lost_no_byte_comes_back_exactly(text):
    assert repair(garble(text)) == text


@pytest.mark.parametrize("text", ["café", "Ω", "中", "😀", "é文😀Ω", "Timothée 用 😀，“好”"])
def test_characters_of_two_three_and_four_bytes_come_back(text):
    assert repair(garble(text)) == text


@pytest.mark.parametrize(
    "text",
    [
        "大模型的训练",
        "预训练语言模型",
        "使用强化学习进行微调",
        "可以用于中文的多轮对话",
        "提示学习：让模型更好地理解任务",
        "**LoRA** 的实现 [[code](https://github.com/microsoft/LoRA)]",
    ],
)
def test_dropped_bytes_are_filled_in_so_that_the_phrase_reads_well(text):
    assert any(not survives(character) for character in text)  # otherwise there is nothing to guess
    assert repair(garble(text)) == text


def test_nearly_all_of_a_paragraph_with_dropped_bytes_comes_back():
    repaired = repair(garble(PARAGRAPH))

    assert len(repaired) == len(PARAGRAPH)
    same = sum(a == b for a, b in zip(repaired, PARAGRAPH, strict=True))
    assert same >= 0.99 * len(PARAGRAPH)


@given(st.text(st.sampled_from("大模型的训练，。abc XYZ 09-—“”[](){}\t")))
def test_text_that_was_never_wrong_stays_as_it_is(text):
    assert repair(text) == text


def test_garbled_chinese_is_told_from_chinese_english_and_french():
    assert looks_garbled(garble(PARAGRAPH))
    assert not looks_garbled(PARAGRAPH)
    assert not looks_garbled(FRENCH * 5)
    assert not looks_garbled("- **LLaMA**. *Timothée Lacroix, Baptiste Rozière, Édouard Grave.* A family of models.")
    assert not looks_garbled("plain English")
    assert not looks_garbled("")


def test_one_readable_han_character_shows_that_a_file_was_decoded_rightly():
    assert not looks_garbled(garble(PARAGRAPH) + "好")


def whole(text, codec):
    """Reads UTF-8 in another encoding without losing a byte, as few programs do."""
    return "".join(bytes((byte,)).decode(codec, "ignore") or chr(byte) for byte in text.encode("utf-8"))


@pytest.mark.parametrize("codec", ["latin-1", "cp1252", "cp1254"])
@pytest.mark.parametrize(
    "text", ["大语言模型的训练方法：从预训练到微调。", "naïve Bayes – “a café”", "Timothée Lacroix"]
)
def test_what_lost_no_byte_comes_back_whole(codec, text):
    [mended] = mend_lines(["fine", whole(text, codec)])

    assert (mended.number, mended.after, mended.guessed) == (2, text, ())


def test_utf_8_that_was_read_as_gbk_comes_back():
    text = "语言模型的微调方法与训练"  # not every text comes through; this one does

    [mended] = mend_lines([text.encode("utf-8").decode("gb18030")])

    assert mended.after == text


def test_gbk_that_was_read_as_latin_comes_back():
    text = "- 大语言模型的训练方法 [GPT-2]"

    [mended] = mend_lines([text.encode("gbk").decode("latin-1")])

    assert mended.after == text


def test_the_places_of_guessed_characters_are_told():
    [*_, mended] = mend_lines([garble(PARAGRAPH), garble("用于中文的训练")])

    assert [mended.after[place] for place in mended.guessed] == [c for c in mended.after if not survives(c)]


def test_only_the_wrong_lines_of_a_file_are_mended():
    lines = ["# 清单", garble(PARAGRAPH), "一行好的中文，“引号”也好。", "Timothée Lacroix…", ""]

    assert [line.number for line in mend_lines(lines)] == [2]


SOUND = [
    *"大模型 的训练 与推理 “引用” 《书名》 café Größe naïve élève français… Müller’s İstanbul ığdır čeština".split(),
    *"Dvořák « très » 100 € 25 °C ±3 — – … • → ★ 😀 ✔️ α β Привет мир こんにちは 한국어 tiếng Việt § © ™ ÀÉÎ".split(),
    *"[GPT](https://e.org/é) |列|行| `x² ≤ y` “Timothée” l’élève à É. Ça “à” “é” ‘ü’ 128×128 繁體中文 臺灣".split(),
]


@given(st.lists(st.lists(st.sampled_from(SOUND), min_size=1, max_size=12).map(" ".join), min_size=1, max_size=8))
def test_sound_text_in_whatever_language_never_changes(lines):
    assert mend_lines(lines) == []


def test_the_shipped_corpus_never_changes(repository):
    for file in sorted((repository / "corpus").rglob("*.md")):
        assert mend_lines(file.read_text(encoding="utf-8").split("\n")) == [], file
