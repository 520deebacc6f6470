"""What users import: the projector, what goes into it and what comes out of it.

from spacy_xproj.api import Bitext, apply_projection, load_projector
"""

from .config import load_projector
from .corpora.parallel import ParallelCorpus
from .errors import XprojError
from .evaluation.strict import score
from .projectors.apply import apply_projection
from .registry import registry
from .types import (
    Bitext,
    CandidateExtractor,
    Candidates,
    Converter,
    Match,
    Matches,
    MatchScorer,
    Outcome,
    Projection,
    Projector,
    SentenceFilter,
    Solver,
    Translator,
    WordAligner,
    WordAlignment,
)
from .view.render import render

__all__ = [
    "Bitext",
    "CandidateExtractor",
    "Candidates",
    "Converter",
    "Match",
    "MatchScorer",
    "Matches",
    "Outcome",
    "ParallelCorpus",
    "Projection",
    "Projector",
    "SentenceFilter",
    "Solver",
    "Translator",
    "WordAligner",
    "WordAlignment",
    "XprojError",
    "apply_projection",
    "load_projector",
    "registry",
    "render",
    "score",
]
