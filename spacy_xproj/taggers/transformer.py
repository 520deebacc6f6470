"""Token classification models of the `transformers` library."""

from typing import Dict, List, Mapping, Optional, Sequence, Tuple

import numpy
from spacy.tokens import Doc
from torch import Tensor
from transformers import AutoModelForTokenClassification

from ..corpora.formats.schemes import Entity
from ..errors import XprojError
from ..models.loading import DType, load_model, load_tokenizer
from ..models.subtokens import SentenceVectors, SubtokenModel
from ..types import Ints2d, TagProbabilities
from .probabilities import best_entities, best_spans

REMEDY = "name a directory with safetensors weights"
Columns = Tuple[Tuple[str, ...], List[int], List[int], int]


class TransformerTagger(SubtokenModel):
    """Tag with a token classification model (`AutoModelForTokenClassification`).

    A label without a `B-` tag, as in models trained on IOB1, takes its `I-` tag for both (see `begin_probabilities`).

    model (str): a directory, or a name on the hub. Weights are read from safetensors only.
    revision (Optional[str]): the revision of a model of the hub.
    pooling (str): a word takes the probabilities of its `first` sub-token, on which such models are trained, or the
        `mean` over all of them. A word without sub-tokens is outside.
    temperature (float): the logits are divided by it; above 1 the probabilities become more even.
    max_batch_tokens (Optional[int]): padded sub-tokens in a batch; halved if memory runs out. By default 1,024 on a
        CPU and 16,384 elsewhere.
    device (str): `auto`, `cpu`, `cuda`, …
    dtype (DType): number format of the weights; `auto` is `bfloat16` (`float16` on older ones) on a GPU, else
        `float32`.
    RAISES (XprojError): if a setting is unknown, the model cannot be loaded or its tags are not `O`, `B-…` and `I-…`.
    """

    def __init__(
        self,
        model: str,
        revision: Optional[str] = None,
        pooling: str = "first",
        temperature: float = 1.0,
        max_batch_tokens: Optional[int] = None,
        device: str = "auto",
        dtype: DType = "auto",
    ):
        if pooling not in ("first", "mean"):
            raise XprojError(f"no pooling '{pooling}': use first or mean")
        if temperature <= 0:
            raise XprojError(f"temperature {temperature} is not above 0; 1 leaves the probabilities as they are")
        tokenizer = load_tokenizer(model, REMEDY, revision, "NER model")
        classifier = load_model(AutoModelForTokenClassification, model, REMEDY, revision, device, dtype, "NER model")
        if not tokenizer.is_fast:
            raise XprojError(f"NER model '{model}' has no fast tokenizer (tokenizer.json); name another model")
        self.columns = tag_columns(classifier.config.id2label, model)
        self.pooling = pooling
        self.temperature = temperature
        super().__init__(tokenizer, classifier, classifier.config.num_labels, model, max_batch_tokens)

    def probabilities(self, docs: Sequence[Doc]) -> List[TagProbabilities]:
        """Tag Docs.

        docs (Sequence[Doc]): the Docs.
        RETURNS (List[TagProbabilities]): the tag probabilities of each Doc's tokens.
        """
        labels, begin, inside, outside = self.columns
        found = []
        for sentence in self([tuple(token.text for token in doc) for doc in docs]):
            rows = numpy.zeros((sentence.n_words, self.width), dtype=numpy.float32)
            rows[:, outside] = 1
            words = sentence.pooled() if self.pooling == "mean" else _first(sentence)
            rows[words.word] = words.vectors
            found.append(TagProbabilities(labels, rows[:, outside], rows[:, begin], rows[:, inside]))
        return found

    def entities(self, docs: Sequence[Doc]) -> List[List[Entity]]:
        """Find the entities of Docs by each token's most probable tag.

        docs (Sequence[Doc]): the Docs.
        RETURNS (List[List[Entity]]): the entities in each.
        """
        return [best_entities(tags) for tags in self.probabilities(docs)]

    def spans(self, docs: Sequence[Doc]) -> List[Ints2d]:
        """Find where entities are, whatever their label, by each token's most probable tag.

        docs (Sequence[Doc]): the Docs.
        RETURNS (List[Ints2d]): the token spans of the entities in each.
        """
        return [best_spans(tags) for tags in self.probabilities(docs)]

    def _output(self, **inputs: Tensor) -> Tensor:
        return (self.model(**inputs).logits.float() / self.temperature).softmax(dim=-1)


def tag_columns(tags: Mapping[int, str], model: str) -> Columns:
    """Find the tags of each label.

    tags (Mapping[int, str]): the tag of each column.
    model (str): the model's name, for messages.
    RETURNS (Columns): the labels, the columns where they begin and where they go on, and the column of `O`.
    RAISES (XprojError): if the tags are not `O`, `B-…` and `I-…`.
    """
    column: Dict[str, int] = {tag: i for i, tag in tags.items()}
    if "O" not in column or any(tag != "O" and tag[:2] not in ("B-", "I-") for tag in column):
        raise XprojError(
            f"NER model '{model}' has the tags {', '.join(column)}, not O, B-… and I-…; name another model"
        )
    labels = tuple(sorted({tag[2:] for tag in column if tag != "O"}))
    begin = [column.get(f"B-{label}", column.get(f"I-{label}", 0)) for label in labels]
    inside = [column.get(f"I-{label}", column.get(f"B-{label}", 0)) for label in labels]
    return labels, begin, inside, column["O"]


def _first(sentence: SentenceVectors) -> SentenceVectors:
    word, position = numpy.unique(sentence.word, return_index=True)
    return SentenceVectors(sentence.vectors[position], word, sentence.n_words)
