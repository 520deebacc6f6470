"""Evaluation: strict entity F1."""
