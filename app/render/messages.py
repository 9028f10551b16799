"""What the program says in its own voice, in both languages."""

from __future__ import annotations

_TEXTS = {
    "declined": {
        "zh": "清单里没有足以回答这个问题的内容，所以我不作答。",
        "en": "Nothing in the lists answers this question, so I will not guess.",
    },
    "nearest": {"zh": "最接近的条目：", "en": "The nearest entries:"},
    "read_as": {"zh": "（按“{text}”检索）", "en": "(Searched for “{text}”.)"},
    "panel_title": {"zh": "出处", "en": "Sources"},
    "panel_empty": {
        "zh": "提问之后，这里显示每个引用标记对应的条目、所在清单与行号、链接和原文。",
        "en": "Ask a question, and each citation mark gets its entry, list and line, links and quoted words here.",
    },
    "verbatim": {"zh": "✓ 原文", "en": "✓ verbatim"},
    "support": {"zh": "支持度 {share}", "en": "support {share}"},
    "title": {"zh": "大语言模型学习助手", "en": "LLM study assistant"},
    "subtitle": {
        "zh": "依据精选阅读清单回答，每句话都注明出处。中文、英文都可以问。",
        "en": "Answers from curated reading lists, every sentence with its source. Ask in English or Chinese.",
    },
    "try_one": {"zh": "可以从下面的问题开始", "en": "Try one of these"},
    "ask_here": {"zh": "输入问题，回车发送", "en": "Type a question, press Enter"},
    "serving": {"zh": "页面地址 {address}（Ctrl-C 停止）", "en": "open {address} (Ctrl-C stops)"},
    "empty_question": {
        "zh": "问题是空的，请输入一个问题",
        "en": "the question is empty; type one",
    },
    "long_question": {
        "zh": "问题有 {length} 个字符，上限是 {limit}；请缩短后再问",
        "en": "the question has {length} characters, the limit is {limit}; shorten it and ask again",
    },
    "relaxed": {
        "zh": "（没有符合“{asked}”的条目，已放宽{dropped}。）",
        "en": "(No entry fits “{asked}”; relaxed: {dropped}.)",
    },
    "comma": {"zh": "，", "en": ", "},
    "alternatives": {"zh": "、", "en": " or "},
    "years": {"zh": "年份", "en": "year"},
    "venues": {"zh": "出处", "en": "venue"},
    "sections": {"zh": "章节", "en": "section"},
    "lists": {"zh": "清单", "en": "list"},
    "kinds": {"zh": "类型", "en": "kind"},
    "makers": {"zh": "机构", "en": "organisation"},
    "topics": {"zh": "主题", "en": "topic"},
    "authors": {"zh": "作者", "en": "author"},
    "languages": {"zh": "语言", "en": "language"},
    "in_year": {"zh": "{since} 年", "en": "from {since}"},
    "since_year": {"zh": "{since} 年及以后", "en": "from {since} on"},
    "until_year": {"zh": "{until} 年及以前", "en": "up to {until}"},
    "between_years": {"zh": "{since}–{until} 年", "en": "from {since} to {until}"},
    "paper": {"zh": "论文", "en": "paper"},
    "model": {"zh": "模型", "en": "model"},
    "benchmark": {"zh": "评测基准", "en": "benchmark"},
    "dataset": {"zh": "数据集", "en": "dataset"},
    "repository": {"zh": "仓库", "en": "repository"},
    "course": {"zh": "课程", "en": "course"},
    "article": {"zh": "文章", "en": "article"},
    "concept": {"zh": "概念", "en": "concept"},
}


def say(name: str, language: str, **values: object) -> str:
    """Returns a text in a language ("zh" or "en")."""
    return _TEXTS[name][language].format(**values)


def say_both(name: str, **values: object) -> str:
    """Returns a text in Chinese and English, for errors, where the reader's language is not known."""
    return f"{say(name, 'zh', **values)} / {say(name, 'en', **values)}"
