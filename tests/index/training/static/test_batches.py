import numpy as np
from datasets import Dataset

from index.training.static.batches import BlockSampler, order_by_topic


def texts_about(topics, each, dimension=16, seed=1):
    """Unit vectors in tight bundles, shuffled, and the bundle of each."""
    random = np.random.default_rng(seed)
    topic = random.permutation(np.repeat(np.arange(topics), each))
    vectors = np.eye(topics, dimension)[topic] + random.normal(scale=0.05, size=(len(topic), dimension))
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32), topic


def test_every_block_is_about_one_topic():
    vectors, topic = texts_about(topics=4, each=40)

    order = order_by_topic(vectors, topics=4, batch=8, seed=3)

    assert len(set(order.tolist())) == len(order) == 160
    assert all(len(set(topic[block])) == 1 for block in order.reshape(-1, 8))


def test_what_fills_no_block_of_its_topic_is_left_out():
    vectors, _ = texts_about(topics=2, each=11)

    assert len(order_by_topic(vectors, topics=2, batch=4, seed=3)) == 16


def test_one_topic_is_a_shuffle_and_the_seed_decides_it():
    vectors, _ = texts_about(topics=2, each=8)

    first, same, other = (order_by_topic(vectors, topics=1, batch=4, seed=seed).tolist() for seed in (1, 1, 2))

    assert first == same != other
    assert sorted(first) == list(range(16))


def batches_of(sampler):
    return list(sampler)


def test_batches_are_the_blocks_of_the_dataset_in_an_order_that_changes_with_the_epoch():
    data = Dataset.from_dict({"anchor": [str(i) for i in range(42)]})
    sampler = BlockSampler(data, batch_size=4, drop_last=False, seed=5)

    first = batches_of(sampler)
    sampler.set_epoch(1)
    second = batches_of(sampler)

    assert len(sampler) == len(first) == 10  # the last two rows fill no block
    assert sorted(first) == sorted(second) == [list(range(start, start + 4)) for start in range(0, 40, 4)]
    assert first != second
