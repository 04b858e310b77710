"""Bowerbird's client: find the right few thousand of millions of images."""
