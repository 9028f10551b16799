"""Where the commands read and write when nothing is said: a working folder as it is, else the user's own place.

A folder that holds lists in ``corpus/lists`` or an index in ``data/index``, as a checkout does, is worked in: its
``corpus/`` and its ``data/``. From anywhere else the commands read the corpus that came with the program and keep what
they make in the folder that the platform gives to programs.
"""

from __future__ import annotations

from pathlib import Path

from platformdirs import user_data_path

from ingest.errors import StudyError

PROGRAM = "llm-study"
_HERE = Path("corpus"), Path("data")
_PACKAGED = Path(__file__).with_name("shipped") / "corpus"  # in a wheel; pyproject.toml puts it there


def default_corpus() -> Path:
    """Returns the corpus to read when none is named: ``corpus/`` of a working folder, else the shipped one."""
    return _HERE[0] if _is_working_folder() else shipped_corpus()


def default_data() -> Path:
    """Returns the folder for what is made when none is named: ``data/`` of a working folder, else the user's."""
    return _HERE[1] if _is_working_folder() else user_data_path(PROGRAM, appauthor=False)


def shipped_corpus() -> Path:
    """Returns the corpus that came with the program: inside the package, or beside the packages in a checkout."""
    return _PACKAGED if is_packaged() else Path(__file__).resolve().parents[1] / "corpus"


def is_packaged() -> bool:
    """Tells whether the program runs from a wheel, where every new version brings its corpus to another place."""
    return _PACKAGED.is_dir()


def refuse_changes(options: str, *, wanted: bool) -> None:
    """Refuses options that write into the program's own folders, which a wheel does not have to itself.

    Raises:
        StudyError: They are wanted, and the program runs from a wheel.
    """
    if wanted and is_packaged():
        raise StudyError(f"{options} change files of a checkout; run them there as: python -m evals")


def _is_working_folder() -> bool:
    corpus, data = _HERE
    return (corpus / "lists").is_dir() or (data / "index").is_dir()
