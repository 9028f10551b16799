import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.encoders.static import shipped_table
from index.query.spelling import Spelling, Wordings
from ingest.text.tokens import english_words

TEXTS = [
    "Attention Is All You Need\nThe Transformer is built on attention alone, and the decoder attends to the encoder.",
    "InstructGPT\nTraining language models to follow instructions; hallucination is rarer. Prompt engineering helps.",
    "Flan-PaLM\nFlan-PaLM is PaLM tuned on instructions. GPT-4 judges the answers. Quantized weights save memory.",
    "GAOKAO-Bench\nGAOKAO-Bench asks questions of the entrance exam. Lilian Weng writes about prompts.",
    "知识蒸馏让小模型学习大模型。旋转位置编码表示相对位置。",
] * 12


@pytest.fixture(scope="module")
def spelling():
    return Spelling.build(
        TEXTS,
        ["mixture of experts", "思维链", "知识蒸馏", "位置编码"],
        [*shipped_table().words(), *english_words()],
    )


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("atention is al you ned", "attention is al you ned"),  # al and ned are too short to tell
        ("instuctgpt halucination rate", "instructgpt hallucination rate"),
        ("flan plam", "flan palm"),
        ("lillian weng blog on promt engneering", "lilian weng blog on prompt engineering"),
        ("GAKAO-Bench", "gaokao-bench"),
        ("ＧＡＫＡＯ－Ｂｅｎｃｈ", "gaokao-bench"),
        ("什么是atention", "什么是attention"),
        ("Attenion", "attention"),
        ("Waht is attention", "what is attention"),
        ("hwo does attention work", "how does attention work"),
        ("halucinatoin", "hallucination"),  # two slips in a long word
        ("知识争馏和 atention", "知识蒸馏和 attention"),
        ("什麼是知識爭馏", "什麼是知識蒸馏"),
    ],
)
def test_slips_are_mended(spelling, typed, meant):
    assert spelling.correct(typed) == meant


NAMES = """Mistral Gemini Mamba Grok Claude Qwen DeepSeek Phi Yi Falcon Mixtral Gemma Jamba Pythia Cohere Kimi Ernie
Doubao Baichuan InternLM Moonshot StableLM Zephyr Orca Hermes Griffin Hyena RetNet Perceiver Gato Sora Midjourney
Whisper Imagen Veo Cursor Copilot Devin Windsurf Ollama Groq Haystack Milvus Pinecone Weaviate Chroma Qdrant Unsloth
Axolotl Lightning SGLang TensorRT Pixtral Arctic Snowflake Reka Inflection Tulu Granite Whale"""


@pytest.mark.parametrize("name", NAMES.split())
def test_names_that_are_not_in_the_texts_are_no_slips(spelling, name):
    assert spelling.correct(f"What is {name}?") == f"What is {name}?"
    assert spelling.correct(f"{name.lower()} 是什么") == f"{name.lower()} 是什么"


@pytest.mark.parametrize(
    "question",
    [
        "GPT-5",
        "gpt5 and gtp4",  # words with digits are names of versions
        "best cooking oil for frying",
        "who painted the attentive girl",
        "quantizing weights",  # its stem is known
        "encoders and encoder-decoders",
        "https://lilianwen.github.io/postz/atention",
        "github.com/instuctgpt/atention",
        "什么是 LoRA？",
        "ＬｏＲＡ　是什么",
        "",
    ],
)
def test_what_is_no_slip_comes_back_unchanged(spelling, question):
    assert spelling.correct(question) == question


def test_a_short_word_is_mended_by_transposition_or_to_a_frequent_word_only():
    rare = Spelling.build(["palm fools", *["bench model"] * 20])

    assert rare.correct("plam") == "palm"
    assert rare.correct("pslm") == "pslm"
    assert rare.correct("modek") == "model"
    assert rare.correct("foolz") == "foolz"


def test_the_more_frequent_of_two_near_words_is_taken_and_then_the_first_in_the_alphabet():
    assert Spelling.build(["trainer", "trainee"]).correct("traineq") == "trainee"
    assert Spelling.build(["trainer trainer trainee"]).correct("traineq") == "trainer"


def test_the_names_of_a_glossary_are_known(spelling):
    assert spelling.correct("mixtrue of expertz") == "mixture of experts"


def test_what_is_saved_corrects_as_before(spelling, tmp_path):
    spelling.save(tmp_path / "spelling")
    loaded = Spelling.load(tmp_path / "spelling")

    for question in ("atention", "知识争馏", "What is Falcon?", "GAKAO-Bench"):
        assert loaded.correct(question) == spelling.correct(question)


PIECES = [
    "state-of-the-art",
    "well-being of models",
    "gradient",
    "Gradients",
    "梯度检查",
    "梯度",
    "GPT-4 的 attention",
    "蒸餾",
]
texts = st.lists(st.sampled_from(PIECES), max_size=6)


def files_of(spelling, folder):
    spelling.save(folder)
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@given(texts, texts, texts, texts, texts)
def test_counting_what_went_and_came_is_counting_everything(tmp_path_factory, kept, went, came, old, new):
    ordinary = ["gradient", "models", "普通"]
    before = Spelling.build([*kept, *went], old, ordinary)
    changed = before.changed(Wordings(went, old), Wordings(came, new), ordinary)

    folder = tmp_path_factory.mktemp("spelling")
    expected = files_of(Spelling.build([*kept, *came], new, ordinary), folder / "all")
    assert files_of(changed, folder / "changed") == expected
