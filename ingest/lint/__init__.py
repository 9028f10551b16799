"""Faults of a corpus."""
