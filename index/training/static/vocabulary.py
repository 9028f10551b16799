"""The encoder's vocabulary: one Unigram model over Chinese and English together.

Han words become pieces of up to twelve characters, so that 大语言模型 is one piece and not five; scripts are
split apart first, so that code-switched text (``QLoRA 是一种高效的微调方法``) cuts at the seam.
"""

from __future__ import annotations

from collections.abc import Iterable

from tokenizers import Regex, Tokenizer, normalizers, pre_tokenizers
from tokenizers.models import Unigram
from tokenizers.trainers import UnigramTrainer

UNKNOWN = "[UNK]"


def train_vocabulary(texts: Iterable[str], *, size: int) -> Tokenizer:
    """Trains a Unigram tokenizer.

    Args:
        texts: Training texts of both languages.
        size: Number of pieces.

    Returns:
        A tokenizer with NFKC, lower-casing and script-aware splitting.
    """
    tokenizer = Tokenizer(Unigram())
    tokenizer.normalizer = normalizers.Sequence([normalizers.NFKC(), normalizers.Lowercase()])
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.WhitespaceSplit(),
            pre_tokenizers.Split(Regex(r"\p{Han}+"), behavior="isolated"),
            pre_tokenizers.Punctuation(),
            pre_tokenizers.Digits(),
        ]
    )
    trainer = UnigramTrainer(
        vocab_size=size, unk_token=UNKNOWN, special_tokens=[UNKNOWN], max_piece_length=12, show_progress=True
    )
    tokenizer.train_from_iterator(texts, trainer)
    return tokenizer
