"""Whether a question asks for a list of works, by how it sounds.

``python -m evals --calibrate`` fits the weights of n-grams on requests for lists and on questions that ask for
something else; ``list_request.safetensors`` holds them. What the intent model says of the question, a noun for works or
a named work adds nothing to them.
"""

from __future__ import annotations

from functools import cache, lru_cache
from pathlib import Path

from safetensors.numpy import save_file

from index.query.grams import GramModel

SHIPPED_REQUESTS = Path(__file__).parent / "list_request.safetensors"
_OUTRIGHT = 3.0  # log-odds from which on nothing else is meant; set by eye on a few, the suite does not tell
LISTED = -1.0  # log-odds from which on works are listed; chosen by cross-validation and on dev


def sounds_like_a_list(question: str) -> bool:
    """Tells a request for a list of works."""
    return _odds(question) >= LISTED


def asks_outright(question: str) -> bool:
    """Tells a question that can hardly ask for anything but works."""
    return _odds(question) >= _OUTRIGHT


@lru_cache(maxsize=256)  # a question is asked this in several places
def _odds(question: str) -> float:
    return shipped_requests().odds(question)


@cache
def shipped_requests() -> GramModel:
    """Returns the model that comes with the project."""
    return GramModel.read(SHIPPED_REQUESTS)


def ship_requests(model: GramModel) -> None:
    """Makes a fitted model the shipped one."""
    save_file(model.tensors(), str(SHIPPED_REQUESTS))
    shipped_requests.cache_clear()
    _odds.cache_clear()
