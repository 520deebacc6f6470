"""Windows over long text for encoders with few positions, measured in their own sub-tokens."""

import warnings
from typing import TYPE_CHECKING, Any, List

import numpy
from numpy.typing import NDArray
from spacy.tokens import Span

if TYPE_CHECKING:
    from transformers.tokenization_utils_fast import PreTrainedTokenizerFast


def cut_windows(span: Span, tokenizer: "PreTrainedTokenizerFast", overlap: int) -> List[Span]:
    """Cut a span into windows of words that an encoder takes whole.

    Each window begins with the last words of the one before, as context.

    span (Span): the span, as a rule a whole text.
    tokenizer (PreTrainedTokenizerFast): the encoder's tokenizer; its `model_max_length` is what a window has room for.
    overlap (int): how many sub-tokens two neighbours share at most.
    RETURNS (List[Span]): the windows, in order; every word is in one at least. A word that alone is too long keeps a
        window to itself, with a warning: its end is not read.
    """
    room = tokenizer.model_max_length - tokenizer.num_special_tokens_to_add()
    totals = numpy.concatenate([[0], word_sizes(span, tokenizer).cumsum()])
    windows: List[Span] = []
    end = 0
    while end < len(span):
        context = max(totals[end] - overlap, totals[end + 1] - room)
        start = min(int(numpy.searchsorted(totals, context)), end)
        stop = _fit(span, start, totals, room, tokenizer)
        if stop <= end:
            start, stop = end, _fit(span, end, totals, room, tokenizer)
        windows.append(span[start:stop])
        end = stop
    return windows


def word_sizes(span: Span, tokenizer: "PreTrainedTokenizerFast") -> NDArray:
    """Count the sub-tokens of each word in its context.

    span (Span): the words.
    tokenizer (PreTrainedTokenizerFast): the tokenizer.
    RETURNS (NDArray): for each word, how many sub-tokens begin in it or in the space before. *Shape:* ``(words,)``
    """
    starts = [start for start, _ in _tokenize(span, tokenizer).offset_mapping]
    ends = [token.idx + len(token) - span.start_char for token in span]
    words = numpy.searchsorted(ends, starts, side="right").clip(max=len(span) - 1)
    return numpy.bincount(words, minlength=len(span))


def _fit(span: Span, start: int, totals: NDArray, room: int, tokenizer: "PreTrainedTokenizerFast") -> int:
    """RETURNS (int): where the longest window from a word on ends, one word later at least."""
    stop = max(int(numpy.searchsorted(totals, totals[start] + room, side="right")) - 1, start + 1)
    # cut out of its context, a text may have a sub-token more than it has there
    while (size := len(_tokenize(span[start:stop], tokenizer).input_ids)) > room and stop > start + 1:
        stop -= 1
    if size > room:
        warnings.warn(
            f"the word '{span[start].text[:20]}…' has {size} sub-tokens, {room} of which the encoder reads; "
            "split such words in the text",
            stacklevel=3,
        )
    return stop


def _tokenize(span: Span, tokenizer: "PreTrainedTokenizerFast") -> Any:
    return tokenizer(span.text, add_special_tokens=False, return_offsets_mapping=True, verbose=False)
