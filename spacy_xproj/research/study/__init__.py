"""The study: every method on every language of a dataset, in one table."""
