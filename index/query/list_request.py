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
_OUTRIGHT = 3.0
LISTED = -1.0  # log-odds from which on works are listed; chosen by cross-validation and on dev


@lru_cache(maxsize=256)  # a question is asked this in several places
def sounds_like_a_list(question: str) -> bool:
    """Tells a request for a list of works."""
    return shipped_requests().odds(question) >= LISTED


def asks_outright(question: str) -> bool:
    """Tells a question that can hardly ask for anything but works."""
    return shipped_requests().odds(question) >= _OUTRIGHT


@cache
def shipped_requests() -> GramModel:
    """Returns the model that comes with the project."""
    return GramModel.read(SHIPPED_REQUESTS)


def ship_requests(model: GramModel) -> None:
    """Makes a fitted model the shipped one."""
    save_file(model.tensors(), str(SHIPPED_REQUESTS))
    shipped_requests.cache_clear()
    sounds_like_a_list.cache_clear()
