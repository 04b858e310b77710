"""Files that are like an example: its vector, and the most similar of some files."""
