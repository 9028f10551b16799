"""Answers, conversations and parts of the library in the formats that other programs read."""
