"""Training the network that reads a question together with a candidate answer."""
