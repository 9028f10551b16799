"""Which program it is: a hash of its own files, so that what another version computed is not taken for its own."""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Sequence
from functools import cache
from importlib.metadata import version
from importlib.resources import files


@cache
def program_hash(packages: Sequence[str], libraries: Sequence[str]) -> bytes:
    """Returns a hash of the files right in some packages, and of the versions of Python and of some libraries.

    Args:
        packages: Names as in ``ingest.text``; a tuple, as the hash is remembered.
        libraries: Names of installed distributions; a tuple.
    """
    versions = [sys.version, *(f"{name} {version(name)}" for name in libraries)]
    digest = hashlib.sha256("\n".join(versions).encode())
    for package in packages:
        for file in sorted(files(package).iterdir(), key=lambda file: file.name):
            if file.is_file():
                digest.update(f"{package}/{file.name}\0".encode() + hashlib.sha256(file.read_bytes()).digest())
    return digest.digest()
