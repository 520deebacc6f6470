"""Students: pipelines that `spacy train` fine-tunes, and what their training needs beyond spaCy's own parts.

Nothing of this is needed to load a student that has been trained, unless its head is `token_ner`.
"""
