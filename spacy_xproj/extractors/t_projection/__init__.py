"""T-Projection: candidates that a sequence-to-sequence model writes."""
