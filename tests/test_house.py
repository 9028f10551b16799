import ast
import subprocess
import sys
from pathlib import Path

import pytest

from ingest.lint.check import check_corpus

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = ("ingest", "index", "app", "evals")  # imports flow to the left
MODULES = sorted(file for package in PACKAGES for file in (ROOT / package).rglob("*.py"))
LIBRARY_MODULES = [file for file in MODULES if file.name != "__main__.py"]
HEAVY = {"torch", "sentence_transformers", "gradio", "faiss", "datasets"}


def name(file):
    return file.relative_to(ROOT).as_posix()


def tree(file):
    return ast.parse(file.read_text(encoding="utf-8"), filename=str(file))


def imported_packages(module):
    for node in ast.walk(module):
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            yield node.module.split(".")[0]


def undocumented(module):
    """Yields the names of public modules, classes, functions and methods without a docstring."""
    if not ast.get_docstring(module):
        yield "the module"
    for node in module.body:
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) and not node.name.startswith("_"):
            if not ast.get_docstring(node):
                yield node.name
            if isinstance(node, ast.ClassDef):
                yield from (
                    f"{node.name}.{method.name}"
                    for method in node.body
                    if isinstance(method, ast.FunctionDef | ast.AsyncFunctionDef)
                    and not method.name.startswith("_")
                    and not ast.get_docstring(method)
                )


def test_every_package_has_modules():
    assert {file.relative_to(ROOT).parts[0] for file in MODULES} == set(PACKAGES)


@pytest.mark.parametrize("file", LIBRARY_MODULES, ids=name)
def test_a_module_imports_nothing_from_the_packages_to_its_right(file):
    own = PACKAGES.index(file.relative_to(ROOT).parts[0])

    assert not set(imported_packages(tree(file))) & set(PACKAGES[own + 1 :])


@pytest.mark.parametrize("file", MODULES, ids=name)
def test_everything_public_has_a_docstring(file):
    assert list(undocumented(tree(file))) == []


@pytest.mark.parametrize("file", LIBRARY_MODULES, ids=name)
def test_library_code_prints_nothing_without_saying_why(file):
    lines = file.read_text(encoding="utf-8").splitlines()
    calls = [node.func for node in ast.walk(tree(file)) if isinstance(node, ast.Call)]
    prints = [call.lineno for call in calls if isinstance(call, ast.Name) and call.id == "print"]

    assert [number for number in prints if "# noqa: T201 - " not in lines[number - 1]] == []


@pytest.mark.parametrize("file", MODULES, ids=name)
def test_a_module_is_short_enough_to_read_at_once(file):
    assert len(file.read_text(encoding="utf-8").splitlines()) <= 340


@pytest.mark.parametrize("module", ["ingest", "ingest.library", "ingest.__main__", "index.search"])
def test_importing_the_library_loads_nothing_heavy(module):
    code = f"import sys, {module}; print(*sorted({HEAVY!r} & set(sys.modules)))"

    run = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True, timeout=60)

    assert run.stdout.split() == (["faiss"] if module == "index.search" else [])


@pytest.mark.parametrize("file", sorted((ROOT / "corpus" / "lists").iterdir()), ids=lambda file: file.name)
def test_a_shipped_list_parses_without_a_problem(shipped_library, file):
    path = f"corpus/lists/{file.name}"

    assert path in shipped_library.files
    assert [str(problem) for problem in shipped_library.problems if problem.path == path] == []


def test_the_shipped_corpus_keeps_its_own_rules(shipped_library):
    problems = [*shipped_library.problems, *check_corpus(ROOT / "corpus", shipped_library)]

    assert [str(problem) for problem in problems] == []


def test_every_shipped_passage_is_verbatim_at_its_lines_and_of_one_entry(shipped_library):
    lines = {path: (ROOT / path).read_text(encoding="utf-8").split("\n") for path in shipped_library.files}
    owner = {}

    for passage in shipped_library.passages:
        assert passage.text in "\n".join(lines[passage.path][passage.start_line - 1 : passage.end_line])
        for line in range(passage.start_line, passage.end_line + 1):
            assert owner.setdefault((passage.path, line), passage.entry_id) == passage.entry_id
    assert len({passage.passage_id for passage in shipped_library.passages}) == len(shipped_library.passages)
