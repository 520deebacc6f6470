"""Taggers: named-entity models of the target language, as probabilities of each token's tag and as spans."""
