"""Reading lists to entries."""
