"""``python -m evals load``: many users at once ask a running app, as its page and as scripts do.

Every user asks one question after the other; all start together. Counted is the time to the last token, so to the end
of the stream. A user of the page goes through Gradio's queue by the same requests as the page's script.
"""

from __future__ import annotations

import asyncio
import json
import random
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

import httpx
import typer

from evals.errors import EvaluationError
from evals.questions import read_questions
from ingest.console import one_line_ends

_PATIENCE = 120.0  # seconds
_Ask = Callable[[httpx.AsyncClient, str, int], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Load:
    """What became of the questions that were asked one way.

    Attributes:
        way: "chat" or "api".
        seconds: To the last token, of each answer that came, in ascending order.
        failures: What went wrong with the others.
        took: Seconds from the first question to the last answer.
    """

    way: str
    seconds: tuple[float, ...]
    failures: tuple[str, ...]
    took: float

    def within(self, share: float) -> float:
        """Returns the seconds within which a share of the answers came."""
        return self.seconds[min(len(self.seconds) - 1, int(share * len(self.seconds)))] if self.seconds else 0.0


def load(
    url: Annotated[str, typer.Argument(help="The app, like http://127.0.0.1:7860. 应用的地址。")],
    users: Annotated[int, typer.Option(min=1, max=1000, help="At the same time. 同时提问的人数。")] = 50,
    each: Annotated[int, typer.Option(min=1, help="Questions of each. 每人提问数。")] = 3,
    pause: Annotated[float, typer.Option(min=0, help="Seconds before each, at most. 每次提问前最多停几秒。")] = 0.0,
    token: Annotated[str, typer.Option(envvar="LLMSTUDY_TOKEN", help="Where a login is asked for. 令牌。")] = "",
) -> None:
    """Has many users at once ask a running app; exits with 1 if one got no answer. 让许多用户同时提问。"""
    with one_line_ends():
        questions = [question.text for question in read_questions() if not question.history]
        found = asyncio.run(put_load(url.rstrip("/"), questions, users=users, each=each, pause=pause, token=token))
        for one in found:
            typer.echo(
                f"{one.way}: {len(one.seconds)} answers to {users} users, p50 {one.within(0.5):.2f} s, "
                f"p95 {one.within(0.95):.2f} s, longest {one.within(1):.2f} s, "
                f"{len(one.seconds) / one.took:.0f} a second, failed {len(one.failures)}"
            )
            for failure in sorted(set(one.failures))[:5]:
                typer.echo(f"  {failure}", err=True)
        if any(one.failures for one in found):
            raise typer.Exit(1)


async def put_load(
    url: str, questions: Sequence[str], *, users: int, each: int, pause: float = 0.0, token: str = ""
) -> list[Load]:
    """Asks by the page's way, then by that of scripts.

    Raises:
        EvaluationError: No app answers at this address, or it asks for a login.
    """
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    limits = httpx.Limits(max_connections=None, max_keepalive_connections=users)
    timeout = httpx.Timeout(_PATIENCE)
    async with httpx.AsyncClient(
        base_url=url, headers=headers, limits=limits, timeout=timeout, trust_env=False
    ) as client:
        submit = await _submit_function(client, url)

        async def ask_chat(client: httpx.AsyncClient, question: str, number: int) -> None:
            await _ask_chat(client, question, number, submit)

        ways: dict[str, _Ask] = {"chat": ask_chat, "api": _ask_api}
        return [await _crowd(way, ask, client, questions, (users, each, pause)) for way, ask in ways.items()]


async def _crowd(
    way: str, ask: _Ask, client: httpx.AsyncClient, questions: Sequence[str], size: tuple[int, int, float]
) -> Load:
    users, each, pause = size
    seconds: list[float] = []
    failures: list[str] = []
    chance = random.Random(0)
    plan = [[chance.choice(questions) for _ in range(each)] for _ in range(users)]

    async def user(number: int) -> None:
        for place, question in enumerate(plan[number]):
            await asyncio.sleep(chance.uniform(0, pause))
            started = time.perf_counter()
            try:
                await ask(client, question, number * each + place)
                seconds.append(time.perf_counter() - started)
            except (httpx.HTTPError, EvaluationError, ValueError) as error:
                failures.append(f"{type(error).__name__}: {str(error)[:200]}")

    started = time.perf_counter()
    await asyncio.gather(*(user(number) for number in range(users)))
    return Load(way, tuple(sorted(seconds)), tuple(failures), time.perf_counter() - started)


async def _submit_function(client: httpx.AsyncClient, url: str) -> int:
    """Returns the number by which Gradio calls the function that answers the page."""
    try:
        answer = await client.get("/config")
        answer.raise_for_status()
        functions = answer.json()["dependencies"]
        return next(int(one["id"]) for one in functions if any(event == "submit" for _, event in one["targets"]))
    except (httpx.HTTPError, ValueError, KeyError, StopIteration) as error:
        raise EvaluationError(f"no app answers at {url} ({error}); start one with: python -m app") from error


async def _ask_chat(client: httpx.AsyncClient, question: str, number: int, submit: int) -> None:
    session = f"load{number}-{time.monotonic_ns()}"
    event = {"number": 1, "question": question, "conversation": "", "instead_of": None, "length": "normal"}
    body = {"data": [], "event_data": event, "fn_index": submit, "session_hash": session, "trigger_id": None}
    joined = await client.post("/gradio_api/queue/join", json=body)
    joined.raise_for_status()
    async with client.stream("GET", "/gradio_api/queue/data", params={"session_hash": session}) as stream:
        stream.raise_for_status()
        last: dict[str, Any] = {}
        async for line in stream.aiter_lines():
            if line.startswith("data:"):
                last = json.loads(line.removeprefix("data:"))
                if last["msg"] in ("process_completed", "unexpected_error"):
                    break
    if last.get("msg") != "process_completed" or not last.get("success"):
        raise EvaluationError(f"the chat ended with {json.dumps(last)[:150]}")


async def _ask_api(client: httpx.AsyncClient, question: str, number: int) -> None:
    del number
    event = ""
    async with client.stream("GET", "/api/v1/answer/stream", params={"q": question}) as stream:
        stream.raise_for_status()
        async for line in stream.aiter_lines():
            event = line.removeprefix("event: ") if line.startswith("event: ") else event
    if event != "answer":
        raise EvaluationError("the stream ended before the answer")
