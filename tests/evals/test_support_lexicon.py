import numpy as np

from evals.support_lexicon import translations


def test_pieces_that_go_together_in_many_texts_translate_each_other():
    # in every text 1 goes with 11 and, in every other one, 2 with 12; 3 and 13 are everywhere
    english = [np.asarray([1, 3] if number % 2 else [2, 3]) for number in range(20)]
    chinese = [np.asarray([11, 13] if number % 2 else [12, 13]) for number in range(20)]

    pairs, strength = translations(english, chinese, np.ones(20, dtype=bool))

    assert {(1, 11), (2, 12), (3, 13)} == set(map(tuple, pairs.tolist()))
    assert strength.min() > 127


def test_rare_pairs_and_digits_are_left_out():
    english, chinese = [np.asarray([1, 2])] * 3, [np.asarray([11])] * 3
    often, other = [np.asarray([5])] * 9, [np.asarray([15])] * 9
    words = np.ones(20, dtype=bool)

    assert translations(english, chinese, words)[0].size == 0
    words[15] = False
    assert translations(often, other, words)[0].size == 0
