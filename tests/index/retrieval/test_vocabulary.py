import pytest
from hypothesis import given
from hypothesis import strategies as st
from rapidfuzz.distance import Levenshtein

from index.retrieval.vocabulary import Vocabulary

TERMS = sorted([*"attention gpt4 lora low-rank quantiz c++ a be".split(), "注意", "低秩", "é", "\U00020000"])
words = st.text(st.sampled_from("abcde1-"), min_size=1, max_size=9)


@pytest.fixture
def disk(tmp_path):
    Vocabulary.build(TERMS).save(tmp_path)
    return Vocabulary.load(tmp_path)


def test_terms_on_the_disk_have_the_numbers_of_their_places(disk):
    assert [disk.number(term) for term in TERMS] == list(range(len(TERMS)))
    assert list(disk) == TERMS


@pytest.mark.parametrize("term", ["", "att", "attentions", "zzz", "\uffff", "注", "\U00020001"])
def test_a_term_that_is_not_there_has_no_number(disk, term):
    assert disk.number(term) is None


def test_no_terms_are_a_vocabulary_too():
    empty = Vocabulary.build([])

    assert empty.number("a") is None
    assert not empty.has_near("attention", 2)
    assert list(empty) == []


@given(st.sets(words, max_size=20), words, st.integers(1, 2))
def test_words_within_so_many_slips_are_found_by_their_letters(terms, word, slips):
    known = sorted(terms)
    expected = any(Levenshtein.distance(word, term) <= slips for term in known if len(term) >= 3)

    assert Vocabulary.build(known).has_near(word, slips) is expected
