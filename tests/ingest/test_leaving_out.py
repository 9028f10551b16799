"""Libraries imported without what they need not."""

from __future__ import annotations

import subprocess
import sys

import pytest

from ingest.leaving_out import left_out


def test_a_module_is_not_found_inside_and_found_again_afterwards():
    with left_out("colorsys"), pytest.raises(ImportError):
        __import__("colorsys")
    assert __import__("colorsys").rgb_to_hsv

    with left_out("sys"):  # what is known already stays
        assert sys.modules["sys"] is sys


def test_a_search_needs_no_scipy():
    code = "import sys, index.search; raise SystemExit('scipy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
