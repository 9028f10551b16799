"""Files with front matter, and the glossary."""
