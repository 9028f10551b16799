"""Training the classifier of what a question asks for."""
