"""How fast and how exact combined search is, on a made-up dataset of any size, beside PostgreSQL on the same rows."""
