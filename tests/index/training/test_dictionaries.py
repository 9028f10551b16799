import json

import pytest

from index.training.data import TrainingDataError, read_sources
from index.training.dictionaries import cedict_pairs, ecdict_pairs


def write_cedict(folder, *records):
    file = folder / "cedict.json"
    keys = ("traditional", "simplified", "pinyin", "english")
    file.write_text(json.dumps([dict(zip(keys, record, strict=True)) for record in records]), encoding="utf-8")
    return file


def write_ecdict(folder, *rows):
    file = folder / "ecdict.csv"
    file.write_text("\n".join(["word,phonetic,definition,translation", *rows]) + "\n", encoding="utf-8")
    return file


def test_a_chinese_word_is_paired_with_its_meanings_without_remarks(tmp_path):
    file = write_cedict(
        tmp_path,
        ("薄荷", "薄荷", "bo4 he5", ["field mint (botany)", "peppermint"]),
        ("數據", "数据", "shu4 ju4", ["data", "numbers", "CL:個|个[ge4]"]),
        ("甚麼", "什么", "shen2 me5", ["variant of 什麼|什么[shen2 me5]"]),
    )

    assert list(cedict_pairs(file)) == [("薄荷", "field mint, peppermint"), ("数据", "data, numbers")]


def test_an_english_word_is_paired_with_its_meanings_and_they_with_its_definition(tmp_path):
    file = write_ecdict(
        tmp_path,
        "Denver,,n. the state capital of Colorado,n. 丹佛(美国城市)",
        r'boot,,,"n. 靴子, 长靴\nvt. 踢\n[计] 启动; 引导, 自举"',
        "empty,,,[网络] see full",
    )

    assert list(ecdict_pairs(file)) == [
        ("丹佛", "Denver"),
        ("丹佛", "the state capital of Colorado"),
        ("靴子，长靴，踢，启动", "boot"),
    ]


@pytest.mark.parametrize(
    ("name", "text"), [("cedict.json", "{"), ("cedict.json", '[{"simplified": "一"}]'), ("ecdict.csv", "a,b\n1,2\n")]
)
def test_another_file_by_the_same_name_is_named(tmp_path, name, text):
    (tmp_path / name).write_text(text, encoding="utf-8")

    with pytest.raises(TrainingDataError, match=rf"{name} cannot be read as"):
        read_sources(tmp_path)


def test_both_are_read_as_sources_of_their_own(tmp_path):
    write_cedict(tmp_path, ("薄荷", "薄荷", "bo4 he5", ["peppermint"]))
    write_ecdict(tmp_path, "Denver,,,丹佛")

    assert read_sources(tmp_path) == {"cedict": [("薄荷", "peppermint")], "ecdict": [("丹佛", "Denver")]}
