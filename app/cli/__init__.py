"""The command line beyond one question."""
