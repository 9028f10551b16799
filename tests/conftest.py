"""Fixtures shared by all tests: a small corpus in both languages, a writer of reading lists, a local arXiv API, and the
shipped corpus, read and indexed once a run; and in which order the files are run."""

from __future__ import annotations

import importlib.util
import os
import pickle
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from textwrap import dedent
from urllib.parse import parse_qs, urlsplit
from xml.sax.saxutils import escape

import pytest
from filelock import FileLock
from hypothesis import settings

from index.build import build_index
from index.config import SearchConfig
from index.encoders.static import shipped_table
from index.query.spelling import Spelling
from index.query.understanding import QuestionReader
from index.retrieval.lexical import LexicalIndex
from index.search import Searcher
from index.storage.generations import current_generation
from ingest.fingerprint import corpus_fingerprint
from ingest.library import read_library
from ingest.passages import PassageConfig

settings.register_profile("house", max_examples=50, deadline=None, derandomize=True, database=None)
settings.load_profile("house")

# The files that take longest; the second, for the other worker, needs nothing that the first one makes.
LONGEST = ("evals/test_shipped.py", "app/web/test_page.py", "app/web/test_page_written.py", "test_release.py")


def pytest_collection_modifyitems(items):
    """Begins with the files that take longest, so that no worker is left alone with one of them at the end."""
    order = {Path(__file__).parent / file: place for place, file in enumerate(LONGEST)}
    items.sort(key=lambda item: order.get(item.path, len(order)))


@pytest.fixture(scope="session", autouse=True)
def _nothing_is_brought_to_the_disk():
    """No test outlives a power cut, so none waits for the disk."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "fsync", lambda _: None)
        yield


LORA_CREDITS = (
    "*Edward J. Hu, Yelong Shen.* ICLR, 2022. [[arxiv](https://arxiv.org/abs/2106.09685)] "
    "[[code](https://github.com/microsoft/LoRA)]"
)
ROUTE = f"""\
---
title: 学习路线
title_en: A study path
language: zh
---

# 学习路线

这份清单给出一条从零开始的学习路线，先读综述，再读论文。

## 微调方法

参数高效微调只训练一小部分参数，其余权重保持冻结，因此占用的显存少得多。

- **LoRA: Low-Rank Adaptation of Large Language Models** / **低秩适配** (LoRA). {LORA_CREDITS}
  冻结原有权重，只训练一对低秩矩阵。
  推理时可以把增量合并回去，不增加延迟。
  - **microsoft/LoRA**. [[code](https://github.com/microsoft/LoRA)]
    论文作者的实现，附有 GPT-2 的例子。

## 大模型推荐

| 模型 | 更新时间 | 规模 | 项目地址 |
|---|---|---|---|
| Baichuan2 | 2023-09 | 7/13B | [[code](https://github.com/baichuan-inc/Baichuan2)] |
"""

TOOLFORMER = "**Toolformer: Language Models Can Teach Themselves to Use Tools**"
READING = f"""\
---
title: Papers to read
language: en
---

# Papers to read

## Tools

- {TOOLFORMER}. *Timo Schick, Jane Dwivedi-Yu, et al.* NeurIPS, 2023. [[arxiv](https://arxiv.org/abs/2302.04761)]
  The model decides by itself when to call a calculator or a search engine.

## Adapters

- [2021] [LoRA: Low-Rank Adaptation of Large Language Models](https://arxiv.org/pdf/2106.09685v2.pdf)
  It freezes the weights and learns two small matrices.
- **C-Eval benchmark** [[website](https://cevalbenchmark.com/)]
  Multiple-choice questions from 52 subjects.
"""

CARD = """\
---
id: arxiv:2106.09685
title: "LoRA: Low-Rank Adaptation of Large Language Models"
title_zh: "LoRA：大语言模型的低秩适配"
kind: paper
authors: [Edward J. Hu, Yelong Shen, Phillip Wallis]
year: 2021
venue: ICLR 2022
links: ["https://arxiv.org/abs/2106.09685", "https://github.com/microsoft/LoRA"]
topics: [peft]
aliases: [LoRA, 低秩适配]
---

## English

LoRA adds a trainable low-rank product to each frozen weight matrix.

## 中文

LoRA 给每个冻结的权重矩阵加上一个可训练的低秩乘积。
"""

NOTE = """\
---
title: The key-value cache
title_zh: 键值缓存
topics: [inference]
aliases: [KV cache, KV 缓存]
---

## English

The key-value cache keeps the keys and values of past tokens, so that each new token costs one step.

## 中文

键值缓存保存已经算过的键和值，所以生成每个新词元只需要一步。
"""


@pytest.fixture
def corpus(tmp_path):
    """A corpus of seven entries.

    In reading order: Toolformer (reading.md), LoRA (both lists, with a study card), C-Eval, the section note
    微调方法 (route.md), microsoft/LoRA (nested), Baichuan2 (a table row), and the concept note ``note:kv-cache``.
    """
    folder = tmp_path / "corpus"
    for path, text in (
        ("lists/reading.md", READING),
        ("lists/route.md", ROUTE),
        ("papers/2106.09685.md", CARD),
        ("notes/kv-cache.md", NOTE),
    ):
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, encoding="utf-8")
    return folder


@pytest.fixture
def write_list(tmp_path):
    """Writes ``corpus/lists/<name>.md`` from indented text; its first line is line 1. Returns the corpus folder."""
    folder = tmp_path / "corpus"

    def write(name, markdown):
        (folder / "lists").mkdir(parents=True, exist_ok=True)
        (folder / "lists" / f"{name}.md").write_text(dedent(markdown), encoding="utf-8")
        return folder

    return write


@dataclass
class ArxivApi:
    """A server that speaks arXiv's Atom protocol.

    Attributes:
        url: Its address.
        papers: Abstracts by id; any other id is answered with an entry without an abstract, as arXiv does.
        script: Replies (status, headers, body) to give first; a body of None stands for the ordinary feed.
        asked: The ids of every request, in order.
        connections: The client's port of every request.
    """

    url: str = ""
    papers: dict = field(default_factory=dict)
    script: list = field(default_factory=list)
    asked: list = field(default_factory=list)
    connections: list = field(default_factory=list)

    def feed(self, ids):
        entries = "".join(self._entry(paper) for paper in ids)
        return f'<?xml version="1.0" encoding="UTF-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom">{entries}</feed>'

    def _entry(self, paper):
        if paper not in self.papers:
            return f"<entry><id>http://arxiv.org/abs/{paper}</id><title>Error</title></entry>"
        return f"""
            <entry>
              <id>http://arxiv.org/abs/{paper}v3</id>
              <published>2021-06-17T17:37:18Z</published>
              <title>A title: broken
                over two lines</title>
              <summary>  {escape(self.papers[paper])}
              </summary>
              <author><name>Edward J. Hu</name></author>
              <author><name>Yelong Shen</name></author>
              <category term="cs.CL" scheme="http://arxiv.org/schemas/atom"/>
            </entry>"""


@pytest.fixture
def arxiv_api(monkeypatch):
    """Runs an ``ArxivApi`` on a free port of this machine; no proxy stands between."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    api = ArxivApi()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self):
            ids = parse_qs(urlsplit(self.path).query)["id_list"][0].split(",")
            api.asked.append(ids)
            api.connections.append(self.client_address[1])
            status, headers, body = api.script.pop(0) if api.script else (200, {}, None)
            payload = (api.feed(ids) if body is None else body).encode()
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Type", "application/atom+xml; charset=UTF-8")
            self.send_header("Content-Length", str(len(payload)))
            self.end_headers()
            self.wfile.write(payload)

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    api.url = f"http://127.0.0.1:{server.server_port}/api/query"
    yield api
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(scope="session")
def drawn(repository):
    """The module ``drawn_pdfs``: functions that make PDFs, and the lines that they draw."""
    place = importlib.util.spec_from_file_location("drawn_pdfs", repository / "tests" / "drawn_pdfs.py")
    module = importlib.util.module_from_spec(place)
    place.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def repository():
    """The folder that holds the packages."""
    return Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def encoder():
    """The shipped encoder."""
    return shipped_table()


@pytest.fixture(scope="session")
def shipped_data(tmp_path_factory):
    """A data folder for the shipped corpus, without abstracts; ``shipped_index`` stands in it where evals looks.

    All workers of a run share it: the first one that needs what is in it makes it, the others wait.
    """
    own = tmp_path_factory.getbasetemp()
    folder = (own.parent if "PYTEST_XDIST_WORKER" in os.environ else own) / "shipped"
    folder.mkdir(exist_ok=True)
    return folder


@pytest.fixture(scope="session")
def shipped_library(repository, shipped_data):
    """The shipped corpus."""
    kept = shipped_data / "library.pickle"
    with FileLock(shipped_data / "library.lock"):
        if not kept.is_file():
            kept.write_bytes(pickle.dumps(read_library(repository / "corpus", shipped_data / "evals")))
    return pickle.loads(kept.read_bytes())


@pytest.fixture(scope="session")
def shipped_index(repository, shipped_data, shipped_library, encoder):
    """The index folder of the shipped corpus. Read it only: every test of the run shares it."""
    home = shipped_data / "evals"
    with FileLock(shipped_data / "index.lock"):
        if not (home / "index" / "CURRENT").is_file():
            fingerprint = corpus_fingerprint(repository / "corpus", home, PassageConfig())
            build_index(shipped_library, encoder, home / "index", corpus=fingerprint)
    return home / "index"


@pytest.fixture(scope="session")
def shipped_searcher(shipped_index, encoder):
    """A searcher over the shipped corpus."""
    searcher = Searcher.open(shipped_index, encoder)
    yield searcher
    searcher.close()


@pytest.fixture(scope="session")
def shipped_reader(shipped_index, shipped_searcher):
    """Reads questions against the names and words of the shipped corpus."""
    generation, manifest = current_generation(shipped_index)
    spelling = Spelling.load(generation / "spelling")
    words = LexicalIndex.load(generation / "lexical", manifest.passages)
    return QuestionReader(shipped_searcher.store, spelling, SearchConfig(), words)


@pytest.fixture(scope="session")
def write_transformer():
    """Writes a tiny sentence-transformers model, with random weights that follow from the seed. Returns its folder."""
    import torch
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import Pooling, Transformer
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers
    from transformers import BertConfig, BertModel, PreTrainedTokenizerFast

    def write(folder, *, seed=0, prompts=None, max_length=32):
        alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
        vocabulary = {piece: i for i, piece in enumerate(["[PAD]", "[UNK]", *alphabet])}
        bytes_ = Tokenizer(models.BPE(vocabulary, [], unk_token="[UNK]"))
        bytes_.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
        bytes_.decoder = decoders.ByteLevel()
        tokenizer = PreTrainedTokenizerFast(tokenizer_object=bytes_, pad_token="[PAD]", unk_token="[UNK]")
        tokenizer.save_pretrained(folder / "plain")
        torch.manual_seed(seed)
        sizes = {"hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 64}
        BertModel(BertConfig(vocab_size=len(vocabulary), **sizes)).save_pretrained(folder / "plain")
        first = Transformer(str(folder / "plain"))
        first.max_seq_length = max_length
        model = SentenceTransformer(modules=[first, Pooling(32)], device="cpu", prompts=prompts)
        model.save_pretrained(str(folder / "model"), create_model_card=False)
        return folder / "model"

    return write
