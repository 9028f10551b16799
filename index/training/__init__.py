"""Training of the shipped bilingual static encoder.

Run it with ``python -m index.training --data DIR --out DIR``. It needs the ``encoders`` extra (torch and
sentence-transformers); nothing outside this package imports either of them.

Its bigger sister, a transformer that is trained on a GPU and runs on a CPU, is in ``index.training.minilm``.
"""
