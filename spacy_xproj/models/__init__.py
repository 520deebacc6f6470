"""Models of the transformers library: loading them safely, and running them in batches that fit into memory."""
