"""From hits to an answer: what is quoted, whether to answer at all, and how well quotes carry sentences."""
