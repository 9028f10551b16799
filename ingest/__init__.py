"""Reading lists, study cards and abstracts in; entries and passages out.

This package knows files and Markdown. It knows nothing of vectors, questions or answers.
"""
