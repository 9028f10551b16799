"""Reading lists in other formats than Markdown."""
