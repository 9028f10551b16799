from importlib.resources import files

import pytest

from index.query.homophones import Homophones

TEXTS = [
    "知识蒸馏让小模型学习大模型",
    "旋转位置编码表示相对位置",
    "思维链提示让模型写出推理过程",
    "提示注入是一种指令攻击",
] * 60
TERMS = ["知识蒸馏", "位置编码", "思维链", "指令"]


@pytest.fixture(scope="module")
def homophones():
    return Homophones.build(TEXTS, TERMS)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("什么是知识争馏？", "什么是知识蒸馏？"),
        ("旋转未知编码有什么用", "旋转位置编码有什么用"),  # two characters, themselves a word
        ("只令攻击", "指令攻击"),
        ("思维连是什么", "思维链是什么"),
        ("思维连、知识争馏", "思维链、知识蒸馏"),
        ("LoRA 与知识争馏", "LoRA 与知识蒸馏"),
    ],
)
def test_a_character_that_sounds_the_same_is_mended(homophones, typed, meant):
    assert homophones.correct(typed) == meant


@pytest.mark.parametrize(
    "question",
    [
        "什么是知识蒸馏？",
        "今天北京天气怎么样",
        "感冒了应该吃什么药",
        "为什么对话越长显存占得越多？",
        "学习率怎么设置",
        "未知数怎么解",
        "番茄炒蛋",
        "链",
        "",
        "plain English",
    ],
)
def test_what_is_no_slip_stays(homophones, question):
    assert homophones.correct(question) == question


def test_one_sight_of_a_phrase_is_too_little_to_mend_by():
    assert Homophones.build(TEXTS[:4], TERMS).correct("知识争馏") == "知识争馏"


def test_ordinary_words_are_correct_though_no_text_has_them():
    assert Homophones.build(["梯度检查"] * 9, ["梯度检查"]).correct("梯度俭查") == "梯度检查"
    assert Homophones.build(["梯度检查"] * 9, ["梯度检查"], ["度俭", "俭查"]).correct("梯度俭查") == "梯度俭查"


def test_what_is_pasted_behind_a_long_question_stays_as_it_is(homophones):
    pasted = "说明" * 60

    assert homophones.correct(f"知识争馏，{pasted}，知识争馏") == f"知识蒸馏，{pasted}，知识争馏"


def test_what_is_saved_mends_as_before(homophones, tmp_path):
    homophones.save(tmp_path)

    assert Homophones.load(tmp_path).correct("知识争馏") == "知识蒸馏"


def test_an_index_without_chinese_mends_nothing():
    assert Homophones.build(["no Chinese here"], []).correct("知识争馏") == "知识争馏"


def test_the_table_of_sounds_has_every_character_of_gb_2312_that_has_a_homophone():
    table = files("index.query").joinpath("pinyin.tsv").read_text(encoding="utf-8")
    rows = dict(line.split("\t") for line in table.splitlines())

    assert len({character for row in rows.values() for character in row}) > 6700
    assert {"蒸", "争", "正"} <= set(rows["zheng"])
    assert all(len(row) > 1 and sound.isascii() and sound.islower() for sound, row in rows.items())


def test_only_terms_are_mended_to():
    assert Homophones.build(["统一接口的用法"] * 60, []).correct("统一节口的用法") == "统一节口的用法"
    assert Homophones.build(["统一接口的用法"] * 60, ["接口"]).correct("统一节口的用法") == "统一接口的用法"


@pytest.mark.parametrize(
    "question", ["各有什么利弊", "师兄让我复现一个叫小红的模型", "这个损失罚的是什么", "给几个例子", "塞不进显卡怎么办"]
)
def test_everyday_words_stay_in_the_shipped_corpus(shipped_reader, question):
    assert shipped_reader.read(question).corrected == question
