import numpy as np
import pytest
import torch
from sentence_transformers import SentenceTransformer
from sentence_transformers.sentence_transformer.modules import Normalize, StaticEmbedding
from tokenizers import Tokenizer

from index.encoders.static import SHIPPED_MODEL, shipped_table
from index.retrieval.late_interaction import LateIndex
from index.training.static.interaction import InteractionLoss, maxsim

ASKED = ("什么是低秩适配？", "How is a reward model trained?", "quantisation")
GIVEN = (
    "LoRA learns a low-rank correction.",
    "奖励模型由人的偏好训练。",
    "Weights are stored in four bits.",
    "Bread is baked.",
)


def joined(texts, encoder):
    ids = encoder.tokenize(texts)
    starts = np.concatenate(([0], np.cumsum([len(each) for each in ids])[:-1]))
    return torch.tensor(np.concatenate(ids)), torch.tensor(starts)


def table_of(encoder):
    return torch.from_numpy(encoder._rows.astype(np.float32) * encoder._scales[:, None])


def test_the_trained_score_is_the_one_that_search_uses():
    encoder = shipped_table()

    trained = maxsim(table_of(encoder), *joined(ASKED, encoder), *joined(GIVEN, encoder))

    for row, question in zip(trained, ASKED, strict=True):
        np.testing.assert_allclose(row.numpy(), LateIndex.compare(encoder, question, GIVEN), atol=1e-4)


def test_a_text_matches_itself_fully():
    encoder = shipped_table()

    scores = maxsim(table_of(encoder), *joined(GIVEN, encoder), *joined(GIVEN, encoder))

    assert torch.diagonal(scores).tolist() == pytest.approx([1.0] * len(GIVEN), abs=1e-5)


def test_steps_on_the_loss_bring_partners_together():
    torch.manual_seed(1)
    tokenizer = Tokenizer.from_file(str(SHIPPED_MODEL / "tokenizer.json"))
    embedding = StaticEmbedding(tokenizer, embedding_dim=16)
    model = SentenceTransformer(modules=[embedding, Normalize()], device="cpu")
    loss = InteractionLoss(model)
    batch = [
        embedding.preprocess(list(texts)) for texts in (("机器学习", "红烧肉", "天气"), ("learning", "pork", "rain"))
    ]
    optimiser = torch.optim.Adam(model.parameters(), lr=0.05)
    first = float(loss(batch).detach())
    for _ in range(10):
        optimiser.zero_grad()
        loss(batch).backward()
        optimiser.step()

    assert float(loss(batch).detach()) < 0.5 * first
