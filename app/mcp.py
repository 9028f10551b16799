"""The assistant's tools for agents, by the Model Context Protocol: all of them only read."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field

from app.assistant import Assistant
from app.catalogue import Catalogue
from app.errors import QuestionError
from app.render.entries import entry_json, step_json
from app.render.json import answer_json, hit_json
from app.study.path import STEPS, find_path
from index.catalogue.options import read_options
from ingest.errors import StudyError

if TYPE_CHECKING:
    from mcp.server import MCPServer

_INSTRUCTIONS = (
    "Curated reading lists on large language models, in Chinese and English. `answer` quotes them with sources and "
    "declines what they do not answer; `search` finds entries; `entry` has everything about one; `reading_path` orders "
    "what to read for a goal."
)


def build_server(assistant: Callable[[], Assistant], catalogue: Callable[[], Catalogue]) -> MCPServer:
    """Returns a server over whatever assistant and catalogue are live when a tool is called.

    Raises:
        StudyError: The SDK is not installed.
    """
    try:
        from mcp.server import MCPServer
        from mcp.server.mcpserver.exceptions import ToolError
        from mcp.types import ToolAnnotations
    except ImportError as error:
        raise StudyError("the MCP server needs the mcp SDK; install it with: pip install '.[mcp]'") from error
    server = MCPServer("llm-study-assistant", instructions=_INSTRUCTIONS, log_level="WARNING", subscriptions=False)
    reads = ToolAnnotations(read_only_hint=True, open_world_hint=False)

    def told(tool: Callable[..., dict[str, Any]]) -> Callable[..., dict[str, Any]]:
        """Has an expected failure told to the agent in its own words."""

        @wraps(tool)
        def call(*args: Any, **values: Any) -> dict[str, Any]:  # noqa: ANN401
            try:
                return tool(*args, **values)
            except StudyError as error:
                raise ToolError(str(error)) from error

        return call

    @server.tool(annotations=reads)
    @told
    def answer(question: Annotated[str, Field(description="In Chinese or English.")]) -> dict[str, Any]:
        """Answers a question from the reading lists, every sentence with its source, or declines."""
        return answer_json(assistant().ask(question), None)

    @server.tool(annotations=reads)
    @told
    def search(
        query: str, k: Annotated[int, Field(ge=1, le=50)] = 10, since: int | None = None, until: int | None = None
    ) -> dict[str, Any]:
        """Finds entries of the reading lists, best first; years narrow the search."""
        searcher = assistant().searcher
        filters = read_options(searcher.store.values, (), since, until, (), (), ())
        return {"hits": [hit_json(hit) for hit in searcher.search(query, k=k, filters=filters)]}

    @server.tool(annotations=reads)
    @told
    def entry(entry_id: Annotated[str, Field(description="As in a hit, like arxiv:2106.09685.")]) -> dict[str, Any]:
        """Returns an entry with its card, notes of curators, prerequisites and BibTeX."""
        found = catalogue().entries.get(entry_id)
        if found is None:
            raise QuestionError(f"no entry {entry_id!r}; find ids with search")
        return entry_json(found, catalogue())

    @server.tool(annotations=reads)
    @told
    def reading_path(goal: str, steps: Annotated[int, Field(ge=STEPS[0], le=STEPS[1])] = 8) -> dict[str, Any]:
        """Orders what to read to understand something, prerequisites first."""
        return {"steps": [step_json(step) for step in find_path(goal, "", steps, assistant(), catalogue())]}

    return server
