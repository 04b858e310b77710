"""Embeds images by the model of an index set and writes the vectors to its vector database."""
