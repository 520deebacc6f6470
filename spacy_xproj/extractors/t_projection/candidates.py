"""Candidates that a sequence-to-sequence model writes (T-Projection)."""

import unicodedata
from typing import Dict, Iterable, Iterator, List, Optional, Sequence, Set, Tuple

import numpy
import torch
from spacy.util import minibatch

from ...errors import XprojError
from ...models.batching import pad, run_in_batches
from ...models.loading import DType
from ...models.seq2seq import Seq2SeqModel
from ...types import Bitext, Candidates, Ints2d
from .template import read_answer, write_question

REMEDY = "give a directory that `xproj train-candidates` has written"


class Seq2SeqCandidates:
    """Ask a model for as many entities in the target as the source has (García-Ferrero, Agerri and Rigau 2023).

    The model gets the target and the labels of the source's entities (see `template`), and the `num_candidates` best
    answers of a beam search are taken. What they name is looked up among the target's words, first as it is, then
    without case and punctuation. What is not found is no candidate: it is counted. Here a candidate may be matched with
    any entity, in the published code only with those of the label that it was generated for.

    model (str): a directory as written by `xproj train-candidates`, or a name on the hub. It is loaded when first used.
    revision (Optional[str]): the revision of a model of the hub.
    num_beams (int): width of the beam search.
    num_candidates (int): answers to take, at most `num_beams`.
    max_length (int): longest answer, in the model's tokens.
    max_batch_tokens (int): tokens of the questions in a batch, with padding and times `num_beams`.
    buffer (int): pairs to ask for at a time.
    device (str): `auto`, `cpu`, `cuda`, …
    dtype (DType): number format of the weights, as in `Seq2SeqTranslator`.
    RAISES (XprojError): if more answers are asked for than there are beams, or none.
    """

    def __init__(
        self,
        model: str,
        revision: Optional[str] = None,
        num_beams: int = 15,
        num_candidates: int = 15,
        max_length: int = 256,
        max_batch_tokens: int = 8192,
        buffer: int = 256,
        device: str = "auto",
        dtype: DType = "auto",
    ):
        if not 1 <= num_candidates <= num_beams:
            raise XprojError(f"num_candidates {num_candidates} is not between 1 and num_beams, {num_beams}")
        self.model = Seq2SeqModel(model, revision, device, dtype, REMEDY)
        self.num_beams = num_beams
        self.num_candidates = num_candidates
        self.max_length = max_length
        self.max_batch_tokens = max_batch_tokens
        self.buffer = buffer
        self.generated = 0
        self.unknown = 0

    def __call__(self, bitexts: Iterable[Bitext]) -> Iterator[Candidates]:
        """Find candidates.

        bitexts (Iterable[Bitext]): the pairs.
        YIELDS (Candidates): the spans for each, shorter ones first, then from left to right.
        """
        for pairs in minibatch(bitexts, self.buffer):
            questions = [self._question(pair) for pair in pairs]
            answers = self._answer(list(dict.fromkeys(question for question in questions if question)))
            for pair, question in zip(pairs, questions):
                yield Candidates(self._read(pair, answers[question] if question else []))

    def counts(self) -> Dict[str, int]:
        """Count the entities that the answers had so far, and those of them that were not found."""
        return {"candidates_generated": self.generated, "candidates_unknown": self.unknown}

    def _question(self, pair: Bitext) -> str:
        labels = [ent.label_ for ent in pair.source.ents]
        return write_question(pair.target, labels) if labels and len(pair.target) else ""

    def _read(self, pair: Bitext, answers: Sequence[str]) -> Ints2d:
        words = [token.text for token in pair.target]
        labels = [ent.label_ for ent in pair.source.ents]
        spans: Set[Tuple[int, int]] = set()
        for name in (name for answer in answers for name in read_answer(answer, labels)):
            found = find_words(name, words)
            spans.update(found)
            self.generated += 1
            self.unknown += not found
        by_length = sorted(spans, key=lambda span: (span[1] - span[0], span[0]))
        return numpy.asarray(by_length, dtype=numpy.int32).reshape(-1, 2)

    def _answer(self, questions: List[str]) -> Dict[str, List[str]]:
        ids = dict(zip(questions, self.model.tokenizer(questions).input_ids)) if questions else {}
        longest_first = sorted(questions, key=lambda question: len(ids[question]), reverse=True)
        answers, self.max_batch_tokens = run_in_batches(
            lambda batch: self._generate([ids[question] for question in batch]),
            longest_first,
            lambda question: len(ids[question]) * self.num_beams,
            self.max_batch_tokens,
            self.model.name,
        )
        return dict(zip(longest_first, answers))

    def _generate(self, questions: List[List[int]]) -> List[List[str]]:
        tokenizer, network = self.model.tokenizer, self.model.network
        input_ids, attention_mask = pad(questions, tokenizer.pad_token_id, network.device)
        with torch.inference_mode():
            output = network.generate(
                input_ids=input_ids,
                attention_mask=attention_mask,
                num_beams=self.num_beams,
                num_return_sequences=self.num_candidates,
                max_new_tokens=self.max_length,
                do_sample=False,
            )
        texts = tokenizer.batch_decode(output, skip_special_tokens=True, clean_up_tokenization_spaces=False)
        return list(minibatch(texts, self.num_candidates))


def find_words(name: Sequence[str], words: Sequence[str]) -> List[Tuple[int, int]]:
    """Find the places of a name in a sentence.

    name (Sequence[str]): the words of the name.
    words (Sequence[str]): those of the sentence.
    RETURNS (List[Tuple[int, int]]): token spans [start, end) with the same words; if there are none, those with the
        same words but for case and punctuation.
    """
    return _find(name, words) or _find([bare(word) for word in name], [bare(word) for word in words])


def _find(name: Sequence[str], words: Sequence[str]) -> List[Tuple[int, int]]:
    if not any(name):
        return []
    starts = range(len(words) - len(name) + 1)
    return [(start, start + len(name)) for start in starts if list(words[start : start + len(name)]) == list(name)]


def bare(word: str) -> str:
    """Take case, punctuation and symbols off a word."""
    return "".join(char for char in word.casefold() if unicodedata.category(char)[0] not in "PS")
