"""What the pages say around answers, in both languages. ``app.render.messages`` has what answers themselves say."""

from __future__ import annotations

_WORDS = {
    "title": ("大语言模型学习助手", "LLM study assistant"),
    "subtitle": (
        "依据精选阅读清单回答，每句话都注明出处。中文、英文都可以问。",
        "Answers from curated reading lists, every sentence with its source. Ask in English or Chinese.",
    ),
    "skip": ("跳到正文", "Skip to content"),
    "nav": ("页面", "Pages"),
    "chat": ("问答", "Chat"),
    "library": ("文库", "Library"),
    "other_language": ("English", "中文"),
    "conversations": ("对话", "Conversations"),
    "new_conversation": ("新对话", "New conversation"),
    "search_conversations": ("搜索对话", "Search conversations"),
    "no_conversations": ("还没有对话。", "No conversations yet."),
    "nothing_found": ("没有找到。", "Nothing found."),
    "rename": ("重命名", "Rename"),
    "rename_to": ("对话的新名称", "New title of the conversation"),
    "delete": ("删除", "Delete"),
    "export": ("导出 Markdown", "Export as Markdown"),
    "deleted": ("已删除。", "Deleted."),
    "undo": ("撤销", "Undo"),
    "close": ("关闭", "Close"),
    "more": ("更多操作", "More actions"),
    "answers": ("问答记录", "Questions and answers"),
    "you": ("你", "You"),
    "assistant": ("助手", "Assistant"),
    "ask_here": ("输入问题，回车发送", "Type a question, press Enter"),
    "question": ("问题", "Question"),
    "send": ("发送", "Send"),
    "stop": ("停止", "Stop"),
    "keys": (
        "回车发送，Shift+回车换行，Esc 停止，/ 回到输入框",
        "Enter sends, Shift+Enter breaks the line, Esc stops, / returns here",
    ),
    "characters_left": ("还可输入 {n} 个字符", "{n} characters left"),
    "too_long": (
        "问题有 {n} 个字符，上限是 {limit}；请缩短后再发送",
        "The question has {n} characters, the limit is {limit}; shorten it before sending",
    ),
    "waiting": ("等上一个回答完成后发送：{n} 个问题", "Sent when the answer is there: {n} more"),
    "try_one": ("可以从下面的问题开始", "Try one of these"),
    "follow_up": ("接着可以问", "Ask next"),
    "sources": ("出处", "Sources"),
    "sources_empty": (
        "提问之后，这里显示每个引用标记对应的条目、所在清单与行号、链接和原文。",
        "Ask a question, and each citation mark gets its entry, list and line, links and quoted words here.",
    ),
    "no_sources": ("这个回答没有引用条目。", "This answer cites no entry."),
    "show_sources": ("查看出处（{n}）", "Show sources ({n})"),
    "source_n": ("出处 {n}：{title}", "Source {n}: {title}"),
    "nearest": ("最接近的条目：", "The nearest entries:"),
    "verbatim": ("✓ 原文", "✓ verbatim"),
    "support": ("支持度 {share}", "support {share}"),
    "open_passage": ("在条目页查看原文", "Open the passage on its page"),
    "copy": ("复制", "Copy"),
    "copied": ("已复制", "Copied"),
    "copy_failed": ("浏览器不允许复制", "The browser did not allow copying"),
    "longer": ("详细些", "Longer"),
    "shorter": ("简短些", "Shorter"),
    "retry": ("重新回答", "Answer again"),
    "good": ("有帮助", "Helpful"),
    "bad": ("没有帮助", "Not helpful"),
    "why_bad": ("哪里不好？（可不填）", "What is wrong with it? (optional)"),
    "thanks": ("已记下，谢谢。", "Noted, thank you."),
    "edit": ("修改问题", "Edit question"),
    "failed": (
        "没有得到回答，请再试一次。问题已放回输入框。",
        "There was no answer; try again. The question is back in the input.",
    ),
    "offline": ("连不上程序。它还在运行吗？", "The program cannot be reached. Is it still running?"),
    "stopped": ("已停止。", "Stopped."),
    "gone": ("没有这个对话，或者它已被删除。", "There is no such conversation, or it was deleted."),
    "references": ("参考", "References"),
    "not_found": ("没有这个页面", "There is no such page"),
    "not_found_entry": ("文库里没有这个条目：{id}", "The library has no such entry: {id}"),
    "to_chat": ("去提问", "Ask a question"),
    "to_library": ("去文库", "To the library"),
}

EXAMPLES = {
    "zh": ("什么是 LoRA？", "LoRA 和 QLoRA 有什么区别？", "为什么注意力要除以根号 d？", "有哪些训练后量化的论文？"),
    "en": (
        "What is LoRA?",
        "How does LoRA differ from QLoRA?",
        "How does RLHF use a reward model?",
        "Which papers are on post-training quantisation?",
    ),
}


def word(name: str, language: str, **values: object) -> str:
    """Returns a text in a language ("zh" or "en")."""
    text = _WORDS[name][language == "en"]
    return text.format(**values) if values else text


def words_for_script(language: str) -> dict[str, str]:
    """Returns the texts that the chat's script shows by itself."""
    names = (
        "characters_left", "too_long", "waiting", "copied", "copy_failed", "deleted", "undo", "rename_to", "failed",
        "offline", "stopped", "thanks", "why_bad", "send", "close", "sources_empty", "no_sources",
    )  # fmt: skip
    return {name: word(name, language) for name in names}
