"""``python -m ingest.pdf FILE``: the text of one PDF as JSON, within limits of time and memory."""

from __future__ import annotations

import argparse
import json
import sys
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path

from ingest.pdf.extract import extract_pdf


def main() -> None:
    """Reads the file that is named and prints what it holds."""
    parser = argparse.ArgumentParser(prog="python -m ingest.pdf", description=__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("--seconds", type=int, default=300, help="of processor time")
    parser.add_argument("--megabytes", type=int, default=2048, help="of memory")
    parser.add_argument("--pages", type=int, default=1000, help="more are not read")
    given = parser.parse_args()
    _limit(given.seconds, given.megabytes)
    text = json.dumps(asdict(extract_pdf(given.file, most_pages=given.pages)), ensure_ascii=False)
    sys.stdout.buffer.write(text.encode("utf-8", "replace"))


def _limit(seconds: int, megabytes: int) -> None:
    """Limits this process where the system can: Windows cannot, and macOS does not hold the limit of memory."""
    try:
        import resource
    except ImportError:
        return
    limits = ((resource.RLIMIT_CPU, seconds), (resource.RLIMIT_AS, megabytes * 2**20), (resource.RLIMIT_CORE, 0))
    for kind, most in limits:
        with suppress(ValueError, OSError):
            resource.setrlimit(kind, (most, most))


if __name__ == "__main__":
    main()
