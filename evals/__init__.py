"""Measuring: the project's own questions, and any public set in BEIR's layout.

This package may import everything but the page; nothing imports it.
"""
