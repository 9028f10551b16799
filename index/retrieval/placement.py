"""Where the passages of a generation are: on this machine, or in a cluster that a file of the generation names."""

from __future__ import annotations

import json
from contextlib import closing
from pathlib import Path
from typing import Any

from index.retrieval.cluster import WRITING, Address, Cluster
from index.storage.pointer import read_pointer

LOCAL = "local"  # instead of the URL of a cluster
_FILE = "qdrant.json"


def write_placement(generation: Path, address: Address, collection: str, **facts: int) -> None:
    """Writes down which collection of which cluster holds the passages, and what else is to be known of it."""
    place = {"address": str(address), "collection": collection, **facts}
    (generation / _FILE).write_text(f"{json.dumps(place, indent=1)}\n", encoding="utf-8")


def read_placement(generation: Path) -> dict[str, Any]:
    """Returns what ``write_placement`` wrote; {} where this machine holds the passages."""
    file = generation / _FILE
    return dict(json.loads(file.read_text(encoding="utf-8"))) if file.is_file() else {}


def address_of(generation: Path) -> Address | None:
    """Returns the cluster that holds the passages of a generation, or None where this machine does."""
    place = read_placement(generation)
    return Address.parse(place["address"]) if place else None


def choose_address(asked: str | None, now: Address | None) -> Address | None:
    """Returns the cluster that is asked for, None for this machine; where nothing is asked for, what it is now.

    Raises:
        IndexUnavailableError: What is asked for is no address.
    """
    if not asked:
        return now
    return None if asked == LOCAL else Address.parse(asked)


def follow(folder: Path) -> None:
    """Lets the aliases of a cluster say what ``CURRENT`` of an index folder says, and removes what nothing needs.

    Raises:
        IndexUnavailableError: The cluster is away; the index is live all the same.
    """
    pointer = read_pointer(folder)
    live = read_placement(folder / pointer.live)
    if not live:
        return
    there = [place for path in sorted(folder.iterdir()) if (place := read_placement(path))]
    there = [place for place in there if place["address"] == live["address"]]
    previous = read_placement(folder / pointer.previous) if pointer.previous else {}
    with closing(Cluster(Address.parse(live["address"]), WRITING)) as cluster:
        cluster.make_live(live["collection"], previous["collection"] if previous in there else None)
        cluster.remove_all_but([place["collection"] for place in there])
