"""The command-line options of the language model, and what they make."""

from __future__ import annotations

from typing import Annotated

import typer

from app.answer.llm import LanguageModel, configured

LlmOption = Annotated[
    str | None,
    typer.Option(
        "--llm",
        help="Address of an OpenAI-compatible model that writes the answer, as http://localhost:11434/v1; "
        "by default OPENAI_BASE_URL. 撰写回答的模型地址（OpenAI 兼容），默认取 OPENAI_BASE_URL。",
    ),
]
ModelOption = Annotated[
    str | None,
    typer.Option("--model", help="The model's name; by default LLM_MODEL. 模型名称，默认取 LLM_MODEL。"),
]


def chosen_model(url: str | None, model: str | None) -> LanguageModel | None:
    """Returns the model that options and environment ask for, or None.

    Raises:
        LlmSettingsError: They ask for one in a way that cannot work.
    """
    config = configured(url, model)
    return LanguageModel(config) if config else None
