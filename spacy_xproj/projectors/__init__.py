"""Projectors: a bitext with labels on its source to labels on its target."""
