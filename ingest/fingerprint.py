"""Whether a corpus has changed: a hash of all that would be read of it, told without loading what reads it."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from ingest.corpus import corpus_files
from ingest.pdf.reading import pdf_hash, text_file

if TYPE_CHECKING:
    from ingest.passages import PassageConfig


def corpus_fingerprint(corpus: Path, data: Path, config: PassageConfig) -> str:
    """Returns a hash of everything ``read_library`` would read, so that an unchanged corpus is not read twice."""
    digest = hashlib.sha256(json.dumps(asdict(config), sort_keys=True).encode())
    for role, files in corpus_files(corpus, data).items():
        for file in files:
            place = file.relative_to(corpus).as_posix() if role == "lists" else file.name
            digest.update(f"{role}/{place}\0".encode())
            digest.update(_content_hash(file))
            if role == "pdfs":  # the text that was found in it is read, not the file
                digest.update(_content_hash(text_file(data, pdf_hash(file))))
    return digest.hexdigest()


def _content_hash(file: Path) -> bytes:
    try:
        return hashlib.sha256(file.read_bytes()).digest()
    except OSError as error:  # reading will skip it, and say so
        return f"unread: {error.errno}".encode()
