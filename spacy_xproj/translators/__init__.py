"""Translators: texts in one language to texts in another."""
