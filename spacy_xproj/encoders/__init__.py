"""Encoders: any source of weights to a directory that transformers and spacy-transformers load."""
