"""Reading text files as they are found: encodings, line ends, and bad decodings undone."""

from __future__ import annotations

from pathlib import Path

import ftfy

from ingest.errors import CorpusError
from ingest.text.mojibake import looks_garbled, repair


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
