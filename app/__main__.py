"""``python -m app``: the chat page; ``python -m app ask``: one question, or a file of them, on the command line."""

from __future__ import annotations

import ingest.interrupts  # noqa: F401 - before what takes time to load  # isort: skip

import json
import sys
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from app.cli.accounts import AuthOption, passwd, token
from app.cli.filter_options import KindOption, LanguageOption, ListOption, SinceOption, TopicOption, UntilOption
from app.cli.llm_options import LlmOption, ModelOption, chosen_model
from app.errors import QuestionError
from app.types import Length
from ingest.console import CorpusOption, DataOption, DeviceOption, EncoderOption, Terminal, one_line_ends

if TYPE_CHECKING:
    from app.answer.llm import LanguageModel
    from app.assistant import Assistant
    from app.types import Answer
    from index.catalogue.filters import Filters
    from index.encoders.base import Encoder

app = typer.Typer(
    add_completion=False, pretty_exceptions_enable=False, context_settings={"help_option_names": ["-h", "--help"]}
)


def _say_version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        typer.echo(version("llm-study-assistant"))
        raise typer.Exit


@app.callback(invoke_without_command=True)
def page(
    context: typer.Context,
    corpus: CorpusOption = None,
    data: DataOption = Path("data"),
    host: Annotated[str, typer.Option(help="Address to listen on. 监听地址。")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on. 监听端口。")] = 7860,
    auth: AuthOption = None,
    llm: LlmOption = None,
    model: ModelOption = None,
    encoder: EncoderOption = None,
    device: DeviceOption = None,
    version: Annotated[
        bool, typer.Option("--version", callback=_say_version, is_eager=True, help="Print the version. 显示版本。")
    ] = False,
) -> None:
    """Opens the chat page; builds the index first when there is none. 打开聊天页面，没有索引时先建立索引。"""
    if context.invoked_subcommand is not None:
        return
    with one_line_ends():
        accounts = None
        if auth is not None:
            from app.state.accounts import Accounts

            accounts = Accounts(auth)
        writer = chosen_model(llm, model)
        chosen = _prepare(corpus, data, encoder, device)
        from app.web.serve import serve

        serve(data, chosen, host=host, port=port, accounts=accounts, model=writer)


@app.command()
def ask(
    question: Annotated[str | None, typer.Argument(help="The question. 问题。")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON. 输出 JSON。")] = False,
    batch: Annotated[
        Path | None, typer.Option(help='File of {"id", "q", "history"?} lines. 每行一个问题的文件。')
    ] = None,
    explain: Annotated[
        bool, typer.Option("--explain", help="Also print how each entry was found. 同时输出每个条目是怎么找到的。")
    ] = False,
    export: Annotated[
        Path | None,
        typer.Option(help="Also write the answer to FILE.md, .html, .bib, .ris or .json. 同时把回答写入文件。"),
    ] = None,
    length: Annotated[Length, typer.Option(help="How much to say. 回答的长短。")] = Length.NORMAL,
    llm: LlmOption = None,
    model: ModelOption = None,
    topic: TopicOption = None,
    since: SinceOption = None,
    until: UntilOption = None,
    kind: KindOption = None,
    list_: ListOption = None,
    language: LanguageOption = None,
    corpus: CorpusOption = None,
    data: DataOption = Path("data"),
    encoder: EncoderOption = None,
    device: DeviceOption = None,
) -> None:
    """Answers one question or a file of questions, with citations. 回答一个问题或一个文件里的问题，附出处。"""
    if (question is None) == (batch is None):
        raise typer.BadParameter("give one question, or --batch FILE / 请给出一个问题，或用 --batch 指定文件")
    with one_line_ends():
        if question is not None:
            from app.assistant import check_question

            check_question(question)  # a question that cannot be asked should not wait for an index
        writer = chosen_model(llm, model)
        if export is not None:
            from app.export.files import check_export

            check_export(export)
        chosen = _prepare(corpus, data, encoder, device)
        from app.assistant import Assistant
        from index.catalogue.options import read_options

        with closing(Assistant.open(data, chosen)) as assistant:
            filters = read_options(
                assistant.searcher.store.values, topic or (), since, until, kind or (), list_ or (), language or ()
            )
            if batch is not None:
                raise typer.Exit(
                    _ask_batch(batch, assistant, filters, writer, export, length, as_json=as_json, explain=explain)
                )
            answer = assistant.answer(
                str(question), model=writer, filters=filters, explain=as_json or explain, length=length
            )
            _export([answer], assistant, export)
        typer.echo(_shown(answer, None, as_json=as_json, explain=explain))


@app.command()
def mcp(
    corpus: CorpusOption = None,
    data: DataOption = Path("data"),
    encoder: EncoderOption = None,
    device: DeviceOption = None,
) -> None:
    """Serves the assistant's tools to an agent over stdin and stdout. 通过标准输入输出为智能体提供工具。"""
    with one_line_ends():
        chosen = _prepare(corpus, data, encoder, device)
        from app.catalogue import Catalogue
        from app.mcp import build_server
        from app.web.reloading import LiveAssistant

        live = LiveAssistant(data, chosen)
        build_server(live.get, lambda: Catalogue(live.get().searcher.store)).run("stdio")


app.command()(passwd)
app.command()(token)


def _prepare(corpus: Path | None, data: Path, encoder: str | None, device: str | None) -> Encoder:
    """Makes sure of an index, one of the encoder that is asked for, and returns its encoder."""
    from index.encoders.load import choose_encoder
    from index.refresh import build_if_missing

    chosen = choose_encoder(data, encoder, device=device)
    build_if_missing(corpus, data, Terminal(), chosen, switch=encoder is not None)
    return chosen


def _export(answers: Sequence[Answer], assistant: Assistant, file: Path | None) -> None:
    if file is not None:
        from app.export.files import export_answers

        export_answers(answers, list(assistant.searcher.store.entries()), file)
        typer.echo(f"wrote {file}", err=True)


def _ask_batch(
    file: Path,
    assistant: Assistant,
    filters: Filters,
    writer: LanguageModel | None,
    export: Path | None,
    length: Length,
    *,
    as_json: bool,
    explain: bool,
) -> int:
    from app.cli.batch import answer_batch

    try:
        lines = file.read_text(encoding="utf-8-sig").split("\n")  # JSON text may hold other line ends
    except (OSError, UnicodeDecodeError) as error:
        raise QuestionError(f"cannot read {file} ({error}); give a UTF-8 file with one JSON object a line") from error
    failed = 0
    answers = []
    for number, item, answer in answer_batch(
        assistant, lines, filters, writer, explain=as_json or explain, length=length
    ):
        if isinstance(answer, QuestionError):
            failed += 1
            typer.echo(f"error: {file}:{number}: {answer}", err=True)
            continue
        if export is not None:
            answers.append(answer)
        shown = _shown(answer, item.id if item else None, as_json=as_json, explain=explain)
        typer.echo(shown if as_json else f"# {answer.question}\n{shown}\n")
        sys.stdout.flush()
    _export(answers, assistant, export)
    return 1 if failed else 0


def _shown(answer: Answer, identity: str | None, *, as_json: bool, explain: bool) -> str:
    from app.render.explain import explain_json, explain_text
    from app.render.json import answer_json
    from app.render.text import answer_text

    if as_json:
        fields = answer_json(answer, identity) | ({"search": explain_json(answer.found)} if explain else {})
        return json.dumps(fields, ensure_ascii=False)
    return "\n\n".join([answer_text(answer), *([explain_text(answer.found, answer.language)] if explain else [])])


if __name__ == "__main__":
    app()
