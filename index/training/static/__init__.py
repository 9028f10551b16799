"""Training the shipped encoder."""
