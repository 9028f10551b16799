"""What the program says in its own voice, in both languages."""

from __future__ import annotations

_TEXTS = {
    "declined": {
        "zh": "清单里没有足以回答这个问题的内容，所以我不作答。",
        "en": "Nothing in the lists answers this question, so I will not guess.",
    },
    "which_one": {
        "zh": "你指的是哪一个？请写出概念、方法或论文的名字，例如“LoRA 有哪些缺点？”",
        "en": "Which one do you mean? Name the concept, method or paper, as in “What are the limits of LoRA?”",
    },
    "aspect_what": {"zh": "是什么", "en": "What it is"},
    "aspect_how": {"zh": "怎么做", "en": "How it works"},
    "aspect_result": {"zh": "结果", "en": "Results"},
    "aspect_cost": {"zh": "代价", "en": "Cost"},
    "aspect_limit": {"zh": "局限", "en": "Limits"},
    "missing": {"zh": "这里的清单没有收录 {names}。", "en": "Nothing here is about {names}."},
    "overview": {"zh": "概览：", "en": "Overview: "},
    "fewer": {"zh": "这里符合的只有 {number} 条。", "en": "Only {number} of the entries here fit."},
    "more_fit": {
        "zh": "符合的共有 {number} 条{years}，先列 {shown} 条：",
        "en": "Entries that fit{years}: {number}; here are {shown} of them:",
    },
    "all_fit": {"zh": "符合的共有 {number} 条{years}：", "en": "Entries that fit{years}: {number}."},
    "by_either_year": {"zh": "（按首次公开或正式发表的年份）", "en": " (by first version or by venue)"},
    "none_fit": {"zh": "没有哪一条明确符合，最接近的是：", "en": "No entry clearly fits; the nearest one is:"},
    "hello": {
        "zh": "你好！我依据阅读清单回答大语言模型的学习问题，问我一个概念、一篇论文，或者两种方法的区别吧。",
        "en": "Hello! I answer study questions about large language models from reading lists. "
        "Ask me about a concept, a paper, or how two methods differ.",
    },
    "you_are_welcome": {"zh": "不客气，有问题随时再问。", "en": "You are welcome. Ask me whenever something comes up."},
    "about": {
        "zh": "我是大语言模型的学习助手，在你自己的电脑上运行，只依据这里的阅读清单、学习卡片和概念笔记回答，"
        "每句话都注明出处；"
        "清单里没有的，我会直说。你可以问某个概念是什么、怎么做、为什么，让我比较几篇论文，或列出某个主题、年份、机构的论文。",
        "en": "I am a study assistant for large language models. I run on your own computer, answer only from the "
        "reading lists, study cards and concept notes here, give the source of every sentence, and say so when they "
        "hold no answer. Ask what something is, how it works or why, have papers compared, or list those on a topic, "
        "of a year or by an organisation.",
    },
    "references": {"zh": "参考文献", "en": "References"},
    "at_page": {"zh": " 第 {page} 页", "en": " p. {page}"},
    "llm_failed": {
        "zh": "（语言模型没有作答：{why}。下面是直接引用原文的回答。）",
        "en": "(The language model did not answer: {why}. This answer quotes the sources instead.)",
    },
    "llm_unreachable": {"zh": "连不上它的地址", "en": "its address cannot be reached"},
    "llm_timeout": {"zh": "等待超时", "en": "it took too long"},
    "llm_unauthorised": {"zh": "密钥无效或没有权限", "en": "the key was not accepted"},
    "llm_limited": {"zh": "请求太多或额度用完", "en": "too many requests, or the quota is used up"},
    "llm_server": {"zh": "服务器出错", "en": "its server failed"},
    "llm_refused": {"zh": "服务器拒绝了请求，请检查模型名称", "en": "the request was refused; check the model's name"},
    "llm_not_a_model": {"zh": "那个地址返回的不是模型的回答", "en": "what answers at its address is not a model"},
    "llm_interrupted": {"zh": "回答中途断开", "en": "its answer broke off"},
    "llm_empty": {"zh": "它的回答是空的", "en": "its answer was empty"},
    "status_line": {
        "zh": "由 {model} 撰写，逐句核对：{total} 句中 {supported} 句有依据，{partly} 句部分有依据，"
        "{unsupported} 句没有依据。",
        "en": "Written by {model}, every sentence checked: of {total}, {supported} supported, {partly} partly, "
        "{unsupported} not.",
    },
    "not_supported": {"zh": "没有依据", "en": "not supported"},
    "not_supported_missing": {
        "zh": "没有依据：材料里没有 {missing}",
        "en": "not supported: the sources do not have {missing}",
    },
    "partly_supported": {"zh": "部分有依据", "en": "partly supported"},
    "partly_supported_missing": {
        "zh": "部分有依据，材料里没有：{missing}",
        "en": "partly supported; not in the sources: {missing}",
    },
    "related": {"zh": "相关内容：", "en": "Related:"},
    "nearest": {"zh": "最接近的条目：", "en": "The nearest entries:"},
    "not_found": {
        "zh": "我没有在清单里找到对这个问题的直接回答。最接近的内容是：",
        "en": "I found no direct answer to this in the lists. The nearest they say:",
    },
    "not_found_about": {
        "zh": "清单里有 {names}，但我没有找到这个问题问到的内容。最接近的是：",
        "en": "The lists do cover {names}, but I found nothing there on what you ask. The nearest they say:",
    },
    "near": {"zh": "清单里最接近的内容：", "en": "The nearest that the lists say:"},
    "all_about": {"zh": "关于 {names}，清单里只写了这些：", "en": "All that the lists say about {names}:"},
    "read_as": {"zh": "（按“{text}”检索）", "en": "(Searched for “{text}”.)"},
    "serving": {"zh": "页面地址 {address}（Ctrl-C 停止）", "en": "open {address} (Ctrl-C stops)"},
    "open_to_all": {
        "zh": "任何能连到这台机器的人都可以使用这个页面；要求登录请加 --auth FILE",
        "en": "anyone who can reach this machine can use the page; ask for a login with --auth FILE",
    },
    "not_encrypted": {
        "zh": "这个地址不加密，密码可能被同一网络里的人看到；请放在支持 HTTPS 的反向代理后面",
        "en": "this address is not encrypted, others in the network may see passwords; put HTTPS in front of it",
    },
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
    "organisations": {"zh": "机构", "en": "organisation"},
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
