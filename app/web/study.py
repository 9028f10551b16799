"""Flashcards: ``/study`` shows how far a reader is and what there is, ``/study/card`` one card after another."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Annotated, Any
from urllib.parse import quote, urlencode

from fastapi import APIRouter, Form, HTTPException, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from app.answer.names import short_name
from app.catalogue import Catalogue
from app.state.reviews import NEW_A_DAY
from app.study.anki import anki_package
from app.study.cards import TERM, Flashcard, choices, in_turn, is_right, overlap, topics_of
from app.web.drawing import entry_href, line_anchor
from app.web.language import LANGUAGES, language_of
from app.web.pages import show_page
from app.web.services import Services
from app.web.topics import is_tag, topic_name
from app.web.words import word

KINDS = ("answers", "terms")
MODES = ("recall", "recognise", "type")
_GRADES = ("again", "hard", "good_grade", "easy")
_RIGHT, _WRONG = 3, 1
_MAX_TYPED = 2_000
_MORE, _MOST = 10, 10_000  # new cards, when a reader asks for more than a day's


@dataclass(frozen=True, slots=True)
class Deck:
    """Which cards a reader studies and how; "" is every topic. Of "answers" and "terms" a deck has one ``kind``.

    A day brings ``new`` new cards.
    """

    topic: str
    language: str
    mode: str
    kind: str = KINDS[0]
    new: int = NEW_A_DAY

    @classmethod
    def read(cls, request: Request) -> Deck:
        """Reads the query of an address; the cards speak the page's language unless it says otherwise."""
        query = request.query_params
        language, mode = query.get("cards", ""), query.get("mode", "")
        return cls(
            query.get("topic", "")[:200],
            language if language in LANGUAGES else language_of(request),
            mode if mode in MODES else MODES[0],
            KINDS[query.get("kind") == KINDS[1]],
            min(max(int(new), NEW_A_DAY), _MOST) if (new := query.get("new", "")[:9]).isdecimal() else NEW_A_DAY,
        )

    def href(self, path: str = "/study/card", **changes: str) -> str:
        """Returns an address of this deck."""
        fields = {"topic": self.topic, "cards": self.language, "mode": self.mode}
        fields |= {"kind": self.kind if self.kind != KINDS[0] else ""}
        fields |= {"new": str(self.new) if self.new != NEW_A_DAY else ""} | changes
        return f"{path}?{urlencode({name: value for name, value in fields.items() if value})}"

    def cards(self, cards: Sequence[Flashcard], catalogue: Catalogue) -> list[Flashcard]:
        """Returns the cards of the deck: of each entry the first one, those of notes before others, then the next."""
        mine = [
            card
            for card in cards
            if card.language == self.language
            and (card.aspect == TERM) == (self.kind == KINDS[1])
            and (not self.topic or self.topic in topics_of(card, catalogue))
        ]
        return mine if self.kind == KINDS[1] else in_turn(mine, catalogue)


def study_routes(services: Services) -> APIRouter:
    """Returns the routes below ``/study``."""
    router = APIRouter(prefix="/study", include_in_schema=False)

    @router.get("")
    def overview(request: Request) -> HTMLResponse:
        catalogue, reader, deck = services.catalogue(), services.reader(request), Deck.read(request)
        language = language_of(request)
        mine = replace(deck, topic="").cards(services.cards(), catalogue)
        counts = Counter(topic for card in mine for topic in topics_of(card, catalogue))
        tags = [(topic, n) for topic, n in counts.most_common() if is_tag(topic)] or counts.most_common(40)
        fields = {
            "deck": deck,
            "modes": MODES,
            "kinds": KINDS,
            "total": len(mine),
            "progress": services.reviews.progress(reader, [card.key for card in mine]),
            "topics": [(topic_name(topic, language), topic, n) for topic, n in tags],
        }
        return show_page(request, "study.html", "study", fields)

    @router.get("/card")
    def card_page(request: Request) -> HTMLResponse:
        catalogue, deck = services.catalogue(), Deck.read(request)
        mine = deck.cards(services.cards(), catalogue)
        reader, keys = services.reader(request), [card.key for card in mine]
        key = services.reviews.next(reader, keys, deck.new)
        card = next((card for card in mine if card.key == key), None)
        fields = _card_fields(card, deck, services, language_of(request))
        if card is None:
            progress = services.reviews.progress(reader, keys)
            fields |= {"more": _MORE, "new": progress.fresh + _MORE, "left": progress.started < len(keys)}
        return show_page(request, "card.html", "study", fields)

    @router.post("/card")
    def answered(
        request: Request,
        card: Annotated[str, Form(pattern="^[0-9a-f]{16}$")],
        rating: Annotated[int, Form(ge=1, le=4)] = 0,
        choice: Annotated[str, Form(max_length=16)] = "",
        typed: Annotated[str, Form(max_length=_MAX_TYPED)] = "",
    ) -> Response:
        deck, reader = Deck.read(request), services.reader(request)
        found = next((one for one in services.cards() if one.key == card), None)
        if found is None:
            raise HTTPException(404, word("not_found", language_of(request)))
        if rating:
            services.reviews.rate(reader, card, rating)
            return RedirectResponse(deck.href(), 303)
        if choice:
            services.reviews.rate(reader, card, _RIGHT if choice == card else _WRONG)
        checked = {"choice": choice, "typed": typed, "share": overlap(typed, found.answer), "checked": True}
        checked["right"] = choice == card if choice else is_right(typed, found)
        fields = _card_fields(found, deck, services, language_of(request)) | checked
        return show_page(request, "card.html", "study", fields)

    @router.get("/cards.apkg")
    def export(request: Request) -> Response:
        deck, language = Deck.read(request), language_of(request)
        name = f"{word('title', language)}{f' · {topic_name(deck.topic, language)}' if deck.topic else ''}"
        package = anki_package(deck.cards(services.cards(), services.catalogue()), name)
        disposition = f"attachment; filename*=UTF-8''{quote(deck.topic or deck.kind, safe='')}.apkg"
        return Response(package, media_type="application/octet-stream", headers={"Content-Disposition": disposition})

    return router


def _card_fields(card: Flashcard | None, deck: Deck, services: Services, language: str) -> dict[str, Any]:
    fields: dict[str, Any] = {"deck": deck, "card": card, "checked": False, "grades": _GRADES}
    if card is None:
        return fields
    catalogue = services.catalogue()
    if entry := catalogue.entries.get(card.entry_id):
        anchor = line_anchor(entry, card.path, card.line)
        fields |= {"about": short_name(entry, language), "source": f"{entry_href(card.entry_id)}#{anchor}"}
    if deck.mode == "recognise":
        fields["options"] = choices(card, services.cards(), catalogue)
    return fields
