"""Gradio, imported without the type stubs that it compares with its sources at every start: a third of its import.

The stubs are for editors; ``gradio.component_meta`` looks after them while each component class is made.
"""

from __future__ import annotations

import importlib
import importlib.util
import os
import sys
from types import ModuleType
from typing import Any


def import_gradio() -> ModuleType:
    """Returns the module ``gradio``, with its reports to its makers switched off."""
    os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
    spec = importlib.util.find_spec("gradio")
    if "gradio" in sys.modules or spec is None or spec.loader is None:
        return importlib.import_module("gradio")
    module = sys.modules["gradio"] = importlib.util.module_from_spec(spec)
    meta = importlib.import_module("gradio.component_meta")
    if hasattr(meta, "create_or_modify_pyi"):
        meta.create_or_modify_pyi = lambda *_: None  # type: ignore[attr-defined]
    spec.loader.exec_module(module)
    return module


gr: Any = import_gradio()
