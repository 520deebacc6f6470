"""Which projected sentences are training data. What helps the projection's F1 is not always what helps the student."""

from typing import Optional

from ..types import Projection, SentenceFilter


class ProjectionFilter:
    """Drop sentences whose labels are incomplete, doubtful, or none.

    complete (bool): drop a sentence that lost an entity: its name may stand there without a label.
    confident (float): drop a sentence with an entity that scores less.
    restrict (bool): restrict the data to sentences that have an entity.
    """

    def __init__(self, complete: bool, confident: float, restrict: bool):
        self.complete = complete
        self.confident = confident
        self.restrict = restrict

    def __call__(self, projection: Projection) -> Optional[str]:
        """Judge a sentence.

        projection (Projection): its projection.
        RETURNS (Optional[str]): why it is dropped, `lost_entity`, `doubtful_entity` or `no_entity`; None to keep it.
        """
        outcomes = projection.outcomes
        if self.complete and any(outcome.status != "projected" for outcome in outcomes):
            return "lost_entity"
        if any(score < self.confident for outcome in outcomes for score in outcome.scores):
            return "doubtful_entity"
        if self.restrict and not any(outcome.spans for outcome in outcomes):
            return "no_entity"
        return None


def make_projection_filter(complete: bool = False, confident: float = 0.0, restrict: bool = False) -> SentenceFilter:
    """Make a `ProjectionFilter` (registered as `spacy-xproj.ProjectionFilter.v1`). By default it keeps every sentence.

    complete (bool): drop a sentence that lost an entity.
    confident (float): drop a sentence with an entity that scores less.
    restrict (bool): drop a sentence without an entity.
    RETURNS (SentenceFilter): the filter.
    """
    return ProjectionFilter(complete, confident, restrict)
