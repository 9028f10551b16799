import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.errors import StateError
from app.state import conversations as module
from app.state.answers import KeptAnswer, KeptCitation, KeptSentence, from_json, to_json
from app.state.conversations import Conversations
from app.state.database import Database
from app.state.ratings import Ratings
from app.types import Status

WEEK = 7 * 24 * 3600


class Clock:
    def __init__(self):
        self.now = 1_000.0

    def __call__(self):
        self.now += 1
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def kept(tmp_path, clock):
    database = Database(tmp_path / "readers.sqlite")
    yield Conversations(database, clock)
    database.close()


def answer(question="What is LoRA?", text="It freezes the weights."):
    return KeptAnswer(
        question, "en", Status.ANSWERED, (KeptSentence(text, (1,), starts_paragraph=False, marked=False),),
        (KeptCitation(1, "arxiv:1", "LoRA", "", "p", "corpus/x.md", 3, text, 1.0),), (), (("arxiv:1", "LoRA"),),
    )  # fmt: skip


def start(kept, question="What is LoRA?", reader="anna"):
    conversation = kept.start(reader, question)
    kept.add(conversation, answer(question))
    return conversation


def titles(kept, search="", reader="anna"):
    return [one.title for one in kept.listed(reader, search)]


@given(st.text(), st.text(), st.lists(st.integers(1, 9), max_size=3), st.booleans())
def test_an_answer_comes_back_as_it_was_kept(question, text, marks, marked):
    whole = KeptAnswer(
        question, "zh", Status.DECLINED, (KeptSentence(text, tuple(marks), starts_paragraph=True, marked=marked),),
        (), (text,), ((question, text),),
    )  # fmt: skip
    assert from_json(to_json(whole)) == whole


def test_conversations_are_listed_newest_first_each_by_its_first_question(kept):
    first = start(kept, "What is LoRA?")
    start(kept, "What is   RLHF\nin a word?")
    assert titles(kept) == ["What is RLHF in a word?", "What is LoRA?"]

    kept.add(first, answer("And QLoRA?"))

    assert titles(kept) == ["What is LoRA?", "What is RLHF in a word?"]


def test_a_reader_sees_only_their_own(kept):
    mine = start(kept, reader="anna")

    assert titles(kept, reader="bert") == []
    assert kept.get("bert", mine) is None
    assert not kept.delete("bert", mine)
    assert kept.owner_of_turn("bert", kept.turns(mine)[0].turn_id) is None
    assert kept.get("anna", mine) is not None


@pytest.mark.parametrize(
    ("search", "found"),
    [("lora", 2), ("LoRA freezes", 1), ("freezes rlhf", 1), ("language", 0), ("100%", 1), ("%", 1), ("_", 0)],
)
def test_search_finds_titles_questions_and_answers_that_hold_all_words(kept, search, found):
    kept.add(kept.start("anna", "What is LoRA?"), answer("What is LoRA?", "It gives back."))
    kept.add(kept.start("anna", "RLHF"), answer("RLHF", "It freezes 100% of nothing."))
    kept.add(kept.start("anna", "A third"), answer("A third", "Freezes LoRA no more."))

    assert len(kept.listed("anna", search)) == found


def test_a_deleted_conversation_can_be_taken_back_with_all_its_turns(kept):
    conversation = start(kept)
    turns = kept.turns(conversation)
    assert kept.delete("anna", conversation)
    assert (titles(kept), kept.get("anna", conversation)) == ([], None)

    assert kept.delete("anna", conversation, restore=True)

    assert titles(kept) == ["What is LoRA?"]
    assert kept.turns(conversation) == turns


def test_a_deleted_turn_can_be_taken_back_to_its_place(kept):
    conversation = start(kept)
    kept.add(conversation, answer("And QLoRA?"))
    first, second = kept.turns(conversation)

    assert kept.delete_turn(conversation, first.turn_id)
    assert kept.turns(conversation) == [second]
    assert kept.delete_turn(conversation, first.turn_id, restore=True)
    assert kept.turns(conversation) == [first, second]


def test_what_was_deleted_a_week_ago_is_gone_for_good(kept, clock):
    conversation = start(kept)
    kept.delete("anna", conversation)
    clock.now += WEEK + 10
    start(kept, "Another")

    assert not kept.delete("anna", conversation, restore=True)


def test_a_title_can_be_changed_and_an_empty_one_changes_nothing(kept):
    conversation = start(kept)
    kept.rename(conversation, "  Low   rank ")
    kept.rename(conversation, " ")

    assert titles(kept) == ["Low rank"]


def test_a_turn_answered_again_loses_the_rating_of_the_old_answer(kept, tmp_path):
    conversation = start(kept)
    (turn,) = kept.turns(conversation)
    ratings = Ratings(kept._db)
    ratings.rate(turn.turn_id, "down", "too long")
    assert kept.turns(conversation)[0].verdict == "down"
    assert [(r.verdict, r.reason, r.answer.question) for r in ratings.all()] == [("down", "too long", "What is LoRA?")]

    kept.add(conversation, answer("What is LoRA?", "Shorter."), instead_of=turn.turn_id)

    (again,) = kept.turns(conversation)
    assert (again.turn_id, again.verdict, again.answer.sentences[0].text) == (turn.turn_id, "", "Shorter.")


def test_a_rating_can_be_changed_and_taken_back(kept):
    conversation = start(kept)
    (turn,) = kept.turns(conversation)
    ratings = Ratings(kept._db)
    seen = []
    for verdict in ("up", "down", ""):
        ratings.rate(turn.turn_id, verdict)
        seen.append(kept.turns(conversation)[0].verdict)

    assert seen == ["up", "down", ""]


def test_conversations_are_bounded_in_length_and_number(kept, monkeypatch):
    monkeypatch.setattr(module, "MAX_TURNS", 2)
    monkeypatch.setattr(module, "MAX_CONVERSATIONS", 1)
    conversation = start(kept)
    kept.add(conversation, answer())

    with pytest.raises(StateError, match="start a new one"):
        kept.add(conversation, answer())
    with pytest.raises(StateError, match="delete some first"):
        kept.start("anna", "Another")
    assert len(kept.turns(conversation)) == 2
