"""Versions as they are kept on local disk, so that a restart need not load them again."""
