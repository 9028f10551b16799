"""PDF files in, text by page out: extraction in a process with limits, layout, cleaning, and whose work it is."""
