"""Scoring passages and ranking entries."""
