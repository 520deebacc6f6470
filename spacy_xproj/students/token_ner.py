"""A head that gives each token a tag: the component `token_ner`, an alternative to spaCy's transition-based `ner`."""

from itertools import islice
from typing import Any, Callable, Dict, Iterable, List, NamedTuple, Optional, Sequence, Tuple

import numpy
from spacy.language import Language
from spacy.pipeline import TrainablePipe
from spacy.tokens import Doc, Span, SpanGroup
from spacy.training import Example, validate_get_examples
from spacy.vocab import Vocab
from thinc.api import Config, Model
from thinc.types import Floats2d

from ..errors import XprojError
from ..taggers.probabilities import span_probabilities
from ..types import Ints1d, TagProbabilities
from .viterbi import best_tags

DEFAULT_MODEL = """
[model]
@architectures = "spacy.Tagger.v2"
nO = null
normalize = true

[model.tok2vec]
@architectures = "spacy.HashEmbedCNN.v2"
pretrained_vectors = null
width = 96
depth = 4
embed_size = 2000
window_size = 1
maxout_pieces = 3
subword_features = true
"""
#: Examples that show a model its dimensions.
SAMPLE = 10
#: The least probability whose logarithm is taken.
LEAST = 1e-30


class Prediction(NamedTuple):
    """What was found in a Doc.

    tags (TagProbabilities): the probabilities of its tokens' tags.
    entities (List[Tuple[int, int, str]]): start and end token and label of each, from left to right.
    """

    tags: TagProbabilities
    entities: List[Tuple[int, int, str]]


class TokenNer(TrainablePipe):
    """Recognize named entities by the tag of each token in the BIO scheme: a softmax over the tags, from which the best
    sequence that obeys the scheme is taken (`best_tags`).

    It learns by the mean cross-entropy of the tokens that are annotated; one whose annotation is missing, or that does
    not align with the gold tokens, teaches nothing. No entities (`doc.ents = []`) is an annotation as well.

    The settings are those of `make_token_ner`.
    """

    def __init__(self, vocab: Vocab, model: Model, name: str, *, spans_key: Optional[str], scorer: Optional[Callable]):
        output: Any = model.get_ref("output_layer") if model.has_ref("output_layer") else model
        if not output.attrs.get("softmax_normalize", True):
            raise XprojError(
                f"{name}: the model gives no probabilities; set normalize = true in [components.{name}.model]"
            )
        self.vocab = vocab
        self.model = model
        self.name = name
        self.output = output
        self.spans_key = spans_key
        self.scorer = scorer
        self.cfg: Dict[str, Any] = {"labels": []}

    @property
    def labels(self) -> Tuple[str, ...]:
        """The labels of entities."""
        return tuple(self.cfg["labels"])

    @property
    def label_data(self) -> Tuple[str, ...]:
        """What `spacy init labels` writes: the labels."""
        return self.labels

    def add_label(self, label: str) -> int:
        """Add a label, before the component is initialized.

        label (str): the label.
        RETURNS (int): 1, or 0 if it is there.
        RAISES (XprojError): if the model has its dimensions.
        """
        if label in self.labels:
            return 0
        if self.output.has_dim("nO"):
            raise XprojError(
                f"{self.name}: the label '{label}' cannot be added to a model of {len(self.labels)} labels; "
                "initialize it again with all of them"
            )
        self.cfg["labels"].append(label)
        self.vocab.strings.add(label)
        return 1

    def initialize(
        self,
        get_examples: Callable[[], Iterable[Example]],
        *,
        nlp: Optional[Language] = None,
        labels: Optional[Sequence[str]] = None,
    ) -> None:
        """Find the labels and give the model its dimensions.

        get_examples (Callable[[], Iterable[Example]]): gives the training corpus.
        nlp (Optional[Language]): the pipeline; not used.
        labels (Optional[Sequence[str]]): the labels, if they are not to be taken from the corpus.
        RAISES (XprojError): if there are none.
        """
        validate_get_examples(get_examples, "TokenNer.initialize")
        if labels is None:
            labels = sorted({ent.label_ for example in get_examples() for ent in example.reference.ents})
        for label in labels:
            self.add_label(label)
        if not self.labels:
            raise XprojError(f"{self.name}: there is no entity in the training corpus; check what was projected")
        docs = [example.predicted for example in islice(get_examples(), SAMPLE)]
        self.model.initialize(docs, [self.model.ops.alloc2f(len(doc), 1 + 2 * len(self.labels)) for doc in docs])

    def predict(self, docs: Iterable[Doc]) -> List[Prediction]:
        """Find the entities of Docs, which are not changed.

        docs (Iterable[Doc]): the Docs.
        RETURNS (List[Prediction]): what was found in each.
        """
        docs = list(docs)
        n_labels = len(self.labels)
        lengths = numpy.asarray([len(doc) for doc in docs], dtype=numpy.int32)
        if not lengths.any():
            rows = numpy.zeros((0, 1 + 2 * n_labels), dtype=numpy.float32)
        else:
            rows = numpy.concatenate([self.model.ops.to_numpy(scores) for scores in self.model.predict(docs)])
        spaces = numpy.asarray([token.is_space for doc in docs for token in doc], dtype=bool)
        tags = best_tags(numpy.log(numpy.maximum(rows, LEAST)), lengths, spaces)
        predictions = []
        for start, end in zip((numpy.cumsum(lengths) - lengths).tolist(), numpy.cumsum(lengths).tolist(), strict=True):
            outside, begin, inside = numpy.split(rows[start:end], [1, 1 + n_labels], axis=1)
            probabilities = TagProbabilities(self.labels, outside[:, 0], begin, inside)
            predictions.append(Prediction(probabilities, self._entities(tags[start:end])))
        return predictions

    def _entities(self, tags: Ints1d) -> List[Tuple[int, int, str]]:
        """Read entities off the tags of a Doc, which obey the scheme."""
        n_labels = len(self.labels)
        entities: List[Tuple[int, int, str]] = []
        for token in numpy.flatnonzero(tags).tolist():
            if tags[token] <= n_labels:
                entities.append((token, token + 1, self.labels[tags[token] - 1]))
            else:
                start, _, label = entities.pop()
                entities.append((start, token + 1, label))
        return entities

    def set_annotations(self, docs: Iterable[Doc], scores: List[Prediction]) -> None:
        """Set the entities and the span group, whatever they were before.

        docs (Iterable[Doc]): the Docs.
        scores (List[Prediction]): what `predict` gave for them.
        """
        for doc, (tags, entities) in zip(docs, scores, strict=True):
            spans = [Span(doc, *entity) for entity in entities]
            doc.set_ents(spans)
            if self.spans_key:
                places = numpy.asarray([entity[:2] for entity in entities], dtype=numpy.int32).reshape(-1, 2)
                columns = [self.labels.index(label) for _, _, label in entities]
                found = span_probabilities(tags, places)[numpy.arange(len(spans)), columns]
                attrs = {"scores": found.tolist()}
                doc.spans[self.spans_key] = SpanGroup(doc, name=self.spans_key, spans=spans, attrs=attrs)

    def get_loss(self, examples: Iterable[Example], scores: List[Floats2d]) -> Tuple[float, List[Floats2d]]:
        """Find the mean cross-entropy of the tokens that are annotated.

        examples (Iterable[Example]): the examples.
        scores (List[Floats2d]): the tag probabilities of their tokens.
        RETURNS (Tuple[float, List[Floats2d]]): the loss, and its gradient before the softmax.
        """
        ops = self.model.ops
        gold: Any = numpy.concatenate([self._gold(example) for example in examples])
        gold = ops.asarray(gold)
        (known,) = ops.xp.nonzero(gold >= 0)
        probabilities = ops.xp.concatenate(scores)
        gradient = ops.alloc2f(*probabilities.shape)
        loss = 0.0
        if len(known):
            of_gold = probabilities[known, gold[known]]
            loss = float(-ops.xp.log(ops.xp.maximum(of_gold, LEAST)).mean())
            gradient[known] = probabilities[known] / len(known)
            gradient[known, gold[known]] -= 1 / len(known)
        ends = numpy.cumsum([len(rows) for rows in scores])[:-1].tolist()
        return loss, ops.xp.split(gradient, ends)

    def _gold(self, example: Example) -> Ints1d:
        """The column of each token's tag, or -1 if it is not known."""
        n_labels = len(self.labels)
        columns = {"O": 0}
        for i, label in enumerate(self.labels, start=1):
            columns.update({f"B-{label}": i, f"U-{label}": i, f"I-{label}": n_labels + i, f"L-{label}": n_labels + i})
        return numpy.asarray([columns.get(tag, -1) for tag in example.get_aligned_ner()], dtype=numpy.int32)


@Language.factory(
    "token_ner",
    assigns=["doc.ents", "token.ent_iob", "token.ent_type", "doc.spans"],
    default_config={
        "model": Config().from_str(DEFAULT_MODEL)["model"],
        "spans_key": "token_ner",
        "scorer": {"@scorers": "spacy.ner_scorer.v1"},
    },
    default_score_weights={"ents_f": 1.0, "ents_p": 0.0, "ents_r": 0.0, "ents_per_type": None},
)
def make_token_ner(
    nlp: Language, name: str, model: Model, spans_key: Optional[str], scorer: Optional[Callable]
) -> TokenNer:
    """Make the component `token_ner`. A pipeline with it needs this package to load.

    nlp (Language): the pipeline that it is added to.
    name (str): the component's name.
    model (Model): gives the probabilities of each token's tags, such as `spacy.Tagger.v2` with `normalize = true`.
    spans_key (Optional[str]): the span group that receives the entities as well, or None; its attribute ``scores`` says
        how probable each is (`span_probabilities`).
    scorer (Optional[Callable]): the scoring method of `spacy evaluate`.
    RETURNS (TokenNer): the component.
    RAISES (XprojError): if the model gives no probabilities.
    """
    return TokenNer(nlp.vocab, model, name, spans_key=spans_key, scorer=scorer)
