"""Vector databases: one port, `VectorDatabase`, and its adapters.

`libs.vectors.opening.open_database` opens a database; `libs.vectors.growing` asks for more and more neighbours.
"""
