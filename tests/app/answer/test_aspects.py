import numpy as np
import pytest

from app.answer.aspects import BITS, AspectModel, buckets, count_figures, shipped_aspects
from evals.fitting_aspects import answered_questions_of, fit_aspects
from index.encoders.static import shipped_table
from ingest.documents.answers import ASPECTS, AnsweredQuestion


@pytest.fixture(scope="module")
def table():
    return shipped_table()


def asked(table, question):
    shares, figure = shipped_aspects().asked(table.tokenize([question])[0])
    return ASPECTS[int(shares.argmax())], figure


@pytest.mark.parametrize(
    ("question", "aspect"),
    [
        ("What is Pelican?", "what"),
        ("Pelican 是什么", "what"),
        ("What are the limitations of Pelican?", "limit"),
        ("Pelican 有哪些局限？", "limit"),
        ("How much does it cost to train Pelican?", "cost"),
        ("Pelican 训练要花多少钱", "cost"),
        ("What data was Pelican trained on?", "data"),
        ("Pelican 和 Heron 有什么区别", "vs"),
        ("How is Pelican different from Heron?", "vs"),
    ],
)
def test_the_way_of_asking_tells_the_aspect_of_works_nobody_has_heard_of(table, question, aspect):
    assert asked(table, question)[0] == aspect


def test_some_questions_want_a_figure(table):
    wanting = min(asked(table, q)[1] for q in ("How many parameters does Pelican have?", "Pelican 用了多少张卡？"))
    other = max(asked(table, q)[1] for q in ("Why does Pelican work?", "Pelican 为什么有效？"))

    assert wanting > 0.5 > other


def test_a_text_speaks_of_an_aspect_more_or_less_than_by_chance(table):
    def lift(text):
        return dict(zip(ASPECTS, shipped_aspects().spoken_of(table.tokenize([text]))[0], strict=True))

    limit = lift("Pelican is weak at mathematics, makes factual mistakes and may invent sources.")
    what = lift("Pelican is a language model released by Heron in 2023.")

    assert max(limit, key=limit.get) == "limit"
    assert max(what, key=what.get) == "what"
    assert limit["what"] < 1 < what["what"]


def test_probabilities_sum_to_one_also_of_nothing(table):
    for question in ("", "?", "What is LoRA?"):
        shares, figure = shipped_aspects().asked(table.tokenize([question])[0])
        assert float(shares.sum()) == pytest.approx(1.0, abs=1e-5)
        assert 0.0 <= figure <= 1.0


def test_order_matters_and_repetition_does_not(table):
    there, back, twice = buckets(table.tokenize(["cat dog", "dog cat", "cat dog cat dog"]))

    assert not np.array_equal(there, back)
    assert set(there) - set(twice) == set()
    assert there.max() < 1 << BITS


@pytest.mark.parametrize(
    ("text", "figures"),
    [("GPT-2 and T5", 0), ("1,000 GPUs for 2.5 days", 2), ("在 64 张卡上训练 3 天", 2), ("LLaMA2", 0), ("", 0)],
)
def test_numbers_in_names_are_no_figures(text, figures):
    assert count_figures(text) == figures


def test_fitting_twice_gives_the_same_model_and_saving_loses_nothing(table, small, tmp_path):
    from safetensors.numpy import load_file

    answered = list(answered_questions_of(small.store))
    answered += [AnsweredQuestion(f"{a}?", a, "", (), f"it is {a} of {i}", i) for i, a in enumerate(ASPECTS)]
    first, second = fit_aspects(table, answered), fit_aspects(table, answered)
    first.save(tmp_path / "aspects.safetensors")
    again = AspectModel(**load_file(tmp_path / "aspects.safetensors"))

    for name in ("questions", "texts", "scales", "bias", "shares"):
        assert np.array_equal(getattr(first, name), getattr(second, name))
        assert np.array_equal(getattr(first, name), getattr(again, name))
