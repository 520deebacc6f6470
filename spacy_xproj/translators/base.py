"""What all translators of texts in batches share."""

from abc import ABC, abstractmethod
from typing import Any, Dict, Iterable, Iterator, List, Optional, Sequence, Union

from spacy.util import minibatch

from ..models.batching import run_in_batches
from ..text.languages import check_language
from ..types import Translation
from .cache import TranslationCache
from .split import split_text

#: What a translator can say of a translation: it reached the model's limit before its end; or it is that of several
#: pieces of a text that was too long.
NOT_ENDED = "not_ended"
SPLIT = "split"
#: Or the translator could not translate it; or it has words whose form could not be generated.
FAILED = "failed"
NOT_GENERATED = "not_generated"


class BatchTranslator(ABC):
    """Translate a stream of texts: one translation each, in order.

    A new model is a subclass with `_translate_batch`, and `_length` if characters do not measure the
    model's work. Texts that repeat are translated once as long as they are among the last `cache_size`
    different ones; with an `identity`, those of earlier runs are found on disk too. White space is its own translation.
    A text longer than `max_length` is never cut off: it is split after sentences, clauses or words, the translations of
    its pieces are joined with spaces, and the result is flagged `split`.

    src_lang (str): code of the source language.
    tgt_lang (str): code of the target language.
    max_length (int): the longest text that the model takes, as measured by `_length`.
    max_batch_length (int): the longest batch: its number of texts times its longest text. If memory does not hold it,
        it is halved.
    buffer (int): texts to read ahead; batches are made among them from texts of like length.
    cache_size (int): translations to remember.
    RAISES (XprojError): if a language is unknown.
    """

    #: Licence of the model, if it is known; recorded with what the translator made.
    license: Optional[str] = None

    def __init__(
        self,
        src_lang: str,
        tgt_lang: str,
        *,
        max_length: int,
        max_batch_length: int,
        buffer: int = 512,
        cache_size: int = 10_000,
    ) -> None:
        for lang in (src_lang, tgt_lang):
            check_language(lang)
        self.src_lang = src_lang
        self.tgt_lang = tgt_lang
        self.max_length = max_length
        self.max_batch_length = max_batch_length
        self.buffer = buffer
        self.cache_size = cache_size
        self._cache: Dict[str, Translation] = {}
        self._disk = TranslationCache()
        self._n_found = 0

    def __call__(self, texts: Iterable[str]) -> Iterator[str]:
        """Translate texts.

        texts (Iterable[str]): the texts.
        YIELDS (str): the translation of each.
        """
        for translation in self.translate_flagged(texts):
            yield translation.text

    def translate_flagged(self, texts: Iterable[str]) -> Iterator[Translation]:
        """Translate texts and tell what there is to say of the translations.

        texts (Iterable[str]): the texts.
        YIELDS (Translation): the translation of each.
        """
        for buffered in minibatch(texts, self.buffer):
            new = [text for text in dict.fromkeys(buffered) if text.strip() and text not in self._cache]
            self._cache.update(self._translate_new(new) if new else {})
            yield from [self._cache.get(text) or Translation(text) for text in buffered]
            while len(self._cache) > self.cache_size:
                del self._cache[next(iter(self._cache))]

    def identity(self) -> Optional[Dict[str, Any]]:
        """Tell what the translations depend on besides the text, as JSON: they are kept on disk under it.

        RETURNS (Optional[Dict[str, Any]]): the model, its revision, settings and languages; None if translations shall
            not be kept, as by default.
        """
        return None

    def counts(self) -> Dict[str, int]:
        """Count the texts whose translations were kept by an earlier run."""
        return {"translated before": self._n_found} if self._n_found else {}

    def _translate_new(self, texts: List[str]) -> Dict[str, Translation]:
        """Find the translations of texts on disk, translate the others and keep them."""
        key = self.identity()
        if key is None:
            return dict(zip(texts, self._translate(texts), strict=True))
        found = self._disk.get(key, texts)
        self._n_found += len(found)
        left = [text for text in texts if text not in found]
        made = dict(zip(left, self._translate(left), strict=True))
        self._disk.put(key, {text: one for text, one in made.items() if FAILED not in one.flags})
        return {**found, **made}

    def _translate(self, texts: List[str]) -> List[Translation]:
        split = [split_text(text, self._fits) for text in texts]
        lengths = {piece: self._length(piece) for pieces in split for piece in pieces}
        longest_first = sorted(lengths, key=lengths.__getitem__, reverse=True)
        made, self.max_batch_length = run_in_batches(
            self._translate_batch, longest_first, lengths.__getitem__, self.max_batch_length, type(self).__name__
        )
        translations = {
            piece: Translation(one) if isinstance(one, str) else one for piece, one in zip(longest_first, made)
        }
        return [join([translations[piece] for piece in pieces]) for pieces in split]

    def _fits(self, text: str) -> bool:
        return self._length(text) <= self.max_length

    def _length(self, text: str) -> int:
        return len(text)

    @abstractmethod
    def _translate_batch(self, texts: List[str]) -> Sequence[Union[str, Translation]]:
        """Translate texts that are neither empty nor too long. A text alone is a translation without flags."""


def join(pieces: List[Translation]) -> Translation:
    """Join the translations of the pieces of a text.

    pieces (List[Translation]): the translations, in order.
    RETURNS (Translation): the translation of the text, flagged if there are several pieces.
    """
    flags = dict.fromkeys(flag for piece in pieces for flag in piece.flags)
    if len(pieces) > 1:
        flags[SPLIT] = None
    return Translation(" ".join(piece.text for piece in pieces), tuple(flags))
