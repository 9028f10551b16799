"""The files of a corpus: which are lists, cards, notes or abstracts, and which are left alone, and why."""

from __future__ import annotations

import json
import os
import re
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path

from ingest.documents.glossary import GLOSSARY_FILE, ORGANISATIONS_FILE
from ingest.documents.subjects import SUBJECTS_FILE
from ingest.errors import CorpusError
from ingest.lists.formats.suffixes import LIST_SUFFIXES
from ingest.pdf.shelf import pdfs_in
from ingest.types import Problem

ABSTRACT_FOLDER = "abstracts"
SET_FOLDER = "arxiv"  # lists made of sets of arXiv
SELECTION_FILE = "selection.json"
_DOCUMENT_SUFFIXES = (".md", ".markdown", ".txt")
_CLOSED_FOLDERS = frozenset({"node_modules", "__pycache__", "site-packages", "venv"})
_BOILERPLATE = re.compile(
    r"^(?:licen[cs]e|copying|notice|contributing|contributors|code[_-]of[_-]conduct|change-?log|changes|releases?|security|support|"
    r"governance|maintainers|authors|codeowners|pull_request_template|issue_template|citation|requirements|robots|humans|cmakelists|"
    r"package|package-lock|tsconfig|composer|manifest)(?:[-_.].*)?$",
    re.I,
)


@dataclass(slots=True)
class Survey:
    """What was found in a corpus.

    Attributes:
        files: Files by role: lists, papers, notes, abstracts, glossary, organisations, subjects; pdfs and sets if any.
        skipped: Files about the repository and files the user left out, each with the reason.
        unread: Files that cannot be read: links out of the corpus, pipes, devices, names that are no UTF-8.
    """

    files: dict[str, list[Path]] = field(default_factory=dict)
    skipped: list[Problem] = field(default_factory=list)
    unread: list[Problem] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Selection:
    """Which lists to read, as globs over their paths below the corpus; without ``include`` all of them."""

    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()

    def takes(self, path: str) -> bool:
        """Tells whether a path is to be read."""
        wanted = not self.include or any(_matches(path, glob) for glob in self.include)
        return wanted and not any(_matches(path, glob) for glob in self.exclude)


def corpus_files(corpus: Path, data: Path) -> dict[str, list[Path]]:
    """Returns the files of a corpus by role, in the order in which they are read (``Survey.files``).

    Raises:
        CorpusError: The folder is missing or holds no list.
    """
    return survey_corpus(corpus, data).files


def survey_corpus(corpus: Path, data: Path) -> Survey:
    """Looks through a corpus.

    A folder with ``lists/`` keeps its lists there. Any other is taken as a folder of lists, subfolders and README
    files included, as a cloned repository has them; of its ``papers/`` and ``notes/``, files with front matter are
    cards and notes.

    Raises:
        CorpusError: The folder is missing or holds no list.
    """
    if not corpus.is_dir():
        raise CorpusError(f"corpus folder {corpus} does not exist; pass the folder of your lists with --corpus")
    survey = Survey()
    own_folder = (corpus / "lists").is_dir()
    lists = corpus / "lists" if own_folder else corpus
    papers, notes = _documents_in(corpus / "papers", corpus), _documents_in(corpus / "notes", corpus)
    if not own_folder:
        papers, notes = list(filter(_has_front_matter, papers)), list(filter(_has_front_matter, notes))
    taken = {*papers, *notes, *(corpus / name for name in (GLOSSARY_FILE, ORGANISATIONS_FILE, SUBJECTS_FILE))}
    found = [file for file in _lists_in(lists, corpus, data, survey) if file not in taken]
    if all(file.parent == corpus / "notes" for file in found):  # no list, but notes
        notes = _documents_in(corpus / "notes", corpus)
        found = [file for file in found if file not in notes]
    survey.files = {
        "lists": found,
        "papers": papers,
        "notes": notes,
        "abstracts": _documents_in(data / ABSTRACT_FOLDER, data),
        "glossary": [file for file in (corpus / GLOSSARY_FILE,) if file.is_file()],
        "organisations": [file for file in (corpus / ORGANISATIONS_FILE,) if file.is_file()],
        "subjects": [file for file in (corpus / SUBJECTS_FILE,) if file.is_file()],
    }
    more = {"pdfs": [*pdfs_in(corpus), *pdfs_in(data)], "sets": sorted((data / SET_FOLDER).glob("*.md"))}
    survey.files |= {role: files for role, files in more.items() if files}
    if not any(survey.files.get(role) for role in ("lists", "notes", *more)):
        left = f"; left alone: {survey.skipped[0]}" if survey.skipped else ""
        raise CorpusError(
            f"no reading list in {lists}: put one Markdown file (.md, .markdown, .txt) a list there{left}"
        )
    return survey


def cited_path(root: Path, file: Path) -> str:
    """Returns how a file below a folder is cited: relative to the folder's parent, links not followed."""
    return f"{root.resolve().name}/{file.relative_to(root).as_posix()}"


def list_id_of(corpus: Path, file: Path) -> str:
    """Returns a list's id: its path below the corpus without suffix; a README stands for its folder."""
    lists = corpus / "lists"
    root = lists if file.is_relative_to(lists) else corpus
    path = file.relative_to(root)
    if path.stem.casefold().split(".")[0] != "readme":
        return path.with_suffix("").as_posix()
    translation = path.stem[len("readme") :]
    return f"{path.parent.as_posix() if path.parent.name else corpus.resolve().name}{translation}"


def read_selection(corpus: Path, data: Path) -> Selection:
    """Returns the selection that was made for a corpus, which ``data`` remembers; everything by default."""
    try:
        stored = json.loads((data / SELECTION_FILE).read_text(encoding="utf-8"))
        if stored["corpus"] == str(corpus.resolve()):
            return Selection(tuple(map(str, stored["include"])), tuple(map(str, stored["exclude"])))
    except (OSError, ValueError, KeyError, TypeError):
        pass
    return Selection()


def write_selection(corpus: Path, data: Path, selection: Selection) -> None:
    """Remembers a selection in ``data``, so that every command reads the same lists."""
    data.mkdir(parents=True, exist_ok=True)
    stored = {"corpus": str(corpus.resolve()), "include": selection.include, "exclude": selection.exclude}
    partial = data / f".{SELECTION_FILE}"
    partial.write_text(json.dumps(stored, ensure_ascii=False), encoding="utf-8")
    partial.replace(data / SELECTION_FILE)


def _lists_in(lists: Path, corpus: Path, data: Path, survey: Survey) -> list[Path]:
    selection = read_selection(corpus, data)
    found: list[Path] = []
    for file in _walk(lists, corpus, data, survey):
        path = file.relative_to(corpus).as_posix()
        if _BOILERPLATE.match(file.stem):
            survey.skipped.append(Problem(cited_path(corpus, file), 1, "left alone: about the repository, no list"))
        elif not selection.takes(path):
            survey.skipped.append(Problem(cited_path(corpus, file), 1, "left out by --include or --exclude"))
        else:
            found.append(file)
    return found


def _walk(folder: Path, corpus: Path, data: Path, survey: Survey) -> Iterator[Path]:
    """Yields the readable files with a list's suffix, folders after files, in the order of their names."""
    inside = corpus.resolve()
    closed = {data.resolve()}
    seen = {folder.resolve()}
    waiting = [folder]
    while waiting:
        folder = waiting.pop()
        folders: list[Path] = []
        for path in _children(folder, corpus, survey):
            real = Path(os.path.realpath(path))
            if path.is_dir():
                if path.name in _CLOSED_FOLDERS or real in closed or real in seen:
                    continue
                if real.is_relative_to(inside):
                    seen.add(real)
                    folders.append(path)
                else:
                    survey.unread.append(_trouble(corpus, path, "a link that leads out of the corpus"))
            elif path.suffix.lower() in LIST_SUFFIXES:
                fault = _file_fault(path, real, inside)
                if fault:
                    survey.unread.append(_trouble(corpus, path, fault))
                else:
                    yield path
        waiting += reversed(folders)


def _children(folder: Path, corpus: Path, survey: Survey) -> list[Path]:
    try:
        names = sorted(os.listdir(folder))
    except OSError as error:
        survey.unread.append(_trouble(corpus, folder, f"{error.strerror}; check its permissions"))
        return []
    children = [folder / name for name in names if not name.startswith(".")]
    for path in [path for path in children if not _is_utf8(path.name)]:
        survey.unread.append(_trouble(corpus, path, "its name is not UTF-8; rename it"))
    return [path for path in children if _is_utf8(path.name)]


def _file_fault(path: Path, real: Path, inside: Path) -> str:
    try:
        mode = path.stat().st_mode
    except OSError as error:
        return f"a link that leads nowhere ({error.strerror})" if path.is_symlink() else f"{error.strerror}"
    if not stat.S_ISREG(mode):
        return "not a regular file"
    return "" if real.is_relative_to(inside) else "a link that leads out of the corpus"


def _documents_in(folder: Path, root: Path) -> list[Path]:
    """Returns the cards, notes or abstracts right below a folder."""
    if not folder.is_dir():
        return []
    names = (file for file in folder.iterdir() if file.suffix.lower() in _DOCUMENT_SUFFIXES and file.is_file())
    readable = (file for file in names if file.stem.lower() != "readme" and not file.name.startswith("."))
    inside = root.resolve()
    return sorted(file for file in readable if _is_utf8(file.name) and file.resolve().is_relative_to(inside))


def _has_front_matter(file: Path) -> bool:
    try:
        with file.open("rb") as stream:
            return stream.read(4).startswith((b"---\n", b"---\r"))
    except OSError:
        return False


def _matches(path: str, glob: str) -> bool:
    name = path.rsplit("/", 1)[-1]
    globs: Sequence[str] = (glob, glob.removeprefix("**/"), f"{glob.rstrip('/')}/*")
    return any(fnmatchcase(path, form) for form in globs) or ("/" not in glob and fnmatchcase(name, glob))


def _is_utf8(name: str) -> bool:
    try:
        name.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def _trouble(corpus: Path, path: Path, message: str) -> Problem:
    shown = os.fsencode(cited_path(corpus, path)).decode("utf-8", errors="replace")
    return Problem(shown, 1, f"skipped: {message}")
