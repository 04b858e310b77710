"""The embedded models, made at set-up from published packages and kept in the user's cache folder."""
