"""Which projected sentences are training data. What helps the projection's F1 is not always what helps the student."""

from typing import Optional

from ..config import check_fraction
from ..types import Projection


class ProjectionFilter:
    """Drop sentences whose labels are incomplete, doubtful, or none (registered as `spacy-xproj.ProjectionFilter.v1`).
    By default every sentence is kept.

    drop_incomplete (bool): drop a sentence that lost an entity: its name may stand there without a label.
    min_score (float): drop a sentence with an entity that scores less.
    drop_empty (bool): drop a sentence without an entity.
    RAISES (XprojError): if the score is not in [0, 1].
    """

    def __init__(self, drop_incomplete: bool = False, min_score: float = 0.0, drop_empty: bool = False):
        check_fraction("min_score", min_score)
        self.drop_incomplete = drop_incomplete
        self.min_score = min_score
        self.drop_empty = drop_empty

    def __call__(self, projection: Projection) -> Optional[str]:
        """Judge a sentence.

        projection (Projection): its projection.
        RETURNS (Optional[str]): why it is dropped, `lost_entity`, `doubtful_entity` or `no_entity`; None to keep it.
        """
        outcomes = projection.outcomes
        if self.drop_incomplete and any(outcome.status != "projected" for outcome in outcomes):
            return "lost_entity"
        if any(score < self.min_score for outcome in outcomes for score in outcome.scores):
            return "doubtful_entity"
        if self.drop_empty and not any(outcome.spans for outcome in outcomes):
            return "no_entity"
        return None
