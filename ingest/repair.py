"""A mended copy of a list that was decoded wrongly before it was saved, and a report on what was guessed."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ingest.errors import CorpusError
from ingest.text.files import Source, read_source
from ingest.text.mojibake import MendedLine


@dataclass(frozen=True, slots=True)
class RepairReport:
    """What was mended in a file, and where the mended copy is."""

    file: Path
    copy: Path
    source: Source

    def lines(self) -> Iterator[str]:
        """Yields the report: counts, then every line with a doubtful guess, with the characters in question."""
        mended = self.source.mended
        guessed, doubtful = sum(len(line.guessed) for line in mended), sum(len(line.doubtful) for line in mended)
        yield f"{self.copy}: {len(mended)} lines mended, {guessed} characters guessed, {doubtful} of them doubtful"
        if self.source.encoding not in ("utf-8", "utf-8-sig"):
            yield f"{self.copy}: written as UTF-8, read as {self.source.encoding.upper()}"
        for line in mended:
            if line.doubtful:
                yield f"{self.copy}:{line.number}:{line.doubtful[0] + 1}: doubtful: {_marked(line)}"


def repair_file(file: Path) -> RepairReport:
    """Writes a mended copy beside a file: ``list.md`` becomes ``list.repaired.md``. The file itself stays as it is.

    Raises:
        CorpusError: There is nothing to mend, the copy is there already, or one of both cannot be read or written.
    """
    source = read_source(file, weigh=True)
    if not source.mended and source.encoding in ("utf-8", "utf-8-sig"):
        raise CorpusError(f"{file} is sound UTF-8; there is nothing to repair")
    copy = file.with_name(f"{file.stem}.repaired{file.suffix}")
    try:
        with copy.open("x", encoding="utf-8", newline="\n") as stream:
            stream.write(source.text)
            stream.flush()
            os.fsync(stream.fileno())
    except FileExistsError:
        raise CorpusError(f"{copy} is there already; move it away first") from None
    except OSError as error:
        raise CorpusError(f"cannot write {copy}: {error.strerror}; check the folder and its permissions") from error
    return RepairReport(file, copy, source)


def _marked(line: MendedLine) -> str:
    """Returns the text around each doubtful character, which stands in ⟨ ⟩."""
    text = line.after
    pieces = [f"{text[max(0, at - 6) : at]}⟨{text[at]}⟩{text[at + 1 : at + 7]}" for at in line.doubtful]
    return " … ".join(pieces)
