"""The embedded model endpoint: embeddings and chat completions on small local models, for trying Bowerbird out."""
