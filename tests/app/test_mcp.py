import json
import os
import sys
from pathlib import Path

import anyio
import mcp
import pytest

from app.catalogue import Catalogue
from app.mcp import build_server
from app.web.reloading import LiveAssistant

ROOT = Path(__file__).resolve().parents[2]
LIST = """# Papers

- **LoRA: Low-Rank Adaptation** (LoRA). *Edward J. Hu.* ICLR, 2022. [[arxiv](https://arxiv.org/abs/2106.09685)]
  LoRA freezes the pretrained weights. It has no added latency at inference.
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    root = tmp_path_factory.mktemp("mcp")
    (root / "corpus" / "lists").mkdir(parents=True)
    (root / "corpus" / "lists" / "papers.md").write_text(LIST, encoding="utf-8")
    return root


def use(server, *calls):
    """Connects a client to a server and returns the tools and what each call gave."""

    async def talk():
        async with mcp.Client(server) as client:
            tools = (await client.list_tools()).tools
            return tools, [await client.call_tool(name, arguments) for name, arguments in calls]

    return anyio.run(talk)


def test_an_agent_starts_the_server_asks_searches_and_reads(folder):
    arguments = ["-m", "app", "mcp", "--corpus", str(folder / "corpus"), "--data", str(folder / "data")]
    server = mcp.StdioServerParameters(command=sys.executable, args=arguments, cwd=ROOT, env=dict(os.environ))

    tools, (answer, search, entry, missing) = use(
        server,
        ("answer", {"question": "What is LoRA?"}),
        ("search", {"query": "low rank", "k": 1}),
        ("entry", {"entry_id": "arxiv:2106.09685"}),
        ("entry", {"entry_id": "arxiv:0"}),
    )

    assert sorted(tool.name for tool in tools) == ["answer", "entry", "reading_path", "search"]
    assert all(tool.annotations.read_only_hint for tool in tools)
    assert answer.structured_content["citations"][0]["entry_id"] == "arxiv:2106.09685"
    assert json.loads(answer.content[0].text)["status"] == "answered"
    assert [hit["entry_id"] for hit in search.structured_content["hits"]] == ["arxiv:2106.09685"]
    assert entry.structured_content["passages"]
    assert missing.is_error
    assert "find ids with search" in missing.content[0].text


def test_the_tools_answer_from_the_index_that_is_live(folder):
    live = LiveAssistant(folder / "data")
    server = build_server(live.get, lambda: Catalogue(live.get().searcher.store))

    _, (path, odd) = use(
        server, ("reading_path", {"goal": "What is LoRA?", "steps": 3}), ("search", {"query": "a", "k": 0})
    )

    assert [step["entry_id"] for step in path.structured_content["steps"]] == ["arxiv:2106.09685"]
    assert odd.is_error
