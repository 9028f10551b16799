"""Reading text files as they are found: encodings, line ends, and bad decodings undone."""

from __future__ import annotations

import codecs
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path

from ingest.errors import CorpusError
from ingest.text.mojibake import MendedLine, mend_lines
from ingest.text.scripts import HAN_CHARACTER

_MAX_BYTES = 64_000_000
_MARKS = (  # the longer ones first: UTF-32 starts like UTF-16
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_ENCODINGS = ("gb18030", "big5", "utf_16_le", "utf_16_be", "shift_jis", "euc_kr", "cp1252")
_NAMES = {"gb18030": "GB18030", "big5": "Big5", "cp1252": "Windows-1252", "shift_jis": "Shift_JIS", "euc_kr": "EUC-KR"}
_SAMPLE = 200_000  # bytes that show an encoding


@dataclass(frozen=True, slots=True)
class Source:
    """A text file as it was read.

    Attributes:
        text: The text, wrong decodings undone; it has as many lines as the file.
        encoding: The encoding it was in, as ``bytes.decode`` names it.
        remark: What a person should know when it was not plain UTF-8, or None.
        mended: The lines whose wrong decoding was undone.
    """

    text: str
    encoding: str
    remark: str | None
    mended: tuple[MendedLine, ...]


def table_rows(path: Path, head: Sequence[str]) -> Iterator[tuple[int, list[str]]]:
    """Yields (line number, cells) of a table by tabs, without its head line and empty lines; none of a missing file.

    Raises:
        CorpusError: The file cannot be read or is no text.
    """
    text, _ = read_text(path) if path.is_file() else ("", None)
    for number, row in enumerate(text.split("\n"), start=1):
        cells = row.split("\t")
        if row.strip() and not (number == 1 and cells[: len(head)] == list(head)):
            yield number, cells


def read_text(path: Path) -> tuple[str, str | None]:
    r"""Reads a text file in whatever encoding, repairing text that was decoded wrongly before it was saved.

    Line breaks become ``\n``; the number of lines never changes, so that citations keep their lines.

    Returns:
        The text, and a remark when it was not plain UTF-8 (else None).

    Raises:
        CorpusError: The file cannot be read, is too large, or is no text.
    """
    source = read_source(path)
    if not source.mended:
        return source.text, source.remark
    numbers = [line.number for line in source.mended]
    guessed = sum(len(line.guessed) for line in source.mended)
    said = f"; {source.remark}" if source.remark else ""
    return source.text, (
        f"repaired: {len(numbers)} lines had been decoded wrongly (the first is {numbers[0]}), {guessed} characters of "
        f"them are guessed; ingest --repair writes a mended copy{said}"
    )


def read_source(path: Path, *, weigh: bool = False) -> Source:
    """Reads a text file as ``read_text`` does, and says which lines were repaired.

    Args:
        path: The file.
        weigh: Whether to say which of the guessed characters are doubtful, which takes longer.

    Raises:
        CorpusError: The file cannot be read, is too large, or is no text.
    """
    text, encoding, remark = _decoded(path, _content(path))
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if text.isascii():
        return Source(text, encoding, remark, ())
    lines = text.split("\n")
    mended = mend_lines(lines, weigh=weigh)
    for line in mended:
        lines[line.number - 1] = line.after
    return Source("\n".join(lines), encoding, remark, tuple(mended))


def _content(path: Path) -> bytes:
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            raise CorpusError(f"{path} is not a regular file; replace it by one")
        if status.st_size > _MAX_BYTES:
            size, most = status.st_size // 1_000_000, _MAX_BYTES // 1_000_000
            raise CorpusError(f"{path} has {size} MB, more than the {most} a list may have; split it")
        return path.read_bytes()
    except OSError as error:
        raise CorpusError(f"cannot read {path}: {error.strerror}; check the file and its permissions") from error


def _decoded(path: Path, content: bytes) -> tuple[str, str, str | None]:
    encoding = next((name for mark, name in _MARKS if content.startswith(mark)), "utf-8")
    try:
        text = content.decode(encoding)
        if "\0" in text[:_SAMPLE] or "\0" in text:
            return _detected(path, content)
        said = None if encoding.startswith("utf-8") else f"not UTF-8 but {encoding.upper()}; save it as UTF-8"
        return text, encoding, said
    except UnicodeDecodeError:
        return _detected(path, content)


def _detected(path: Path, content: bytes) -> tuple[str, str, str]:
    """Decodes a text by what charset-normalizer takes for possible; of those, as the most common characters."""
    from charset_normalizer import from_bytes  # few files need it

    possible = [match.encoding for match in from_bytes(content[:_SAMPLE], cp_isolation=list(_ENCODINGS))]
    texts: dict[str, str] = {}
    for encoding in dict.fromkeys([*possible, "gb18030", "big5"]):
        try:
            texts[encoding] = content.decode(encoding)
        except (UnicodeDecodeError, LookupError):
            continue
    texts = {encoding: text for encoding, text in texts.items() if _is_text(text)}
    if not texts:
        raise CorpusError(f"{path} is not UTF-8 and no text in another encoding; save it as UTF-8, or remove it")
    best = max(texts, key=lambda encoding: (_commonness(texts[encoding]), encoding in possible[:1]))
    name = _NAMES.get(best, best.upper().replace("_", "-"))
    return texts[best], best, f"not UTF-8 but {name}; save it as UTF-8, for example: iconv -f {name} -t utf-8"


def _is_text(text: str) -> bool:
    sample = text[:_SAMPLE]
    controls = sum(not character.isprintable() and character not in "\n\r\t\f\u3000\ufeff" for character in sample)
    return controls * 100 <= len(sample)


def _commonness(text: str) -> float:
    """Returns how many of a text's non-ASCII characters are common: Han characters, marks, Latin letters; 0 to 1."""
    others = [character for character in text[:_SAMPLE] if not character.isascii()]
    if not others:
        return 1.0
    common = _common_characters()
    return sum(character in common or "\u00a0" <= character <= "\u024f" for character in others) / len(others)


@cache
def _common_characters() -> frozenset[str]:
    """The characters of ``han_pairs.tsv`` in both scripts, full-width marks and kana."""
    table = files("ingest.text").joinpath("han_pairs.tsv").read_text(encoding="utf-8")
    singles = {row.split("\t")[0] for row in table.splitlines() if row[1:2] == "\t"}
    from opencc import OpenCC

    singles |= set(OpenCC("s2t").convert("".join(sorted(singles))))
    marks = {chr(code) for code in (*range(0x3000, 0x3100), *range(0xFF01, 0xFF5F), *range(0x2010, 0x2027))}
    return frozenset({character for character in singles if HAN_CHARACTER.match(character)} | marks)
