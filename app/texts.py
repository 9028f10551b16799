"""What the program says in its own voice, in both languages."""

from __future__ import annotations

_TEXTS = {
    "declined": {
        "zh": "清单里没有足以回答这个问题的内容，所以我不作答。",
        "en": "Nothing in the lists answers this question, so I will not guess.",
    },
    "nearest": {"zh": "最接近的条目：", "en": "The nearest entries:"},
    "empty_question": {
        "zh": "问题是空的，请输入一个问题",
        "en": "the question is empty; type one",
    },
    "long_question": {
        "zh": "问题有 {length} 个字符，上限是 {limit}；请缩短后再问",
        "en": "the question has {length} characters, the limit is {limit}; shorten it and ask again",
    },
}


def say(name: str, language: str, **values: object) -> str:
    """Returns a text in a language ("zh" or "en")."""
    return _TEXTS[name][language].format(**values)


def say_both(name: str, **values: object) -> str:
    """Returns a text in Chinese and English, for errors, where the reader's language is not known."""
    return f"{say(name, 'zh', **values)} / {say(name, 'en', **values)}"
