import subprocess
import sys
import unicodedata
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.catalogue.names import name_units
from index.text.analysis import content_words, index_terms, query_terms
from ingest.text.folding import fold, simplified

ROOT = Path(__file__).resolve().parents[3]


@pytest.mark.parametrize(
    ("traditional", "folded"),
    [
        ("大語言模型的對齊", "大语言模型的对齐"),
        ("檢索增強生成", "检索增强生成"),
        ("然後", "然后"),  # both characters are in GB 2312
        ("關於 LoRA 的論文", "关于 LoRA 的论文"),
        ("RAG", "RAG"),
        ("", ""),
    ],
)
def test_traditional_characters_become_simplified_ones(traditional, folded):
    assert simplified(traditional) == folded


@pytest.mark.parametrize(
    "text", ["乾坤", "显著", "著作", "干净", "后来", "里面", "出发", "瞭望", "一只猫", "台风", "余下"]
)
def test_simplified_text_stays_as_it_is(text):
    assert simplified(text) == text


@given(st.text(st.characters(min_codepoint=0x20, max_codepoint=0x2FFFF, exclude_categories=["Cs"]), max_size=20))
def test_folding_keeps_the_length_and_is_done_after_one_pass(text):
    folded = simplified(text)

    assert len(folded) == len(text)
    assert simplified(folded) == folded


def test_terms_words_and_names_of_both_scripts_are_the_same():
    traditional, plain = "什麼是檢索增強生成？", "什么是检索增强生成？"

    assert index_terms(traditional) == index_terms(plain)
    assert query_terms(traditional) == query_terms(plain)
    assert content_words(traditional) == content_words(plain)
    assert name_units(traditional) == name_units(plain)


def test_many_threads_fold_at_once():
    texts = ["大語言模型的對齊", "檢索增強生成", "思維鏈"] * 100
    with ThreadPoolExecutor(8) as pool:
        folded = list(pool.map(simplified, texts))

    assert folded == ["大语言模型的对齐", "检索增强生成", "思维链"] * 100


def test_simplified_questions_do_without_opencc():
    code = (
        "import sys; from index.text.analysis import query_terms as t; t('什么是 LoRA'); print('opencc' in sys.modules)"
    )

    run = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True, timeout=60)

    assert run.stdout.strip() == "False"


@given(st.text())
def test_fold_keeps_letters_and_digits_of_any_script(text):
    slowly = unicodedata.normalize("NFKC", text).casefold()

    assert fold(text) == "".join(character for character in slowly if character.isalnum())
