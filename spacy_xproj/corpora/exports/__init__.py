"""Corpora in the formats of other programs, for review and for training there. `export` has their list."""
