"""What readers leave behind: conversations and ratings, in one SQLite file below the data folder."""
