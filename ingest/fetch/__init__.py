"""Fetching what the lists link to."""
