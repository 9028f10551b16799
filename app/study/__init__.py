"""Studying with the library: flashcards made of its answered questions."""
