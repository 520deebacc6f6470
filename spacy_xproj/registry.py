"""The catalogues: where translators, aligners, … are looked up by name from a config.

They are attributes of spaCy's own registry, so that ``@xproj_aligners`` resolves wherever spaCy
resolves a config: in ``nlp.add_pipe``, in ``spacy train`` and in this package's commands.
"""

import catalogue
from spacy import registry

NAMES = (
    "xproj_translators",
    "xproj_aligners",
    "xproj_taggers",
    "xproj_extractors",
    "xproj_scores",
    "xproj_solvers",
    "xproj_projectors",
    "xproj_filters",
    "xproj_converters",
)

for _name in NAMES:
    if not hasattr(registry, _name):
        setattr(registry, _name, catalogue.create("spacy", _name, entry_points=True))

__all__ = ["NAMES", "registry"]
