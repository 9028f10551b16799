import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from index.build import build_index
from index.catalogue.filters import Filters
from index.config import SearchConfig, Weights
from index.errors import IndexUnavailableError
from index.search import Searcher
from index.storage.generations import current_generation
from index.storage.manifest import write_manifest
from index.types import Turn
from ingest.text.scripts import language_of
from ingest.types import Entry, Kind, Library, Listing, Passage, PassageKind, Term

ROOT = Path(__file__).resolve().parents[2]
WORKS = {
    "lora": (
        "LoRA: Low-Rank Adaptation",
        ["LoRA freezes the pretrained weights and trains a pair of low-rank matrices in each layer."],
    ),
    "flash": (
        "FlashAttention",
        [
            "Exact attention is computed in tiles, so that fast memory is read and written less often.",
            "The second version divides the work better between the threads of a processor.",
        ],
    ),
    "retrieval": (
        "Retrieval-Augmented Generation",
        ["Documents are retrieved from an index, and the model writes its answer with them at hand."],
    ),
    "speculative": (
        "Speculative Decoding",
        ["A small draft model proposes tokens, and the large model verifies them in parallel."],
    ),
    "rlhf": (
        "Learning from Human Preferences",
        ["A reward model is trained on human comparisons of answers and guides reinforcement learning."],
    ),
    "judge": ("Judging with GPT-4", ["GPT-4 grades the answers of other chat models, and people mostly agree."]),
}


def work(entry_id, title, aliases=()):
    listing = Listing("list", (), "corpus/lists/list.md", 1, title)
    return Entry(entry_id, title, "", Kind.PAPER, None, "", (), (), None, (listing,), (), aliases)


def library(works):
    passages = [(entry_id, text) for entry_id, (_, texts) in works.items() for text in texts]
    return Library(
        tuple(work(entry_id, title) for entry_id, (title, _) in works.items()),
        tuple(
            Passage(
                f"p{n}", entry_id, PassageKind.LISTING, language_of(text), text, "corpus/lists/list.md", n + 1, n + 1, 9
            )
            for n, (entry_id, text) in enumerate(passages)
        ),
        (),
        (),
    )


def ids(hits):
    return [hit.entry.entry_id for hit in hits]


@pytest.fixture(scope="module")
def folder(tmp_path_factory, encoder):
    folder = tmp_path_factory.mktemp("search")
    build_index(library(WORKS), encoder, folder, corpus="c" * 64)
    return folder


@pytest.fixture(scope="module")
def searcher(folder, encoder):
    searcher = Searcher.open(folder, encoder)
    yield searcher
    searcher.store.close()


@pytest.fixture
def open_searcher(encoder):
    opened = []

    def open_searcher(folder, config=SearchConfig()):
        opened.append(Searcher.open(folder, encoder, config))
        return opened[-1]

    yield open_searcher
    for searcher in opened:
        searcher.store.close()


@pytest.fixture
def copy(folder, tmp_path):
    return shutil.copytree(folder, tmp_path / "index")


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("怎样冻结预训练权重，只训练低秩矩阵？", "lora"),
        ("怎样分块计算精确的注意力，减少显存读写？", "flash"),
        ("先从索引里检索文档，再让模型写回答", "retrieval"),
        ("小的草稿模型先提出词元，大模型并行验证", "speculative"),
        ("用人类的比较来训练奖励模型", "rlhf"),
    ],
)
def test_a_chinese_question_finds_the_english_passage_of_the_same_content(searcher, question, expected):
    assert ids(searcher.search(question, k=1)) == [expected]


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("How are a few low-rank matrices trained while the weights are frozen?", "lora"),
        ("什么是 LoRA？", "lora"),
        ("which work lets gpt4 grade answers", "judge"),
        ("draft tokens verified in parallel", "speculative"),
    ],
)
def test_a_question_finds_the_entry_that_has_its_words(searcher, question, expected):
    assert ids(searcher.search(question, k=1)) == [expected]


@pytest.mark.parametrize("question", ["attention", "模型", "什么是 LoRA？", "", "zzz qqq"])
def test_a_shorter_list_is_a_prefix_of_a_longer_one(searcher, question):
    everything = searcher.search(question, k=20)

    for k in range(1, len(WORKS) + 1):
        assert searcher.search(question, k=k) == everything[:k]


def test_searching_twice_gives_the_same_list(folder, searcher, open_searcher):
    question = "How does the model learn from human answers?"

    assert searcher.search(question) == searcher.search(question) == open_searcher(folder).search(question)


def test_threads_get_the_same_lists(searcher):
    questions = ["attention", "低秩矩阵", "draft model", "奖励模型"]
    expected = [searcher.search(question) for question in questions]

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(searcher.search, questions * 10)) == expected * 10


def test_entries_that_tie_are_ordered_by_id(tmp_path, encoder, open_searcher):
    same = {
        entry_id: ("Same Title", ["The very same words about attention."]) for entry_id in ("d", "b", "e", "a", "c")
    }
    build_index(library(same), encoder, tmp_path, corpus="c")
    searcher = open_searcher(tmp_path)

    assert ids(searcher.search("attention", k=5)) == ["a", "b", "c", "d", "e"]
    assert ids(searcher.search("attention", k=2)) == ["a", "b"]


def test_a_pool_smaller_than_a_tie_does_not_decide_it_by_file_order(tmp_path, encoder, open_searcher):
    same = {entry_id: ("Same Title", ["The very same words about attention."]) for entry_id in ("d", "b", "e", "a")}
    build_index(library(same), encoder, tmp_path, corpus="c")

    hits = open_searcher(tmp_path, SearchConfig(pool=1)).search("attention", k=2)

    assert ids(hits) == ["a", "b"]


def test_ranks_count_from_one_and_scores_do_not_rise(searcher):
    hits = searcher.search("How is attention computed?", k=6)

    assert [hit.rank for hit in hits] == list(range(1, len(hits) + 1))
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)


def test_an_entry_is_ranked_by_its_two_best_passages_and_shows_them_best_first(searcher):
    hit = searcher.search("dividing work between threads", k=1)[0]

    assert hit.entry.entry_id == "flash"
    assert [match.passage.passage_id for match in hit.matches] == ["p2", "p1"]
    second = searcher.config.second
    assert hit.best.score >= hit.matches[1].score
    assert hit.score == pytest.approx((hit.best.score + second * hit.matches[1].score) / (1 + second))


def test_an_entry_shows_no_more_passages_than_configured(folder, open_searcher):
    one = open_searcher(folder, SearchConfig(passages_per_hit=1))

    assert all(len(hit.matches) == 1 for hit in one.search("FlashAttention threads", k=6))


def test_matches_carry_the_scores_of_the_three_systems(searcher, encoder):
    best = searcher.search("low-rank matrices", k=1)[0].best

    vectors = encoder.encode(["low-rank matrices", f"{WORKS['lora'][0]}\n{WORKS['lora'][1][0]}"])
    assert best.dense == pytest.approx(float(vectors[0] @ vectors[1]), abs=1e-5)
    assert best.late == pytest.approx(1.0, abs=1e-5)  # every piece of the question stands in the passage
    assert best.lexical > 0.0


def test_a_named_entry_earns_the_share_of_the_question_that_its_name_is(folder, open_searcher):
    plain = open_searcher(folder, SearchConfig(name_bonus=0.0))
    named = open_searcher(folder, SearchConfig(name_bonus=0.5))

    def gain(question):
        before, after = ({hit.entry.entry_id: hit.score for hit in s.search(question)} for s in (plain, named))
        return {entry_id: round(after[entry_id] - before[entry_id], 4) for entry_id in after}

    assert gain("What is FlashAttention?")["flash"] == 0.5
    # content words: draft, model, flashattent; the name is one of the three
    assert gain("draft model FlashAttention") == dict.fromkeys(WORKS, 0.0) | {"flash": round(0.5 / 3, 4)}


def test_question_words_count_only_when_they_are_not_stripped(folder, open_searcher):
    asked = "which answers are with them"
    stripped, raw = (open_searcher(folder, SearchConfig(strip_question=on)) for on in (True, False))

    def words(searcher):
        return {hit.entry.entry_id: hit.best.lexical for hit in searcher.search(asked)}

    # "with" and "them" stand in the passage on retrieval beside "answer"; in a question they mean nothing
    assert words(raw)["retrieval"] > words(stripped)["retrieval"] > 0.0
    assert words(stripped) == words(open_searcher(folder))


def test_a_glossary_lets_words_of_one_language_find_those_of_the_other(tmp_path, encoder, open_searcher):
    glossary = (Term("reward model", "奖励模型", (), 2),)
    build_index(replace(library(WORKS), glossary=glossary), encoder, tmp_path, corpus="c")
    translating = open_searcher(tmp_path)
    plain = translating.with_config(SearchConfig(glossary=()))

    def words(searcher):
        return {hit.entry.entry_id: hit.best.lexical for hit in searcher.search("什么是奖励模型？")}

    assert words(plain)["rlhf"] == 0.0
    assert words(translating)["rlhf"] > 0.0


def test_a_searcher_with_another_configuration_leaves_the_first_as_it_was(folder, open_searcher):
    searcher = open_searcher(folder)
    before = searcher.search("FlashAttention")

    other = searcher.with_config(SearchConfig(name_bonus=0.0))

    assert other.search("FlashAttention")[0].score == pytest.approx(before[0].score - 0.5, abs=1e-5)
    assert searcher.search("FlashAttention") == before


def test_a_single_system_ranks_by_its_own_score(folder, open_searcher):
    only_dense = SearchConfig(weights={"zh": Weights(0, 1, 0), "en": Weights(0, 1, 0)}, name_bonus=0.0)

    hits = open_searcher(folder, only_dense).search("reward model", k=6)

    dense = [hit.best.dense for hit in hits]
    assert dense == sorted(dense, reverse=True)


@pytest.mark.parametrize("question", ["What does GPTQ do to the weights?", "怎样量化权重？"])
def test_a_search_by_words_alone_is_told_nothing_by_meaning(shipped_searcher, question):
    weights = Weights(lexical=1, dense=0, late=0)
    by_words = SearchConfig(weights={"zh": weights, "en": weights}, name_bonus=0.0, soft_bonus=0.0, second=0.0)

    hits = shipped_searcher.with_config(by_words).search(question, k=30)

    lexical = [hit.best.lexical for hit in hits]
    assert lexical == sorted(lexical, reverse=True)


def test_unknown_words_are_the_latin_names_that_occur_nowhere(searcher):
    # "atention" is a slip of the pen; numbers and Chinese are no names
    question = searcher.find("什么是 Mamba atention GPT-5 2023 量子？").question

    assert searcher.unknown_words(question) == ["mamba", "gpt-5"]


@pytest.mark.parametrize("weights", [(-1, 1, 1), (0, 0, 0)])
def test_weights_that_rank_nothing_are_refused(weights):
    with pytest.raises(ValueError, match="must not be negative, and not all zero"):
        Weights(*weights)


@pytest.mark.parametrize("numbers", [{"pool": 0}, {"wide_pool": 0}, {"passages_per_hit": 0}])
def test_a_configuration_that_finds_nothing_is_refused(numbers):
    with pytest.raises(ValueError, match="need pools >= 1"):
        SearchConfig(**numbers)


def test_a_missing_index_names_the_command(tmp_path, open_searcher):
    with pytest.raises(IndexUnavailableError, match="build it with: ingest"):
        open_searcher(tmp_path)


def test_an_index_of_another_encoder_names_the_command(copy, encoder, open_searcher):
    generation, manifest = current_generation(copy)
    write_manifest(generation, replace(manifest, encoder_fingerprint="0123456789abcdef"))

    with pytest.raises(IndexUnavailableError, match=rf"0123456789abcdef.*{encoder.fingerprint}.*ingest --full"):
        open_searcher(copy)


@pytest.mark.parametrize(
    "name", ["store.sqlite", "vectors.faiss", "late/ids.npy", "late/starts.npy", "lexical/vocab.index.json"]
)
@pytest.mark.parametrize("damage", ["junk", "cut short", "empty", "gone"])
def test_a_damaged_index_names_the_command(copy, name, damage, open_searcher):
    file = current_generation(copy)[0] / name
    content = file.read_bytes()
    file.unlink()
    if damage != "gone":
        file.write_bytes({"junk": b"junk", "cut short": content[: len(content) // 2], "empty": b""}[damage])

    with pytest.raises(IndexUnavailableError, match=r"is damaged .*rebuild it with: ingest --full"):
        open_searcher(copy)


def test_searching_loads_no_training_library_and_no_page(folder):
    code = (
        "import sys; from pathlib import Path; from index.search import Searcher;"
        f"print(len(Searcher.open(Path({str(folder)!r})).search('什么是 LoRA？')));"
        "print(sorted({'torch', 'sentence_transformers', 'transformers', 'datasets', 'gradio'} & set(sys.modules)))"
    )

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True)

    assert done.stdout.splitlines() == ["6", "[]"]


def test_an_explanation_gives_each_step_its_rank_and_the_words_held(searcher):
    plain = searcher.search("FlashAttention computed in tiles", k=3)
    found = searcher.find("FlashAttention computed in tiles", k=3, explain=True)

    assert [hit.entry.entry_id for hit in found.hits] == ids(plain)
    first = found.hits[0]
    steps = {step.name: step for step in first.steps}
    assert set(steps) == {"lexical", "dense", "late", "fused", "bonus"}
    assert {steps[name].rank for name in ("lexical", "dense", "late", "fused")} == {1}
    assert steps["lexical"].score == max(match.lexical for match in first.matches)
    assert {"flashattention", "computed", "tiles"} <= set(first.words)
    assert list(found.milliseconds) == ["understand", "lexical", "dense", "late", "fuse", "read"]
    assert plain[0].steps == plain[0].words == ()


def test_passages_in_another_language_are_neither_ranked_nor_shown(searcher):
    assert searcher.search("LoRA", filters=Filters(languages=("zh",))) == []
    hits = searcher.search("LoRA", filters=Filters(languages=("en",)))
    assert ids(hits) == ids(searcher.search("LoRA"))


def test_a_question_that_leans_on_the_last_answer_is_searched_with_its_names(searcher):
    history = [Turn("How is memory saved?", "FlashAttention computes attention in tiles.")]

    assert ids(searcher.search("who wrote it?", k=1, history=history)) == ["flash"]
    assert searcher.find("who wrote it?", history=history).question.text == "who wrote it? flashattention"


def test_words_count_for_less_where_the_index_knows_few_of_them(searcher):
    config = replace(searcher.config, readable=1.0)
    strict, lenient = searcher.with_config(config), searcher.with_config(replace(config, readable=0.01))
    query = "matrices zzzz yyyy xxxx wwww vvvv"

    lexical = [[match.lexical for hit in s.search(query) for match in hit.matches] for s in (strict, lenient)]
    scores = [max(hit.score for hit in s.search(query) if hit.best.lexical > 0) for s in (strict, lenient)]

    assert max(lexical[0]) == max(lexical[1]) > 0
    assert scores[0] < scores[1]
