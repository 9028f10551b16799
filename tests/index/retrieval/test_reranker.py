import numpy as np
import pytest

from index.encoders.static import StaticEncoder, shipped_table
from index.retrieval.reranker import QUESTION, TEXT, WORDING, shipped_reranker

NOTHING = np.zeros(0, dtype=np.int64)


@pytest.fixture(scope="module")
def scores():
    """Scores (wording, text) pairs for a question by the shipped weights."""
    table = shipped_table()
    reranker = shipped_reranker(table)

    def scores(question, *candidates):
        read = [tuple(table.tokenize(list(pair))) for pair in candidates]
        return reranker.scores(table.tokenize([question])[0], read)

    return scores


@pytest.mark.parametrize(
    ("question", "right", "others"),
    [
        (
            "which three stages does RLHF have",
            (
                "What are the steps of RLHF?",
                "Supervised tuning, then a reward model, then reinforcement learning.",
            ),
            [
                ("Can you give an example of RLHF?", "People prefer a short answer about rain to one full of jargon."),
                ("Why does RLHF need a KL penalty?", "Without it the policy finds odd texts that score high."),
            ],
        ),
        (
            "GRPO 和 PPO 差在哪里",
            ("GRPO 与 PPO 有什么不同", "PPO 要学一个评论家；GRPO 用一组回答的平均奖励代替它。"),
            [
                ("GRPO 是什么", "GRPO 是一种强化学习算法。"),
                ("GRPO 有哪些缺点", "每个提示要采样多次，开销大。"),
            ],
        ),
    ],
)
def test_the_answer_to_the_question_scores_highest(scores, question, right, others):
    found = scores(question, right, *others)

    assert found.argmax() == 0


def test_a_candidate_scores_the_same_beside_any_others(scores):
    question, short, long = "what is LoRA", ("", "LoRA trains two thin matrices."), ("what is it " * 9, "a text " * 60)

    assert scores(question, short, long)[0] == pytest.approx(scores(question, short)[0], abs=1e-4)


def test_what_is_too_long_to_be_read_does_not_matter(scores):
    table = shipped_table()
    reranker = shipped_reranker(table)
    ids = np.arange(100, 200)

    whole = reranker.scores(ids, [(ids, ids)])
    cut = reranker.scores(ids[:QUESTION], [(ids[:WORDING], ids[:TEXT])])

    assert whole == pytest.approx(cut)


def test_nothing_to_read_has_no_score():
    reranker = shipped_reranker(shipped_table())

    assert reranker.scores(np.asarray([5]), []).shape == (0,)
    assert reranker.scores(NOTHING, [(NOTHING, np.asarray([5]))]).tolist() == [0.0]
    assert np.isfinite(reranker.scores(np.asarray([5]), [(NOTHING, NOTHING)])).all()


def test_another_table_has_no_reranker():
    table = shipped_table()
    other = StaticEncoder(table._tokenizer, table._rows, table._scales, name="other", fingerprint="other")

    assert shipped_reranker(other) is None
    assert shipped_reranker(table) is not None
