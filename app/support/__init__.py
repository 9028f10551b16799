"""Whether a text carries a sentence: what both are compared by, and the fitted model that decides."""
