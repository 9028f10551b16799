import pytest

from evals.errors import EvaluationError
from evals.peers.contenders import Variant
from evals.peers.measuring import Bench, run_step


@pytest.fixture
def home(tmp_path):
    folder = tmp_path / "home"
    folder.mkdir()
    (folder / "passages.jsonl").write_text('{"id": "p1", "text": "lora"}\n', encoding="utf-8")
    (folder / "questions.jsonl").write_text('{"id": "q1", "q": "lora"}\n{"id": "q2", "q": "x"}\n', encoding="utf-8")
    return folder


def fault(call, *arguments):
    with pytest.raises(EvaluationError) as caught:
        call(*arguments)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_a_variant_is_asked_in_every_round_with_ours_beside(home, write_peer, command):
    peer = write_peer(variants=(Variant("hybrid", "words"), Variant("bm25", "words")))
    said = []
    bench = Bench(home, 2, said.append)
    ours = iter([4.0, 8.0])

    class Ours:
        def __init__(self):
            self.cpu_ms = [next(ours)]

    built = bench.build(peer, command)
    found = bench.measure(peer, command, Ours, built)

    assert list(built) == ["words"]  # both variants open the same index
    assert built["words"] > 0
    assert {name: len(measured.asked) for name, measured in found.items()} == {"hybrid": 2, "bm25": 2}
    measured = found["hybrid"]
    assert measured.beside == 6.0
    assert measured.asked[0].found == {"q1": [("p1", 1.0)], "q2": []}
    assert len(measured.asked[0].cpu_ms) == 1  # without the first
    assert 0 < measured.asked[0].cold_wall < 60
    assert measured.index_mb > 0
    assert said[-1] == "counting: asking bm25, round 2 of 2"


def test_a_peer_that_fails_says_so_in_one_line(home, write_peer, command):
    peer = write_peer("broken", "def build(home, index, variant):\n    raise OSError('no space left')\n")

    said = fault(Bench(home, 1, print).build, peer, command)

    assert said == "broken: build ended with 1: OSError: no space left"


def test_a_peer_that_talks_between_its_answers_is_refused(home, write_peer, command):
    code = "import os\ndef build(home, index, variant):\n    os.write(1, b'hello\\n')\n"
    peer = write_peer("chatty", code)

    assert fault(Bench(home, 1, print).build, peer, command) == "chatty: build told b'hello\\n', not JSON"


def test_a_process_that_says_nothing_has_failed(home, write_peer, command):
    peer = write_peer("silent", "import os\nos._exit(0)\n")

    assert fault(run_step, peer, command, ["build", str(home), str(peer.adapter), "x", str(home / "i")]) == (
        "silent: build ended with 0: no word"
    )


def test_vectors_are_made_once_for_the_same_passages(home, write_peer, command):
    peer, said = write_peer(), []
    bench = Bench(home, 1, said.append)
    fake = [command[0], "-c", "import json; print(json.dumps({'cpu_s': 12.5}))"]

    assert bench.embed(peer, fake) == 12.5
    assert bench.embed(peer, ["nothing is run"]) == 12.5
    assert len(said) == 1

    (home / "passages.jsonl").write_text('{"id": "p1", "text": "another"}\n', encoding="utf-8")
    bench.embed(peer, fake)
    assert len(said) == 2
