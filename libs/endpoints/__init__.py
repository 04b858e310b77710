"""HTTP clients of model endpoints: embeddings and chat completions, with limits, retries and deadlines."""
