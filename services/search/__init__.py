"""Combined search on an in-memory index of each dataset version."""
