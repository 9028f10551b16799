"""Gradio, imported without what the chat never uses: half of the time of its import, and a third of its memory.

Left out: the type stubs that it compares with its sources at every start; the SDK of MCP, which its own server would
need and ours loads itself (``app.web.agents``). Left until first used, which is never: pandas, for tables and for a
monitor that is switched off.
"""

from __future__ import annotations

import importlib
import importlib.util
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any

from ingest.leaving_out import left_out

# Otherwise Gradio makes a pandas table of the last ten thousand questions after every question.
_SETTINGS = {
    "GRADIO_ANALYTICS_ENABLED": "False",
    "GRADIO_ANALYTICS_CACHE_FREQUENCY": str(sys.maxsize),
    "GRADIO_ANALYTICS_MAX_EVENTS": "1",
}


def import_gradio() -> ModuleType:
    """Returns the module ``gradio``, with its reports to its makers switched off."""
    os.environ |= _SETTINGS
    spec = importlib.util.find_spec("gradio")
    if "gradio" in sys.modules or spec is None or spec.loader is None:
        return importlib.import_module("gradio")
    module = sys.modules["gradio"] = importlib.util.module_from_spec(spec)
    with left_out("mcp"), _when_used("pandas"):
        meta = importlib.import_module("gradio.component_meta")
        if hasattr(meta, "create_or_modify_pyi"):
            meta.create_or_modify_pyi = lambda *_: None  # type: ignore[attr-defined]
        spec.loader.exec_module(module)
    return module


@contextmanager
def _when_used(name: str) -> Iterator[None]:
    """Has a module that is imported inside the block read only when something of it is asked for."""
    known = name in sys.modules or importlib.util.find_spec(name) is None
    if not known:
        sys.modules[name] = _Later(name)
    yield
    if not known and isinstance(sys.modules[name], _Later):
        del sys.modules[name]


class _Later(ModuleType):
    """Stands for a module until one of its names is asked for; ``LazyLoader`` reads it as soon as ``inspect`` looks."""

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401
        if name.startswith("__"):
            raise AttributeError(name)
        if sys.modules.get(self.__name__) is self:
            del sys.modules[self.__name__]
        return getattr(importlib.import_module(self.__name__), name)


gr: Any = import_gradio()
