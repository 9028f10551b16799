"""Libraries imported without what they need not."""

from __future__ import annotations

import importlib
import subprocess
import sys

import pytest

from ingest.leaving_out import left_out


def test_a_module_is_not_found_inside_and_found_again_afterwards(tmp_path, monkeypatch):
    (tmp_path / "seldom_used.py").write_text("answer = 42\n", encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)

    with left_out("seldom_used"), pytest.raises(ImportError):
        importlib.import_module("seldom_used")
    assert importlib.import_module("seldom_used").answer == 42

    with left_out("sys"):  # what is known already stays
        assert sys.modules["sys"] is sys


def test_a_search_needs_no_scipy():
    code = "import sys, index.search; raise SystemExit('scipy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
