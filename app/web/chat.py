"""The chat in Gradio: one component that takes a question to the assistant and shows its answer while it is written.

What was answered before, the list of conversations and the sources stand around it, drawn by the server
(``app.web.shell``); ``static/chat.js`` fetches an answer that is whole, drawn from what is kept, to where it stays. So
a question costs the same however long the conversation is, and a reload, a second tab and a restart show the same.
"""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import aclosing
from dataclasses import dataclass, replace
from html import escape
from typing import Any

from app.answer.stopping import Stop
from app.assistant import check_question
from app.state.answers import KeptAnswer, keep
from app.types import Length
from app.web.chips import read_filters
from app.web.drawing import draw_growing
from app.web.gradio_import import gr
from app.web.language import language_of
from app.web.services import QUOTED, Services
from app.web.waiting import until_gone
from app.web.words import word
from index.types import Turn
from ingest.errors import StudyError

QUESTIONS_AT_ONCE = 8
_REDRAWN = 0.1  # seconds between two pictures of an answer that a model writes, unless a sentence ends
_CONNECT = "study.connect(element, trigger, props, watch)"


@dataclass(frozen=True, slots=True)
class Asked:
    """What the page sends.

    Attributes:
        question: As typed.
        conversation: Id of the conversation it continues, or "".
        instead_of: The turn that is answered again, or None.
        length: How much to say.
        number: Number that the page gave the question; it comes back with the answer.
        filters: What the entries must be, whatever the question says, as it was sent; None leaves it to the question.
        quoted: Whether the reader wants sources quoted, though a language model is there.
    """

    question: str
    conversation: str
    instead_of: int | None
    length: Length
    number: int = 0
    filters: object = None
    quoted: bool = False

    @classmethod
    def read(cls, data: object) -> Asked:
        """Reads what came from outside; whatever is missing or odd is taken as not given."""
        fields = data if isinstance(data, Mapping) else {}
        question, conversation = fields.get("question"), fields.get("conversation")
        turn, length, number = (fields.get(name) for name in ("instead_of", "length", "number"))
        return cls(
            question if isinstance(question, str) else "",
            conversation if isinstance(conversation, str) else "",
            turn if isinstance(turn, int) else None,
            Length(length) if length in list(Length) else Length.NORMAL,
            number if isinstance(number, int) else 0,
            fields.get("filters"),
            fields.get("style") == QUOTED,
        )


def build_chat(services: Services) -> Any:  # noqa: ANN401 - Gradio is not typed
    """Returns the Gradio blocks of the chat."""
    with gr.Blocks(title=word("title", "en"), analytics_enabled=False, fill_width=True) as blocks:
        exchange = gr.HTML(
            "",
            html_template="${value}",
            js_on_load=_CONNECT,
            apply_default_css=False,
            padding=False,
            elem_id="exchange",
        )
        respond = responder(services)

        async def answer(event: gr.EventData, request: gr.Request) -> AsyncIterator[str]:
            asked, reader = Asked.read(event._data), services.reader(request.request)
            stop = Stop()
            answering = respond(asked, reader, language_of(request.request), stop)
            async with aclosing(until_gone(answering, stop)) as pictures:
                async for html in pictures:
                    yield html

        running = exchange.submit(
            answer,
            None,
            exchange,
            api_visibility="private",
            show_progress="hidden",
            concurrency_limit=QUESTIONS_AT_ONCE,
            trigger_mode="multiple",
        )
        exchange.stop(None, cancels=[running], api_visibility="private", queue=False)
        gr.api(_plain(services), api_name="ask", concurrency_limit=QUESTIONS_AT_ONCE)
    blocks.queue(default_concurrency_limit=QUESTIONS_AT_ONCE, max_size=200)
    return blocks


def responder(services: Services) -> Callable[..., Iterator[str]]:
    """Returns the function that answers: it yields the answer as HTML, growing, and at last the id it is kept by."""

    def respond(asked: Asked, reader: str, language: str, stop: Stop | None = None) -> Iterator[str]:
        try:
            yield from _answer(services, asked, reader, language, stop or Stop())
        except StudyError as error:
            yield _framed(
                f'<p class="error" role="alert">{escape(str(error))}</p>', asked, asked.conversation, "failed"
            )

    return respond


def _answer(services: Services, asked: Asked, reader: str, language: str, stop: Stop) -> Iterator[str]:
    question = check_question(asked.question)
    conversations = services.conversations
    open_one = conversations.get(reader, asked.conversation)
    turns = conversations.turns(open_one.conversation_id) if open_one else []
    if asked.instead_of is not None:
        turns = [turn for turn in turns if turn.turn_id < asked.instead_of]
    history = [Turn(turn.answer.question, turn.answer.standing) for turn in turns]
    kept, shown = None, ""
    for picture in _growing(services, question, history, asked, language, stop):
        kept, shown = picture
        yield _framed(shown, asked, asked.conversation, "writing")
    if kept is None or stop.pressed:
        return
    conversation = open_one.conversation_id if open_one else conversations.start(reader, question)
    turn = conversations.add(conversation, kept, instead_of=asked.instead_of if open_one else None)
    yield _framed(shown, asked, conversation, "done", turn.turn_id)


def _growing(
    services: Services, question: str, history: list[Turn], asked: Asked, language: str, stop: Stop
) -> Iterator[tuple[KeptAnswer, str]]:
    """Yields an answer and its picture, growing; sources come at the end, when it is drawn from what is kept."""
    catalogue = services.catalogue()
    model = None if asked.quoted else services.model
    quoted: KeptAnswer | None = None
    drawn, sentences = 0.0, 0
    filters = read_filters(asked.filters)
    stream = services.live.get().stream
    for update in stream(question, history, model=model, filters=filters, length=asked.length, stop=stop):
        kept = keep(update.answer)
        if update.done and not kept.model:
            quoted = kept
        elif update.done:
            yield kept, draw_growing(kept, catalogue, language)
        elif model and (len(kept.sentences) > sentences or time.monotonic() > drawn + _REDRAWN):
            drawn, sentences = time.monotonic(), len(kept.sentences)
            yield kept, draw_growing(kept, catalogue, language, update.pending, model.config.model)
    if quoted is not None:
        for end in range(1, len(quoted.sentences) + 1):
            partial = replace(quoted, sentences=quoted.sentences[:end])
            yield partial, draw_growing(partial, catalogue, language)


def _framed(html: str, asked: Asked, conversation: str, state: str, turn: int = 0) -> str:
    names = f'data-number="{asked.number}" data-state="{state}" data-conversation="{escape(conversation)}"'
    return f'<div class="answering" {names} data-turn="{turn}">{html}</div>'


def _plain(services: Services) -> Callable[[str], str]:
    def ask(question: str) -> str:
        """Answers one question in plain text with its sources, for ``gradio_client``."""
        from app.render.text import answer_text

        try:
            return answer_text(services.live.get().ask(question))
        except StudyError as error:
            return f"error: {error}"

    return ask
