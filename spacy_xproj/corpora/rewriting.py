"""Write a text as another text of its language is written, so that a student learns from words that it will meet.

A translation, or a corpus that somebody tokenized, may have accents as tokens of their own and hyphens inside tokens;
the text that a student shall label may have neither. Spellings are told from unlabelled text alone.
"""

from collections import Counter
from dataclasses import dataclass
from typing import Collection, Dict, FrozenSet, List, Sequence, Tuple

from spacy.tokens import Doc, Span

from ..text.forms import is_mark, nfc
from .text_comparison import JOINERS, LEAST_JOINERS, LEAST_SPLIT, TextStatistics

#: A word that was cut is known if its halves stand together so often, and in this share of the places of the first one.
LEAST_COUNT, LEAST_SHARE = 3, 0.5
#: A word, whether a space follows, and the old tokens that it is made of, [start, end).
Word = Tuple[str, bool, Tuple[int, int]]


@dataclass(frozen=True)
class Spelling:
    """How a text is written.

    split (FrozenSet[str]): characters that are tokens of their own inside words, such as hyphens.
    words (FrozenSet[str]): its words with a letter, in NFC.
    """

    split: FrozenSet[str]
    words: FrozenSet[str]

    @classmethod
    def of(cls, text: TextStatistics) -> "Spelling":
        """Tell the spelling of a text.

        text (TextStatistics): its counts.
        RETURNS (Spelling): its spelling. Characters that it has too seldom inside words to tell are not split.
        """
        split = [
            chars
            for name, chars in JOINERS.items()
            if text.split[name] + text.kept[name] >= LEAST_JOINERS and text.split_share(name) >= LEAST_SPLIT
        ]
        return cls(frozenset("".join(split)), frozenset(text.words["joined"]))

    def with_words_of(self, docs: Sequence[Doc]) -> "Spelling":
        """Add the words of a corpus that were cut after a mark, as far as the corpus tells them: what stands before the
        cut is followed by the same rest in most places.

        docs (Sequence[Doc]): the corpus, before it is rewritten.
        RETURNS (Spelling): this spelling, with these words as well.
        """
        known = set(self.words)
        while True:
            pairs: Counter[Tuple[str, str]] = Counter()
            beginnings: Counter[str] = Counter()
            for doc in docs:
                joined = _join(doc, known)
                for (word, _, (_, end)), (rest, _, _) in zip(joined, joined[1:]):
                    if is_mark(doc[end - 1].text):
                        beginnings[word] += 1
                        pairs[word, rest] += rest[0].isalpha()
            new = {
                nfc(word + rest)
                for (word, rest), count in pairs.items()
                if count >= LEAST_COUNT and count > LEAST_SHARE * beginnings[word]
            }
            if new <= known:
                return Spelling(self.split, frozenset(known))
            known |= new


def rewrite(doc: Doc, spelling: Spelling) -> Tuple[Doc, "Counter[str]"]:
    """Write a sentence in a spelling: in NFC, with combining marks that were split off back in their words, and with
    hyphens and apostrophes inside words as tokens of their own if the spelling has them so.

    After a mark that was split off, the next token may be the rest of the word (`ọ ̀ dọ ́`): it is, if that makes a
    word of the spelling; the longest such word is taken.

    doc (Doc): the sentence.
    spelling (Spelling): the spelling.
    RETURNS (Tuple[Doc, Counter[str]]): the sentence anew, with its entities and user data, and how many tokens were
        `joined` to others, how many were `split`, how many entities were `widened` because an edge of theirs was
        inside a word, and how many `lost` because another one has their word. Span groups are not copied.
    """
    words: List[Word] = []
    for word in _join(doc, spelling.words):
        words.extend(_split(word, spelling.split))
    rewritten = Doc(doc.vocab, [word for word, _, _ in words], [space for _, space, _ in words])
    rewritten.user_data.update(doc.user_data)
    first, last = _positions(words)
    spans: List[Span] = []
    widened = 0
    for ent in doc.ents:
        span = Span(rewritten, first[ent.start], last[ent.end - 1] + 1, label=ent.label)
        old_start, old_end = words[span.start][2][0], words[span.end - 1][2][1]
        widened += (old_start, old_end) != (ent.start, ent.end)
        if not spans or spans[-1].end <= span.start:
            spans.append(span)
    if doc.has_annotation("ENT_IOB"):
        rewritten.set_ents(spans, default="outside")
    counts = Counter(joined=sum(end - start - 1 for _, _, (start, end) in words), widened=widened)
    counts["split"] = len(words) - len({old for _, _, old in words})
    counts["lost"] = len(doc.ents) - len(spans)
    return rewritten, counts


def _join(doc: Doc, known: Collection[str]) -> List[Word]:
    """Put words together that were cut at their marks."""
    texts = [nfc(token.text) for token in doc]
    joined: List[Word] = []
    i = 0
    while i < len(doc):
        end = best = _after_marks(texts, i + 1)
        while end < len(doc) and is_mark(texts[end - 1]) and texts[end][0].isalpha():  # what follows may be the rest
            end = _after_marks(texts, end + 1)
            if nfc("".join(texts[i:end])) in known:
                best = end
        joined.append((nfc("".join(texts[i:best])), bool(doc[best - 1].whitespace_), (i, best)))
        i = best
    return joined


def _after_marks(texts: List[str], i: int) -> int:
    while i < len(texts) and is_mark(texts[i]):
        i += 1
    return i


def _split(word: Word, chars: Collection[str]) -> List[Word]:
    """Cut a word before and after each of the characters, if letters or digits stand on both sides."""
    text, space, old = word
    cuts = [i for i in range(1, len(text) - 1) if text[i] in chars and text[i - 1].isalnum() and text[i + 1].isalnum()]
    edges = sorted({0, len(text), *cuts, *(cut + 1 for cut in cuts)})
    parts = [text[start:end] for start, end in zip(edges, edges[1:])]
    return [(part, space if n == len(parts) else False, old) for n, part in enumerate(parts, 1)]


def _positions(words: List[Word]) -> Tuple[Dict[int, int], Dict[int, int]]:
    """Find the first and the last new word of each old token."""
    first: Dict[int, int] = {}
    last: Dict[int, int] = {}
    for position, (_, _, (start, end)) in enumerate(words):
        for old in range(start, end):
            first.setdefault(old, position)
            last[old] = position
    return first, last
