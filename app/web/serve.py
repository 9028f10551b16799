"""Serving the study app: the address is checked first, then the index opens while Gradio is imported."""

from __future__ import annotations

import ctypes
import gc
import ipaddress
import socket
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from app.render.messages import say_both
from app.state.accounts import Accounts
from app.web.reloading import LiveAssistant
from index.encoders.base import Encoder
from ingest.console import program
from ingest.errors import StudyError

if TYPE_CHECKING:
    from fastapi import FastAPI

    from app.answer.llm import LanguageModel

_TRIED = 50
_M_ARENA_MAX, _M_MMAP_THRESHOLD = -8, -3  # malloc.h


def serve(
    data: Path,
    encoder: Encoder | None = None,
    *,
    host: str,
    port: int,
    accounts: Accounts | None = None,
    model: LanguageModel | None = None,
) -> None:
    """Serves the pages until interrupted and prints their address.

    Args:
        data: The data folder.
        encoder: Encoder of the questions; by default the one that the index was built with.
        host: Address to listen on.
        port: Port to listen on; 0 takes a free one.
        accounts: Who may come in; None lets anyone.
        model: Writes the answers, for readers who want that.

    With ``accounts``, to nobody else.

    Raises:
        StudyError: There is no index, or the address cannot be used.
    """
    _share_memory_between_threads()
    with listen(host, port) as listener:
        local = _is_local(listener)
        names = [host] if local else [host, socket.gethostname(), socket.getfqdn()]
        gc.disable()  # nothing of what is imported is garbage, and looking takes a tenth of the start
        try:
            application = _open(data, encoder, names, accounts, model, local=local)
        finally:
            gc.enable()
        import uvicorn

        config = uvicorn.Config(
            application,
            log_level="warning",
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=2,
            timeout_keep_alive=75,  # a connection that is closed just as it is used again costs the question
        )
        if not local:
            _say(f"warning: {say_both('open_to_all' if accounts is None else 'not_encrypted')}", sys.stderr)
        _say(say_both("serving", address=address_of(host, listener)), sys.stdout)
        with suppress(KeyboardInterrupt):  # raised once more when all is closed
            uvicorn.Server(config).run([listener])


def _open(
    data: Path,
    encoder: Encoder | None,
    names: list[str],
    accounts: Accounts | None,
    model: LanguageModel | None,
    *,
    local: bool,
) -> FastAPI:
    """Returns the application; the index is read by one thread while another imports Gradio."""
    with ThreadPoolExecutor(1) as pool:
        opening = pool.submit(LiveAssistant, data, encoder)
        if model:
            pool.submit(model.prepare)
        from app.web import gradio_import  # noqa: F401 - takes as long as the index
        from app.web.application import build_application
        from app.web.services import Services

        services = Services.open(data, opening.result(), local=local, accounts=accounts, model=model)
    return build_application(services, names)


def listen(host: str, port: int) -> socket.socket:
    """Returns a socket that listens on an address; port 0 takes a free one.

    Raises:
        StudyError: The port is no port or is in use, or the host is not an address of this machine.
    """
    if not 0 <= port <= 65_535:
        raise StudyError(f"port {port} is not between 0 and 65535; try: {program()} --port 7860")
    try:
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
    except (OSError, UnicodeError) as error:
        raise StudyError(f"host {host!r} is not known here; try: {program()} --host 127.0.0.1") from error
    try:
        return _bound(family, address)
    except PermissionError as error:
        raise StudyError(f"port {port} needs more rights; try: {program()} --port 7860") from error
    except OSError as error:
        if _can_bind(family, (address[0], 0, *address[2:])):
            raise StudyError(f"port {port} is in use; try: {_another(family, address)}") from error
        raise StudyError(
            f"host {host!r} is not an address of this machine; try: {program()} --host 127.0.0.1"
        ) from error


def address_of(host: str, listener: socket.socket) -> str:
    """Returns the address to type into a browser."""
    name = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)
    return f"http://{f'[{name}]' if ':' in name else name}:{listener.getsockname()[1]}"


def _bound(family: int, address: tuple[object, ...]) -> socket.socket:
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(128)
    except BaseException:
        listener.close()
        raise
    return listener


def _can_bind(family: int, address: tuple[object, ...]) -> bool:
    try:
        _bound(family, address).close()
    except OSError:
        return False
    return True


def _another(family: int, address: tuple[object, ...]) -> str:
    port = int(str(address[1]))
    tried = range(port + 1, min(port + _TRIED, 65_536))
    free = next((other for other in tried if _can_bind(family, (address[0], other, *address[2:]))), None)
    return f"{program()} --port {free or 'PORT'}"


def _share_memory_between_threads() -> None:
    """Has all threads allocate from two pools, and gives large blocks back to the system as soon as they are free.

    By itself glibc gives each thread a pool, whose free memory no other can use, and keeps ever larger blocks.
    """
    with suppress(OSError, AttributeError):  # another system's library has no such setting
        library = ctypes.CDLL("libc.so.6")
        library.mallopt(_M_ARENA_MAX, 2)
        library.mallopt(_M_MMAP_THRESHOLD, 512 * 1024)


def _is_local(listener: socket.socket) -> bool:
    return ipaddress.ip_address(listener.getsockname()[0].split("%")[0]).is_loopback


def _say(line: str, stream: TextIO) -> None:
    """Prints a line on a terminal of whatever encoding."""
    encoding = stream.encoding or "utf-8"
    text = line.encode(encoding, "replace").decode(encoding)
    stream.write(f"{text}\n")
    stream.flush()
