"""What the search service answers: decode, call, encode."""
