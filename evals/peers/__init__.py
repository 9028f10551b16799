"""Other retrieval libraries over the same passages and questions, each in an environment of its own.

``python -m evals.peers`` makes the environments, builds, asks and scores; ``runner.py`` is what runs inside of them.
"""
