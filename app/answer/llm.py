"""A language model behind any endpoint that speaks OpenAI's protocol, streamed.

Off unless configured. What goes wrong has a name (``Failure``) and nothing else: no text of a server or a library ever
reaches a reader, since it may hold the key, and exceptions are raised without the ones behind them for the same reason.
"""

from __future__ import annotations

import math
import os
import random
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import urlsplit

from app.answer.stopping import Stop, stopping, watch_request
from app.errors import LlmError, LlmSettingsError

if TYPE_CHECKING:
    from openai import OpenAI

BASE_URL, API_KEY, MODEL = "OPENAI_BASE_URL", "OPENAI_API_KEY", "LLM_MODEL"
_NUMBERS: dict[str, tuple[str, float, float]] = {  # variables, the settings that they give, least and most
    "LLM_TEMPERATURE": ("temperature", 0.0, 2.0),
    "LLM_MAX_TOKENS": ("max_tokens", 1, 100_000),
    "LLM_EVIDENCE_TOKENS": ("evidence_tokens", 100, 100_000),
    "LLM_TIMEOUT": ("token_timeout", 0.1, 3_600.0),
    "LLM_TOTAL_TIMEOUT": ("total_timeout", 0.1, 3_600.0),
}
OPENAI = "https://api.openai.com/v1"
_NO_KEY = "none"  # local servers ask for none, the library insists on one


class Failure(StrEnum):
    """Why a model did not answer."""

    UNREACHABLE = "unreachable"
    TIMEOUT = "timeout"
    UNAUTHORISED = "unauthorised"
    LIMITED = "limited"
    SERVER = "server"
    REFUSED = "refused"
    NOT_A_MODEL = "not_a_model"
    INTERRUPTED = "interrupted"
    EMPTY = "empty"


_RETRIED = (Failure.UNREACHABLE, Failure.LIMITED, Failure.SERVER)


@dataclass(frozen=True, slots=True)
class LlmConfig:
    """Where a model is and how it is asked.

    Attributes:
        model: Its name at the endpoint.
        base_url: Address of the endpoint, as far as ``/chat/completions``.
        api_key: Never shown.
        temperature: Of the sampling; low, since it is to repeat what sources say.
        max_tokens: At most so many tokens in an answer.
        evidence_tokens: At most so many tokens of evidence; fewer for a small model or a small context.
        connect_timeout: Seconds until a connection must stand.
        token_timeout: Seconds until the first token, and between two.
        total_timeout: Seconds for a whole answer.
        retries: How often a request is tried again before its first token.
        backoff: Seconds before the first retry; doubled each time.
    """

    model: str
    base_url: str = OPENAI
    api_key: str = field(default="", repr=False)
    temperature: float = 0.2
    max_tokens: int = 500
    evidence_tokens: int = 1_500
    connect_timeout: float = 5.0
    token_timeout: float = 30.0
    total_timeout: float = 120.0
    retries: int = 2
    backoff: float = 0.25

    def __post_init__(self) -> None:
        """Raises LlmSettingsError for what cannot work."""
        if not self.model.strip():
            raise LlmSettingsError(
                f"no model is named; set {MODEL} or pass --model NAME / 没有指定模型，请设置 {MODEL} 或 --model"
            )
        try:
            parts = urlsplit(self.base_url)
            valid = parts.scheme in ("http", "https") and bool(parts.hostname) and (parts.port or 1) > 0
        except ValueError:
            valid = False
        if not valid:
            raise LlmSettingsError(
                f"not an address of a model: set {BASE_URL} or pass --llm http://HOST:PORT/v1 / "
                "模型地址无效，应为 http(s) 开头"
            )
        if not (self.api_key.isascii() and self.api_key.isprintable() and " " not in self.api_key):
            raise LlmSettingsError(f"{API_KEY} has characters that no key has / {API_KEY} 含有非法字符")
        if not parts.path.strip("/"):
            object.__setattr__(self, "base_url", f"{self.base_url.rstrip('/')}/v1")

    @property
    def host(self) -> str:
        """Host and port, for telling people where their question goes."""
        return urlsplit(self.base_url).netloc.rpartition("@")[2]


def configured(
    url: str | None = None, model: str | None = None, env: Mapping[str, str] | None = None
) -> LlmConfig | None:
    """Returns what the options and the environment configure, or None when that is nothing.

    Raises:
        LlmSettingsError: Half of it is missing, or it cannot work.
    """
    env = os.environ if env is None else env
    name = (model or env.get(MODEL) or "").strip()
    if not name:
        if url or model is not None:
            raise LlmSettingsError(f"--llm needs a model: pass --model NAME or set {MODEL} / --llm 还需要 --model")
        return None
    address = (url or env.get(BASE_URL) or OPENAI).strip()
    return LlmConfig(name, address, env.get(API_KEY, "").strip(), **_numbers(env))


def _numbers(env: Mapping[str, str]) -> dict[str, Any]:
    """Returns temperature, limits and timeouts that the environment gives."""
    found: dict[str, Any] = {}
    for variable, (setting, least, most) in _NUMBERS.items():
        text = env.get(variable, "").strip()
        if not text:
            continue
        try:
            number = type(least)(text)
        except ValueError:
            number = math.nan
        if not least <= number <= most:
            raise LlmSettingsError(
                f"{variable} is {text[:40]!r}; give a number from {least} to {most} / "
                f"{variable} 应为 {least} 到 {most} 之间的数"
            )
        found[setting] = number
    return found


@dataclass(slots=True)
class Usage:
    """What one answer cost: tokens as the server counts them, 0 where it does not, and seconds.

    ``cut`` tells whether the limit of tokens ended it.
    """

    prompt_tokens: int = 0
    answer_tokens: int = 0
    seconds: float = 0.0
    first_token: float = 0.0
    cut: bool = False


class Reply:
    """One streamed answer: iterate over its pieces of text; ``close`` stops the request, from any thread."""

    def __init__(self, pieces: Iterator[str], close: Callable[[], None], usage: Usage) -> None:
        """Wraps an iterator and what stops it."""
        self._pieces = pieces
        self._close = close
        self.usage = usage

    def __iter__(self) -> Iterator[str]:
        """Yields pieces of text; raises LlmError when the answer breaks off."""
        return self._pieces

    def close(self) -> None:
        """Stops the request."""
        self._close()

    def __enter__(self) -> Self:
        """Returns itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Stops the request."""
        self.close()


class LanguageModel:
    """Asks one model; safe to share between threads."""

    def __init__(self, config: LlmConfig, sleep: Callable[[float], None] = time.sleep) -> None:
        """Prepares to ask; nothing is sent and nothing imported yet."""
        self.config = config
        self._sleep = sleep
        self._client: OpenAI | None = None

    def prepare(self) -> None:
        """Loads what takes a second, so that the first question need not wait for it; nothing is sent."""
        self._connected()

    def stream(self, messages: Sequence[Mapping[str, str]], stop: Stop | None = None) -> Reply:
        """Asks, and returns the answer once its first piece of text has come.

        Args:
            messages: As the protocol has them.
            stop: Ends the request, also before its first piece, when it is pressed.

        Raises:
            LlmError: There is no answer; with retries where that may help.
        """
        started = time.monotonic()
        stop = stop or Stop()
        for attempt in range(self.config.retries + 1):
            try:
                return self._opened(messages, started, stop)
            except LlmError as error:
                late = time.monotonic() - started > self.config.total_timeout / 2
                if Failure(error.failure) not in _RETRIED or attempt == self.config.retries or late or stop.pressed:
                    raise
            self._sleep(self.config.backoff * 2**attempt * random.uniform(0.8, 1.2))
        raise LlmError(Failure.UNREACHABLE)

    def _opened(self, messages: Sequence[Mapping[str, str]], started: float, stop: Stop) -> Reply:
        usage = Usage()
        watched = stopping.set(stop)
        try:
            response = self._request(messages)
        except Exception as error:
            raise LlmError(_failure_of(error)) from None
        finally:
            stopping.reset(watched)
        pieces = self._pieces(response, usage, started)
        try:
            first = next(pieces, "")
        except BaseException:
            response.close()
            raise
        if not first:
            response.close()
            raise LlmError(Failure.EMPTY)
        usage.first_token = time.monotonic() - started

        def all_pieces() -> Iterator[str]:
            try:
                yield first
                yield from pieces
            finally:
                response.close()
                usage.seconds = time.monotonic() - started

        return Reply(all_pieces(), response.close, usage)

    def _request(self, messages: Sequence[Mapping[str, str]]) -> Any:  # noqa: ANN401 - the library's stream
        from openai import BadRequestError, UnprocessableEntityError

        asked: dict[str, Any] = {
            "model": self.config.model,
            "messages": list(messages),
            "temperature": self.config.temperature,
            "max_tokens": self.config.max_tokens,
            "stream": True,
        }
        create = self._connected().chat.completions.create
        try:
            return create(**asked, stream_options={"include_usage": True})
        except (BadRequestError, UnprocessableEntityError):  # some servers know no such option
            return create(**asked)

    def _connected(self) -> OpenAI:
        if self._client is None:
            import httpx2
            from openai import DefaultHttpxClient, OpenAI

            config = self.config
            self._client = OpenAI(
                base_url=config.base_url,
                api_key=config.api_key or _NO_KEY,
                organization="",
                max_retries=0,
                timeout=httpx2.Timeout(config.token_timeout, connect=config.connect_timeout),
                http_client=DefaultHttpxClient(
                    # a connection of its own for every request: one that is used again would tell no socket
                    limits=httpx2.Limits(max_keepalive_connections=0),
                    event_hooks={"request": [watch_request]},
                ),
            )
        return self._client

    def _pieces(self, response: Any, usage: Usage, started: float) -> Iterator[str]:  # noqa: ANN401
        """Yields the text of a stream; a stream without an end is broken off, one that is no stream is no model."""
        kind = response.response.headers.get("content-type", "")
        if "event-stream" not in kind:
            raise LlmError(Failure.NOT_A_MODEL)
        finished = some = False
        try:
            for event in response:
                if time.monotonic() - started > self.config.total_timeout:
                    raise LlmError(Failure.TIMEOUT)
                if event.usage:
                    usage.prompt_tokens = event.usage.prompt_tokens or 0
                    usage.answer_tokens = event.usage.completion_tokens or 0
                for choice in (event.choices or [])[:1]:
                    text = choice.delta.content if choice.delta else None
                    finished = finished or choice.finish_reason is not None
                    usage.cut = usage.cut or choice.finish_reason == "length"
                    if text:
                        some = True
                        yield str(text)
        except (LlmError, GeneratorExit):
            raise
        except Exception as error:
            failure = _failure_of(error)
            raise LlmError(Failure.INTERRUPTED if some and failure is not Failure.TIMEOUT else failure) from None
        if not finished:
            raise LlmError(Failure.INTERRUPTED if some else Failure.EMPTY)


def _failure_of(error: Exception) -> Failure:
    """Returns what went wrong, by the class of an exception and its status alone."""
    import httpx2
    import openai

    status = getattr(error, "status_code", None)
    if isinstance(error, openai.APITimeoutError | httpx2.TimeoutException):
        return Failure.TIMEOUT
    if isinstance(error, openai.AuthenticationError | openai.PermissionDeniedError):
        return Failure.UNAUTHORISED
    if isinstance(error, openai.RateLimitError):
        return Failure.LIMITED
    if isinstance(status, int) and status >= 500:
        return Failure.SERVER
    if isinstance(status, int):
        return Failure.REFUSED
    if isinstance(error, openai.APIConnectionError | httpx2.HTTPError | OSError):
        return Failure.UNREACHABLE
    if type(error) is openai.APIError:
        return Failure.SERVER  # an error told within the stream
    return Failure.NOT_A_MODEL
