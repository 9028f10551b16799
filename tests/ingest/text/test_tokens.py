import os
import subprocess
import sys

import pytest

from ingest.text.tokens import count_tokens, english_words

OFFLINE = """
import socket
def refuse(*_, **__):
    raise OSError("no network in this test")
socket.socket.connect = socket.getaddrinfo = socket.create_connection = refuse
import requests
requests.get = requests.Session.request = refuse
from ingest.text.tokens import count_tokens
print(count_tokens("hello world"))
"""


def count_offline(repository, cache):
    """Counts in a fresh process that has no network and keeps its vocabulary in ``cache``."""
    environment = os.environ | {"TIKTOKEN_CACHE_DIR": str(cache)}
    command = [sys.executable, "-c", OFFLINE]
    return subprocess.run(
        command, cwd=repository, env=environment, capture_output=True, text=True, timeout=60, check=False
    )


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("", 0),
        ("hello world", 2),  # 15339, 1917 in OpenAI's own tokenizer
        ("tiktoken is great!", 6),  # 83 1609 5963 374 2294 0, the example of OpenAI's cookbook
        ("antidisestablishmentarianism", 6),  # ditto
        ("お誕生日おめでとう", 9),  # ditto
    ],
)
def test_texts_have_as_many_tokens_as_in_openais_own_examples(text, tokens):
    assert count_tokens(text) == tokens


def test_the_spelling_of_a_special_token_is_ordinary_text():
    assert count_tokens("<|endoftext|>") > 1


def test_counting_needs_no_network_and_fills_the_cache_it_is_given(repository, tmp_path):
    cache = tmp_path / "not-there-yet"

    run = count_offline(repository, cache)

    assert (run.stdout, run.returncode) == ("2\n", 0), run.stderr
    (vocabulary,) = cache.iterdir()
    assert vocabulary.read_bytes().startswith(b"IQ== 0\n")  # "!" is the first of tiktoken's ranks


def test_a_damaged_vocabulary_in_the_cache_is_replaced(repository, tmp_path):
    (tmp_path / "9b5ad71b2ce5302211f9c61530b329a4922fc6a4").write_bytes(b"IQ== 0\n")  # tiktoken's name for the file

    run = count_offline(repository, tmp_path)

    assert (run.stdout, run.returncode) == ("2\n", 0), run.stderr


def test_english_words_are_whole_words_and_names_in_lower_case():
    words = english_words()

    assert {"cooking", "weather", "president", "falcon", "claude"} <= words
    assert words.isdisjoint({"atention", "instuct", "halucination", "", "GPT", "don't"})
    assert all(word.isascii() and word.isalpha() and word == word.lower() for word in words)
