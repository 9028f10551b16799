"""Writing so that a power cut leaves the old or the new, never half: contents reach the disk before a name does."""

from __future__ import annotations

import os
import shutil
from pathlib import Path


def replace_text(file: Path, text: str) -> None:
    """Puts a small text file in place of another in one step."""
    partial = file.with_name(f"{file.name}.new")
    if partial.is_dir():
        shutil.rmtree(partial)
    partial.write_text(text, encoding="utf-8")
    sync(partial)
    if file.is_dir():  # damage; a file cannot be renamed over it
        shutil.rmtree(file)
    partial.replace(file)
    sync(file.parent)


def sync_tree(folder: Path) -> None:
    """Waits until everything in a folder is on the disk."""
    for path in sorted(folder.rglob("*")):
        sync(path)
    sync(folder)
    sync(folder.parent)


def sync(path: Path) -> None:
    """Waits until a file, or the names in a folder, are on the disk."""
    if os.name == "nt" and path.is_dir():
        return  # Windows keeps no handle to a folder, and needs none
    descriptor = os.open(path, os.O_RDONLY if os.name != "nt" else os.O_RDWR)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
