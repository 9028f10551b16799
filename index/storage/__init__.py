"""Index generations on disk."""
