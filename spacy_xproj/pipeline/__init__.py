"""Components of spaCy pipelines: translate-test inside `nlp`. spaCy imports them with every pipeline: nothing heavy."""
