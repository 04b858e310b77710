"""PostgreSQL with pgvector 0.8 or newer."""
