"""Training of ``bilingual-minilm``: an English sentence encoder taught Chinese, then exported for the CPU.

The shipped encoder is a table of word vectors; this is its bigger sister, a six-layer transformer of 28 million
parameters that reads words in context. Two languages share one space because Chinese sentences are trained to land
where the English base puts their translation (Reimers and Gurevych 2020, arXiv 2004.09813).

With a GPU, and the ``encoders`` extra, the whole run is::

    pip install '.[encoders]'
    python -m index.training.minilm --base all-MiniLM-L6-v2 --data DIR --out OUT
    mkdir -p data/encoders && cp -r OUT/bilingual-minilm data/encoders/

``--base`` is a folder (or, with a network, a name on the Hugging Face Hub) of a sentence-transformers model whose
transformer is an uncased BERT (all-MiniLM-L6-v2 is under Apache-2.0); ``DIR`` is the folder that ``index.training``
reads. A run that was interrupted goes on where it stopped when the same command is given again. One CPU core would
need more than a week for the defaults; a run of half an hour is ``--limit 30000 --batch 32 --tokens 64 --steps 200
--tune-steps 40``. ``OUT/measures.json`` says how often each stage finds the translation of a sentence that was not
trained on, and what rounding to int8 has cost.

pieces      Chinese pieces for an English WordPiece tokenizer
glosses     first vectors for them, from the English words they are translated with
stages      distillation, then contrastive training
export      ONNX with int8 weights, read by ``index.encoders.onnx`` without torch
"""
