import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.timeout(600)  # 836 questions, on a machine that may be busy with other tests
def test_the_shipped_suite_finds_what_it_must_find_again(shipped_data, shipped_index):
    argv = [sys.executable, "-m", "evals", "--data", str(shipped_data)]

    run = subprocess.run(argv, cwd=ROOT, capture_output=True, text=True, check=False)

    assert run.returncode == 0, run.stdout[-3000:] + run.stderr[-1000:]
    assert "nothing changed" in run.stderr  # it asks the index of this session, which is that of every clone
    results = shipped_data / "evals" / "results"
    assert {file.name for file in results.iterdir()} >= {"report.html", "results.json", "shipped.run", "suite.qrels"}
    first = (results / "shipped.run").read_text(encoding="utf-8").split("\n")[0].split()
    assert [len(first), first[1], first[3], first[5]] == [6, "Q0", "1", "shipped"]
