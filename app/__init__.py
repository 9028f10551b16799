"""Answers with citations: retrieve, decide, write, check; on the command line and as a Gradio page.

This package knows questions and answers. It knows nothing of relevance labels.
"""
