"""Corpora: file formats to Docs, and the parallel corpus on disk."""
