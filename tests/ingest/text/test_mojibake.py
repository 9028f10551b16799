import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.text.mojibake import _most_readable, _pair_score, looks_garbled, repair

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


@pytest.mark.parametrize("text", ["café", "Ω", "中", "😀", "é中😀Ω", "Timothée 用 😀，“好”"])
def test_characters_of_two_three_and_four_bytes_come_back(text):
    assert repair(garble(text)) == text


@pytest.mark.parametrize(
    "text",
    [
        "大模型的训练",
        "预训练语言模型",
        "使用强化学习进行微调",
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
    assert same >= 0.97 * len(PARAGRAPH)


@given(st.text(st.sampled_from("大模型的训练，。abc XYZ 09-—“”[](){}\t")))
def test_text_that_was_never_wrong_stays_as_it_is(text):
    assert repair(text) == text


@given(
    st.lists(
        st.lists(st.sampled_from("大模型的训练方法天夫"), min_size=1, max_size=4, unique=True), min_size=1, max_size=5
    )
)
def test_the_chosen_reading_scores_as_well_as_the_best_of_all_readings(lattice):
    def score(reading):
        return sum(_pair_score(first, second) for first, second in itertools.pairwise(["", *reading]))

    best = max(score(reading) for reading in itertools.product(*lattice))  # every reading, one by one

    assert score(_most_readable(lattice)) == pytest.approx(best)


def test_garbled_chinese_is_told_from_chinese_english_and_french():
    assert looks_garbled(garble(PARAGRAPH))
    assert not looks_garbled(PARAGRAPH)
    assert not looks_garbled(FRENCH * 5)
    assert not looks_garbled("- **LLaMA**. *Timothée Lacroix, Baptiste Rozière, Édouard Grave.* A family of models.")
    assert not looks_garbled("plain English")
    assert not looks_garbled("")


def test_one_readable_han_character_shows_that_a_file_was_decoded_rightly():
    assert not looks_garbled(garble(PARAGRAPH) + "好")
