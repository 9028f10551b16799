"""Chinese pieces for an English WordPiece tokenizer.

The new pieces are added tokens: they are found in the text, longest first, before WordPiece sees what is left. English
text holds no Han character, so its tokens stay what they were, id for id.
"""

from __future__ import annotations

import json
from collections.abc import Iterable

from tokenizers import AddedToken, Tokenizer

from index.training.static.vocabulary import UNKNOWN, train_vocabulary
from ingest.errors import StudyError
from ingest.text.scripts import HAN_RUN

_MAX_PIECE = 6  # longer ones are titles that somebody repeats
HAN_RUN_ALONE = {
    "type": "Split",
    "pattern": {"Regex": r"\p{Han}"},
    "behavior": "Isolated",
    "invert": False,
}


class UnsuitableBaseError(StudyError):
    """The base model cannot be extended."""


def train_pieces(texts: Iterable[str], size: int) -> list[str]:
    """Returns Chinese pieces, the most useful first, by a Unigram model over runs of Han characters.

    Args:
        texts: Chinese sentences; what is not Han in them is skipped.
        size: At most this many pieces.
    """
    runs = [run for text in texts for run in HAN_RUN.findall(text)]
    if not runs:
        return []
    unigram = json.loads(train_vocabulary(runs, size=size + 1).to_str())["model"]["vocab"]
    ranked = sorted(unigram, key=lambda row: (-row[1], row[0]))
    return [piece for piece, _ in ranked if piece != UNKNOWN and len(piece) <= _MAX_PIECE][:size]


def extend_tokenizer(base: Tokenizer, pieces: Iterable[str]) -> Tokenizer:
    """Returns a copy of an uncased BERT tokenizer that also knows Chinese pieces.

    Ids of the base stay; new pieces get the ids after them. Padding and truncation are taken off: the caller sets both.
    BERT puts spaces around every Han character before it looks for words, which would tear the pieces apart. That is
    turned off; a Han character that belongs to no new piece is still looked up alone, as before.

    Raises:
        UnsuitableBaseError: The tokenizer is not WordPiece behind BERT's normaliser.
    """
    state = json.loads(base.to_str())
    if state["model"]["type"] != "WordPiece" or (state["normalizer"] or {}).get("type") != "BertNormalizer":
        raise UnsuitableBaseError("the base model must have an uncased BERT tokenizer (WordPiece, BertNormalizer)")
    state["normalizer"]["handle_chinese_chars"] = False
    state["pre_tokenizer"] = {"type": "Sequence", "pretokenizers": [state["pre_tokenizer"], HAN_RUN_ALONE]}
    state["padding"] = state["truncation"] = None
    tokenizer = Tokenizer.from_str(json.dumps(state))
    known = tokenizer.get_vocab()
    tokenizer.add_tokens([AddedToken(piece, normalized=True, special=False) for piece in pieces if piece not in known])
    return tokenizer


def han_ids(tokenizer: Tokenizer) -> list[int]:
    """Returns the ids of all tokens that are Han through and through, in ascending order."""
    return sorted(number for token, number in tokenizer.get_vocab().items() if HAN_RUN.fullmatch(token))
