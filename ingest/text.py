"""Text as it is found: reading files, undoing bad decodings, taking Markdown off, telling languages apart."""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path

import ftfy

from ingest.errors import CorpusError
from ingest.mojibake import looks_garbled, repair

_HAN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U0003ffff]")
_LATIN_WORD = re.compile(r"[A-Za-z][A-Za-z0-9'’.+-]*")

_MARKUP = (
    (re.compile(r"<!--.*?-->", re.S), " "),
    (re.compile(r"!\[[^\]]*\]\([^)]*\)"), " "),  # images, before links
    (re.compile(r" ?\[(?:arxiv|url|note):[^\]\s]+\]"), ""),  # a concept note's pointer to the entry it rests on
    (re.compile(r"\[\[([^\]]+)\]\([^)\s]*\)\]"), " "),  # [[pdf](…)]: a row of link labels says nothing
    (re.compile(r"\[([^\]]*)\]\((?:[^()\s]|\([^()\s]*\))*\)"), r"\1"),
    (re.compile(r"</?[A-Za-z][^<>]*>"), " "),
    (re.compile(r"^ {0,3}#{1,6}\s+", re.M), ""),
    (re.compile(r"^\s*(?:[-*+]|\d{1,3}[.)])\s+", re.M), ""),
    (re.compile(r"^\s*>\s?", re.M), ""),
    (re.compile(r"^\s*(?:```|~~~).*$", re.M), ""),
    (re.compile(r"^\s*\|?[\s:|-]*-{3,}[\s:|-]*$", re.M), ""),  # the rule under a table's header
    (re.compile(r"\*\*|__|(?<![A-Za-z0-9_*])\*(?=[^\s*])|(?<=[^\s*])\*(?![A-Za-z0-9_*])|`"), ""),
)


def read_text(path: Path) -> tuple[str, str | None]:
    r"""Reads a UTF-8 text file, repairing text that was decoded wrongly before it was saved.

    Line breaks become ``\n``; the number of lines never changes, so that citations keep their lines.

    Returns:
        The text, and a remark when it had to be repaired (else None).

    Raises:
        CorpusError: The file cannot be read or is not UTF-8.
    """
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise CorpusError(
            f"{path} is not UTF-8 (byte {error.start}); save it as UTF-8, for example: iconv -f gb18030 -t utf-8"
        ) from error
    except OSError as error:
        raise CorpusError(f"cannot read {path}: {error.strerror}; check the file and its permissions") from error
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if not looks_garbled(text):
        return text, None
    lines = [
        ftfy.fix_text(repair(line), normalization=None, uncurl_quotes=False, fix_character_width=False)
        for line in text.split("\n")
    ]
    return "\n".join(line.replace("\n", " ") for line in lines), "UTF-8 that was read as a Turkish or Western code page"


def plain_text(markdown: str) -> str:
    """Returns what a reader sees of a piece of Markdown: no markup, no link targets, single spaces within lines."""
    for pattern, replacement in _MARKUP:
        markdown = pattern.sub(replacement, markdown)
    lines = (re.sub(r"[ \t|]+", " ", line).strip() for line in markdown.split("\n"))
    return "\n".join(line for line in lines if line)


def fold(text: str) -> str:
    """Returns text for comparing names: NFKC, case-folded, letters and digits of any script only."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return "".join(character for character in folded if character.isalnum())


def language_of(text: str) -> str:
    """Returns "zh" or "en", the language most of a text's words are in.

    A Han character counts as half a word. Latin names inside Chinese sentences are common (``什么是 LoRA？``), so
    Chinese wins as soon as it makes up a third of the words.
    """
    han, latin = len(_HAN.findall(text)) / 2, len(_LATIN_WORD.findall(text))
    return "zh" if han and han >= 0.5 * latin else "en"
