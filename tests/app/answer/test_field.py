from dataclasses import replace

import numpy as np
import pytest

from app.answer import field
from app.answer.field import SIGNS, is_outside, outside_chance, shipped_field, signs_of
from index.build import build_index
from index.search import Searcher
from ingest.library import read_library


@pytest.fixture
def outside(shipped_searcher):
    """Returns the probability that a question is of another field."""

    def outside(question):
        found = shipped_searcher.find(question)
        return outside_chance(found.question, found.hits, shipped_searcher)

    return outside


@pytest.mark.parametrize(
    "question",
    [
        "How long should I boil an egg so that the yolk stays soft?",
        "阳台上的番茄叶子发黄是缺什么",
        "Which gears do I need for hiking in the Alps in October?",
        "一辆车油耗 8 升每百公里，跑 350 公里要多少钱的油",
        "How do I rebase a branch in git without losing changes?",
    ],
)
def test_everyday_questions_are_of_another_field(outside, question):
    assert outside(question) > 0.5


@pytest.mark.parametrize(
    "question",
    [
        "What is LoRA?",
        "为什么它老是一本正经地编造参考文献",
        "Does a longer prompt cost more money?",
        "是不是模型越大就越聪明",
        "llama 和 alpaca 哪个先出的",
    ],
)
def test_questions_of_the_field_are_not(outside, question):
    assert outside(question) < 0.2


def test_a_named_work_and_what_is_found_speak_for_the_field():
    weights = dict(zip(SIGNS, shipped_field().signs.tolist(), strict=True))

    assert min(weights["sounds"], weights["outfield"]) > 0
    assert max(weights[name] for name in ("late", "dense", "known", "named")) < 0


def test_what_was_found_is_among_the_signs(shipped_searcher):
    found = shipped_searcher.find("What is LoRA?")

    signs = dict(zip(SIGNS, signs_of(found.question, found.hits, shipped_searcher, 1.5), strict=True))

    assert signs["sounds"] == 1.5
    assert signs["named"] == 1.0
    assert signs["late"] == max(match.late for hit in found.hits for match in hit.matches)
    assert signs_of(found.question, (), shipped_searcher, 0.0)[1:3] == (0.0, 0.0)


def test_in_a_library_of_another_field_nothing_is_outside(write_list, tmp_path, encoder):
    corpus = write_list(
        "kitchen",
        """
        # Cooking
        - [How to bake sourdough bread](https://example.org/bread). Flour, water, salt and patience.
        - [Braised pork belly](https://example.org/pork). Two hours over a low flame.
        - [Growing tomatoes on a balcony](https://example.org/tomato). Sun, water, and a deep pot.
        """,
    )
    build_index(read_library(corpus, tmp_path), encoder, tmp_path / "index", corpus="x")
    searcher = Searcher.open(tmp_path / "index", encoder)
    found = searcher.find("How do I keep the pork tender?")

    assert outside_chance(found.question, found.hits, searcher) == 0.0
    assert not is_outside(found.question, found.hits, searcher)
    searcher.close()


def test_a_model_is_kept_and_read_back(tmp_path, encoder, monkeypatch):
    model = shipped_field()
    file = tmp_path / "field.safetensors"
    changed = replace(model, grams=replace(model.grams, bias=model.grams.bias + np.float32(1.0)))

    changed.save(file)
    monkeypatch.setattr(field, "SHIPPED_FIELD", file)
    shipped_field.cache_clear()
    again = shipped_field()
    shipped_field.cache_clear()

    assert again.sounds("fried rice", encoder) == pytest.approx(model.sounds("fried rice", encoder) + 1.0)
