import pytest

from index.query.list_request import asks_outright, ship_requests, shipped_requests, sounds_like_a_list


@pytest.mark.parametrize(
    "question",
    [
        "Which papers study how to make attention cheaper?",
        "give me everything on jailbreaks",
        "有哪些讲稀疏注意力的论文",
        "推荐几篇量化的工作",
        "who has measured whether models memorise their training data? list them",
    ],
)
def test_requests_for_works_sound_like_a_list(question):
    assert sounds_like_a_list(question)


@pytest.mark.parametrize(
    "question",
    [
        "Which of the two is faster?",
        "LoRA 有哪些局限",
        pytest.param(
            "how many papers did the survey read",
            marks=pytest.mark.xfail(reason="so do requests for the number of works", strict=True),
        ),
        "哪种优化器更省显存",
        "What does this paper say about memory?",
    ],
)
def test_questions_with_their_words_that_ask_for_something_else_do_not(question):
    assert not sounds_like_a_list(question)


def test_some_can_hardly_ask_for_anything_else():
    assert asks_outright("Which papers are about hallucination?")
    assert not asks_outright("Which kinds of hallucination are there?")


def test_the_shipped_model_is_kept_and_read_back(tmp_path, monkeypatch):
    model = shipped_requests()
    monkeypatch.setattr("index.query.list_request.SHIPPED_REQUESTS", tmp_path / "model.safetensors")

    ship_requests(model)

    assert shipped_requests().odds("papers on sparse attention") == model.odds("papers on sparse attention")
    shipped_requests.cache_clear()
