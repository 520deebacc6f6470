"""Alignment by way of a back-translation: the source sentence, translated into the target language again."""

from itertools import tee
from typing import Dict, Iterable, Iterator, Optional, Tuple

import numpy
from spacy.tokens import Doc

from ..config import check_fraction
from ..errors import XprojError
from ..parts import Composite, estimators
from ..text.forms import nfc
from ..text.languages import equivalent_codes
from ..text.tokenizers import blank_segmented
from ..types import Bitext, GetBitexts, Initializable, Translator, WordAligner, WordAlignment, is_positional
from .links import check_reduction, common, compose, merge, unlinked

#: Every way to combine the direct alignment with the composed one.
MODES: Dict[str, str] = {
    "compose": "the composed links only",
    "intersect": "links that both have, with the smaller weight",
    "union": "links that one of them has, with the greater weight",
    "fill": "the direct links, and the composed ones of source tokens that have no direct link",
}


class BackTranslationAligner(Composite):
    """Refine an alignment by way of a back-translation (Politov et al. 2025, §3.1; registered as
    `spacy-xproj.BackTranslationAligner.v1`).

    A machine translation follows the source more closely than the target sentence may do, and the target sentence is
    compared with it in one language. The links from source to back-translation and those from back-translation to
    target are composed, and combined with the direct ones. Every mode reads links only, never labels: `fill` looks at
    source tokens, not at entities. If nearly every token has a link (`match`, `soft`) it changes next to nothing.

    An aligner that is initialised estimates statistics of two languages. The one of back-translation and target has the
    same language on both sides, so there it must be an object of its own.

    translator (Translator): translates from the source into the target language.
    direct (WordAligner): aligns source and target.
    back_to_target (WordAligner): aligns back-translation and target.
    source_to_back (Optional[WordAligner]): aligns source and back-translation; `direct` if there is none.
    mode (str): one of `MODES`: `compose`, `intersect`, `union` or `fill`.
    reduction (str): if several words of the back-translation join two words, take their `max` or their `sum` (see
        `links.compose`).
    threshold (float): composed links whose weight does not exceed it are dropped.
    RAISES (XprojError): if a setting is unknown, or one aligner would have to learn from two pairs of languages.
    """

    def __init__(
        self,
        translator: Translator,
        direct: WordAligner,
        back_to_target: WordAligner,
        source_to_back: Optional[WordAligner] = None,
        mode: str = "fill",
        reduction: str = "max",
        threshold: float = 0.01,
    ):
        if mode not in MODES:
            raise XprojError(f"no mode '{mode}': use one of {', '.join(MODES)}")
        check_reduction(reduction)
        check_fraction("threshold", threshold)
        if estimators(back_to_target) and back_to_target in (direct, source_to_back):
            raise XprojError("back_to_target learns from its own pair of languages: give it an aligner of its own")
        self.translator = translator
        self.direct = direct
        self.back_to_target = back_to_target
        self.source_to_back = source_to_back or direct
        self.mode = mode
        self.reduction = reduction
        self.threshold = threshold
        self.nlp = blank_segmented(translator.tgt_lang, "words")
        self.positional = any(map(is_positional, (direct, back_to_target, self.source_to_back)))

    def initialize(self, get_bitexts: GetBitexts) -> None:
        """Let every aligner estimate its corpus statistics. What they read is translated.

        get_bitexts (GetBitexts): gives pairs; their labels are not read.
        """
        if isinstance(self.direct, Initializable):
            self.direct.initialize(get_bitexts)
        if isinstance(self.source_to_back, Initializable) and self.source_to_back is not self.direct:
            self.source_to_back.initialize(lambda: (Bitext(p.source, b) for p, b in self._translated(get_bitexts())))
        if isinstance(self.back_to_target, Initializable):
            self.back_to_target.initialize(lambda: (Bitext(b, p.target) for p, b in self._translated(get_bitexts())))

    def __call__(self, bitexts: Iterable[Bitext]) -> Iterator[WordAlignment]:
        """Align pairs.

        bitexts (Iterable[Bitext]): the pairs.
        YIELDS (WordAlignment): the links of each.
        RAISES (XprojError): if the translator translates between other languages than those of the pairs.
        """
        if self.mode == "compose":
            yield from self._compose(bitexts)
            return
        pairs, for_direct = tee(bitexts)
        for direct, composed in zip(self.direct(for_direct), self._compose(pairs), strict=True):
            yield combine(direct, composed, self.mode)

    def _compose(self, bitexts: Iterable[Bitext]) -> Iterator[WordAlignment]:
        first, second = tee(self._translated(bitexts))
        alignments = zip(
            self.source_to_back(Bitext(pair.source, back) for pair, back in first),
            self.back_to_target(Bitext(back, pair.target) for pair, back in second),
            strict=True,
        )
        for source_to_back, back_to_target in alignments:
            yield compose(source_to_back, back_to_target, self.reduction, self.threshold)

    def _translated(self, bitexts: Iterable[Bitext]) -> Iterator[Tuple[Bitext, Doc]]:
        """Give each pair with its back-translation."""
        pairs, sources = tee(bitexts)
        translations = self.translator(pair.source.text for pair in sources)
        for pair, translation in zip(pairs, translations, strict=True):
            self._check_languages(pair)
            yield pair, self.nlp.make_doc(nfc(translation))

    def _check_languages(self, pair: Bitext) -> None:
        for doc, lang in ((pair.source, self.translator.src_lang), (pair.target, self.translator.tgt_lang)):
            if doc.lang_ not in ("", "xx", *equivalent_codes(lang)):
                raise XprojError(
                    f"the translator goes from {self.translator.src_lang} to {self.translator.tgt_lang}, "
                    f"the corpus from {pair.source.lang_} to {pair.target.lang_}; correct the translator's languages"
                )


def combine(direct: WordAlignment, composed: WordAlignment, mode: str) -> WordAlignment:
    """Combine two alignments of one pair.

    direct (WordAlignment): the direct one.
    composed (WordAlignment): that by way of the back-translation.
    mode (str): one of `MODES` but `compose`.
    RETURNS (WordAlignment): the links, ordered by source and then target position.
    """
    if mode == "union":
        return merge([direct, composed])
    if mode == "fill":
        return merge([direct, unlinked(composed, direct)])
    a, b = common(direct, composed)
    return WordAlignment(a.source, a.target, numpy.minimum(a.weight, b.weight))
