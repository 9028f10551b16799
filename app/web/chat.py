"""The chat page, in Gradio."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")

import gradio as gr

from app.assistant import MAX_QUESTION_CHARS
from app.errors import QuestionError
from app.render.html import linked_marks, panel, turn_panel
from app.render.messages import say, say_both
from app.web.reloading import LiveAssistant
from index.encoders.base import Encoder
from index.types import Turn
from ingest.errors import StudyError

EXAMPLES = (
    "什么是 LoRA？",
    "有哪些训练后量化的论文？",
    "How does RLHF use a reward model?",
    "Compare ZeRO with Megatron-LM",
)
_FOLDER = Path(__file__).parent / "static"
_FONTS = ("system-ui", "-apple-system", "Segoe UI", "PingFang SC", "Noto Sans CJK SC", "Microsoft YaHei", "sans-serif")
_QUESTIONS_AT_ONCE = 8
# No picture is fetched from elsewhere, whatever a question or an answer contains.
_HEAD = """<meta http-equiv="Content-Security-Policy" content="img-src 'self' data: blob:">"""


def serve(data: Path, encoder: Encoder | None = None, *, host: str, port: int) -> None:
    """Serves the page until interrupted and prints its address; ``encoder`` is that of the index unless given.

    Raises:
        StudyError: There is no index, or the port is taken.
    """
    _check_port(host, port)
    page = build_page(LiveAssistant(data, encoder))
    page.queue(default_concurrency_limit=_QUESTIONS_AT_ONCE)
    _, address, _ = page.launch(
        server_name=host,
        server_port=port,
        quiet=True,
        prevent_thread_lock=True,
        theme=gr.themes.Soft(primary_hue="indigo", font=_FONTS, font_mono=("ui-monospace", "Menlo", "monospace")),
        css_paths=_FOLDER / "style.css",
        js=(_FOLDER / "page.js").read_text(encoding="utf-8"),
        i18n=_translations(),
        head=_HEAD,
        footer_links=[],
        share=False,
        ssr_mode=False,
        enable_monitoring=False,
        mcp_server=False,
        max_file_size="1mb",
    )
    print(say_both("serving", address=address), flush=True)  # noqa: T201 - the address is the command's output
    page.block_thread()


def build_page(assistant: LiveAssistant) -> gr.Blocks:
    """Returns the page around an assistant."""
    words = _translations()
    with gr.Blocks(
        title=f"{say('title', 'zh')} · {say('title', 'en')}", analytics_enabled=False, fill_height=True, fill_width=True
    ) as page:
        with gr.Row(equal_height=False):
            with gr.Column(scale=3, min_width=340):
                head = gr.HTML(_head("en"), elem_id="head", padding=False)
                turns = gr.State([])
                sources = gr.HTML(panel((), "en"), elem_id="panel", padding=False, render=False)
                gr.ChatInterface(
                    _responder(assistant),
                    chatbot=gr.Chatbot(
                        elem_id="chat",
                        show_label=False,
                        height="62vh",
                        buttons=["copy"],
                        layout="bubble",
                        allow_tags=False,
                        placeholder=words("try_one"),
                    ),
                    textbox=gr.Textbox(
                        placeholder=words("ask_here"),
                        max_length=MAX_QUESTION_CHARS,
                        show_label=False,
                        submit_btn=True,
                        stop_btn=True,
                    ),
                    examples=[[example] for example in EXAMPLES],
                    example_labels=list(EXAMPLES),
                    cache_examples=False,
                    additional_inputs=[turns],
                    additional_outputs=[sources, turns],
                    flagging_mode="never",
                    api_name="ask",
                    show_progress="hidden",
                )
            with gr.Column(scale=2, min_width=300):
                sources.render()
        page.load(_localise, None, [head, sources], api_visibility="private")
    return page


def _responder(assistant: LiveAssistant) -> Any:  # noqa: ANN401 - Gradio takes any generator function
    def respond(
        message: str, history: Sequence[dict[str, Any]], turns: Sequence[str]
    ) -> Iterator[tuple[str, str, list[str]]]:
        """Answers a message sentence by sentence; the panel fills with the first one."""
        pairs = _pairs(history)
        earlier = list(turns)[: len(pairs)]
        number = len(earlier) + 1
        try:
            answer = assistant.get().ask(message, pairs)
        except QuestionError as error:
            yield str(error), panel(earlier, "zh"), earlier
            return
        earlier.append(turn_panel(answer, number))
        shown = ""
        for piece, _ in answer.pieces():
            shown += linked_marks(piece, number)
            yield shown, panel(earlier, answer.language), earlier

    return respond


def _pairs(history: Sequence[dict[str, Any]]) -> list[Turn]:
    """Returns Gradio's messages as (question, answer) turns."""
    pairs: list[Turn] = []
    question = ""
    for message in history:
        content = message["content"]
        text = content if isinstance(content, str) else "".join(part.get("text", "") for part in content)
        if message["role"] == "user":
            question = text
        else:
            pairs.append(Turn(question, text))
    return pairs


def _localise(request: gr.Request) -> tuple[str, str]:
    """Returns heading and empty panel in the browser's language."""
    accepted = request.headers.get("accept-language", "") if request else ""
    language = "zh" if accepted.lower().startswith("zh") else "en"
    return _head(language), panel((), language)


def _head(language: str) -> str:
    return f"<h1>{say('title', language)}</h1><p>{say('subtitle', language)}</p>"


def _translations() -> gr.I18n:
    names = ("try_one", "ask_here")
    chinese, english = ({name: say(name, language) for name in names} for language in ("zh", "en"))
    return gr.I18n(en=english, zh=chinese, **{"zh-CN": chinese, "zh-TW": chinese})


def _check_port(host: str, port: int) -> None:
    if _is_free(host, port):
        return
    following = next((other for other in range(port + 1, port + 50) if _is_free(host, other)), None)
    hint = f"python -m app --port {following}" if following else "python -m app --port PORT"
    raise StudyError(f"port {port} is in use; try: {hint}")


def _is_free(host: str, port: int) -> bool:
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
        return True
