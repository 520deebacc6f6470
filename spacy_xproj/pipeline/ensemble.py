"""A student and translate-test together: the component `xproj_ensemble`."""

from typing import Callable, Dict, List, NamedTuple, Optional, Tuple

import numpy
from spacy.language import Language
from spacy.tokens import Doc, Span, SpanGroup

from ..errors import XprojError
from ..projectors.apply import SPANS_KEY
from ..solvers.intervals import best_intervals
from ..taggers.probabilities import best_spans, span_probabilities
from ..types import Tagger, TagProbabilities
from .batched import BatchedPipe

Candidate = Tuple[int, int, str]  # start and end token, label


class Choice(NamedTuple):
    """An entity that was chosen.

    candidate (Candidate): its start and end token and its label.
    score (float): the weighted sum of the two.
    student (float): its probability by the student.
    projection (float): its match score, 0 if nothing was projected there with that label.
    """

    candidate: Candidate
    score: float
    student: float
    projection: float


class Ensemble(BatchedPipe):
    """Choose entities by what a student and the projections of an `annotation_projector` say of them (the idea of Ebing
    and Glavaš 2025, arXiv 2505.10507, who average over tokens; here it is whole spans that are scored).

    Candidates are the entities that either of them has. One with span s and label L scores
    ``student_weight · P(s, L) + projection_weight · match score of (s, L)``. Of those that score more than `threshold`,
    the ones are chosen that do not overlap and whose sum of excess over the threshold is greatest.

    The settings are those of `make_ensemble`.
    """

    def __init__(
        self,
        name: str,
        tagger: Tagger,
        *,
        projected_key: str,
        spans_key: Optional[str],
        student_weight: float,
        projection_weight: float,
        threshold: float,
        scorer: Optional[Callable],
    ):
        self.name = name
        self.tagger = tagger
        self.projected_key = projected_key
        self.spans_key = spans_key
        self.student_weight = student_weight
        self.projection_weight = projection_weight
        self.threshold = threshold
        self.scorer = scorer

    def predict(self, docs: List[Doc]) -> List[List[Choice]]:
        """Choose the entities of each Doc, from left to right. RAISES (XprojError): if a Doc has no projections."""
        projections = [self._projections(doc) for doc in docs]
        return [self._choose(*both) for both in zip(self.tagger.probabilities(docs), projections, strict=True)]

    def set_annotations(self, doc: Doc, prediction: List[Choice]) -> None:
        """Set the entities and the span group, whatever they were before.

        doc (Doc): the Doc.
        prediction (List[Choice]): its entities.
        """
        spans = [Span(doc, *choice.candidate) for choice in prediction]
        if self.spans_key:
            attrs = {
                "scores": [choice.score for choice in prediction],
                "student": [choice.student for choice in prediction],
                "projection": [choice.projection for choice in prediction],
            }
            doc.spans[self.spans_key] = SpanGroup(doc, name=self.spans_key, spans=spans, attrs=attrs)
        doc.set_ents(spans)

    def _projections(self, doc: Doc) -> Dict[Candidate, float]:
        if self.projected_key not in doc.spans or "scores" not in doc.spans[self.projected_key].attrs:
            raise XprojError(
                f"{self.name}: the Doc has no projections in doc.spans['{self.projected_key}']; add the component "
                "annotation_projector before this one, with that spans_key"
            )
        group = doc.spans[self.projected_key]
        spans = ((span.start, span.end, span.label_) for span in group)
        return dict(zip(spans, group.attrs["scores"], strict=True))

    def _choose(self, tags: TagProbabilities, projections: Dict[Candidate, float]) -> List[Choice]:
        places = {tuple(span) for span in best_spans(tags).tolist()} | {(start, end) for start, end, _ in projections}
        spans = numpy.asarray(sorted(places), dtype=numpy.int32).reshape(-1, 2)
        choices = []
        for (start, end), row in zip(spans.tolist(), span_probabilities(tags, spans)):
            student = dict(zip(tags.labels, row.tolist()))
            labels = {label for s, e, label in projections if (s, e) == (start, end)} | student.keys()
            scored = []
            for candidate in [(start, end, label) for label in sorted(labels)]:
                ours, theirs = student.get(candidate[2], 0.0), projections.get(candidate, 0.0)
                score = self.student_weight * ours + self.projection_weight * theirs
                scored.append(Choice(candidate, score, ours, theirs))
            choices.append(max(scored, key=lambda choice: choice.score))
        excess = numpy.asarray([choice.score - self.threshold for choice in choices])
        return [choices[i] for i in best_intervals(spans, excess)]


@Language.factory(
    "xproj_ensemble",
    requires=["doc.spans"],
    assigns=["doc.ents", "token.ent_iob", "token.ent_type", "doc.spans"],
    default_config={
        "projected_key": SPANS_KEY,
        "spans_key": "ensemble",
        "student_weight": 0.5,
        "projection_weight": 0.5,
        "threshold": 0.3,
        "scorer": {"@scorers": "spacy.ner_scorer.v1"},
    },
    default_score_weights={"ents_f": 1.0, "ents_p": 0.0, "ents_r": 0.0, "ents_per_type": None},
)
def make_ensemble(
    nlp: Language,
    name: str,
    tagger: Tagger,
    projected_key: str,
    spans_key: Optional[str],
    student_weight: float,
    projection_weight: float,
    threshold: float,
    scorer: Optional[Callable],
) -> Ensemble:
    """Make the component `xproj_ensemble`, which follows an `annotation_projector` in the pipeline.

    nlp (Language): the pipeline that it is added to.
    name (str): the component's name.
    tagger (Tagger): the student: `spacy-xproj.SpacyTagger.v1` or `spacy-xproj.TransformerTagger.v1`.
    projected_key (str): the span group with the projections.
    spans_key (Optional[str]): the span group that receives the chosen entities, or None; its attributes are the
        ``scores``, and what the ``student`` and the ``projection`` gave.
    student_weight (float): the weight of the student's probability.
    projection_weight (float): the weight of the match score.
    threshold (float): the score above which a candidate counts.
    scorer (Optional[Callable]): the scoring method of `spacy evaluate`.
    RETURNS (Ensemble): the component.
    RAISES (XprojError): if a weight is below 0.
    """
    if min(student_weight, projection_weight) < 0:
        raise XprojError(f"{name}: weights of {student_weight} and {projection_weight}; use numbers from 0 on")
    return Ensemble(
        name,
        tagger,
        projected_key=projected_key,
        spans_key=spans_key,
        student_weight=student_weight,
        projection_weight=projection_weight,
        threshold=threshold,
        scorer=scorer,
    )
