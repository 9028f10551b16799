import re

import pytest

from app.types import Length
from app.web.chat import Asked, responder


def ask(services, question, conversation="", instead_of=None, *, reader="anna", length=Length.NORMAL):
    *growing, last = responder(services)(Asked(question, conversation, instead_of, length), reader, "en")
    return growing, last, re.search(r'data-conversation="([^"]*)"', last)[1]


def turns(services, conversation):
    return services.conversations.turns(conversation)


def test_an_answer_grows_and_is_kept_when_it_is_whole(services):
    growing, last, conversation = ask(services, "Compare LoRA with QLoRA")

    assert len(growing) > 1
    assert all('data-state="writing"' in html and "blockquote" not in html for html in growing)
    assert 'data-n="1"' in growing[-1]
    assert 'data-state="done"' in last
    (turn,) = turns(services, conversation)
    assert f'data-turn="{turn.turn_id}"' in last
    assert turn.answer.question == "Compare LoRA with QLoRA"


def test_a_conversation_goes_on_and_its_turns_explain_what_a_question_points_at(services):
    _, _, first = ask(services, "What is LoRA?")
    growing, _, second = ask(services, "Which latency has it at inference?", first)

    assert second == first
    assert "It has no added latency at inference." in growing[-1]
    assert len(turns(services, first)) == 2


def test_a_turn_that_is_answered_again_stays_in_its_place(services):
    _, _, conversation = ask(services, "What is LoRA?")
    ask(services, "What is QLoRA?", conversation)
    first, second = turns(services, conversation)

    ask(services, "What is LoRA?", conversation, first.turn_id, length=Length.SHORT)

    again, unchanged = turns(services, conversation)
    assert (again.turn_id, unchanged) == (first.turn_id, second)
    assert len(again.answer.sentences) <= len(first.answer.sentences)


def test_nobody_goes_on_with_the_conversation_of_another_reader(services):
    _, _, conversation = ask(services, "What is LoRA?", reader="anna")

    _, _, other = ask(services, "What is QLoRA?", conversation, reader="bert")

    assert other != conversation
    assert len(turns(services, conversation)) == 1


@pytest.mark.parametrize(("question", "reason"), [("x" * 2001, "the limit is 2000"), (" \n", "the question is empty")])
def test_a_question_that_cannot_be_asked_is_told_why_and_costs_no_turn(services, question, reason):
    _, _, conversation = ask(services, "What is LoRA?")

    growing, last, _ = ask(services, question, conversation)

    assert (growing, 'data-state="failed"' in last) == ([], True)
    assert reason in last
    assert len(turns(services, conversation)) == 1


def test_a_question_is_shown_as_it_was_typed(services):
    growing, _, _ = ask(services, "What does the <eos> token do, <img src=x onerror=alert(1)>?")

    assert "What does the &lt;eos&gt; token do, &lt;img src=x onerror=alert(1)&gt;?</div>" in growing[0]
    assert "<img" not in growing[-1]


@pytest.mark.parametrize(
    ("data", "asked"),
    [
        (
            {"question": "a", "conversation": "c", "instead_of": 3, "length": "long", "number": 4},
            Asked("a", "c", 3, Length.LONG, 4),
        ),
        ({"question": "a"}, Asked("a", "", None, Length.NORMAL)),
        (
            {"question": ["a"], "conversation": 1, "instead_of": "3", "length": 9, "number": "1"},
            Asked("", "", None, Length.NORMAL),
        ),
        (None, Asked("", "", None, Length.NORMAL)),
    ],
)
def test_what_the_page_sends_is_read_and_oddities_are_taken_as_not_given(data, asked):
    assert Asked.read(data) == asked
