"""Candidates that a sequence-to-sequence model writes (T-Projection)."""

import unicodedata
from functools import cached_property
from typing import Any, Dict, Iterable, Iterator, List, Optional, Sequence, Set, Tuple

import numpy
from spacy.util import minibatch

from ...errors import XprojError
from ...models.batching import run_in_batches
from ...models.loading import DType, load_seq2seq, load_tokenizer
from ...types import Bitext, CandidateExtractor, Candidates, Ints2d
from .template import read_answer, write_question

REMEDY = "give a directory that `xproj train-candidates` has written"


class Seq2SeqCandidates:
    """Ask a model for as many entities in the target as the source has (García-Ferrero, Agerri and Rigau 2023).

    The model gets the target and the labels of the source's entities (see `template`), and the `num_candidates` best
    answers of a beam search are taken. What they name is looked for among the target's words; where it is not found, it
    is once more, without case and punctuation. What is not found then is no candidate: it is counted. Here a candidate
    may be matched with any entity, in the published code only with those of the label that it was generated for.

    model (str): a directory as written by `xproj train-candidates`, or a name on the hub.
    revision (Optional[str]): the revision of a model of the hub.
    num_beams (int): width of the beam search.
    num_candidates (int): answers to take, at most `num_beams`.
    max_length (int): longest answer, in the model's tokens.
    max_batch_tokens (int): tokens of the questions in a batch, with padding and times `num_beams`.
    buffer (int): pairs to ask for at a time.
    device (str): `auto`, `cpu`, `cuda`, …
    dtype (DType): number format of the weights, as in `Seq2SeqTranslator`.
    """

    def __init__(
        self,
        model: str,
        revision: Optional[str],
        num_beams: int,
        num_candidates: int,
        max_length: int,
        max_batch_tokens: int,
        buffer: int,
        device: str,
        dtype: DType,
    ):
        self.name = model
        self.revision = revision
        self.num_beams = num_beams
        self.num_candidates = num_candidates
        self.max_length = max_length
        self.max_batch_tokens = max_batch_tokens
        self.buffer = buffer
        self.device = device
        self.dtype: DType = dtype
        self.generated = 0
        self.unknown = 0

    def __call__(self, bitexts: Iterable[Bitext]) -> Iterator[Candidates]:
        """YIELDS (Candidates): the spans for each pair, shorter ones first, then from left to right."""
        for pairs in minibatch(bitexts, self.buffer):
            questions = [self._question(pair) for pair in pairs]
            answers = self._answer(list(dict.fromkeys(question for question in questions if question)))
            for pair, question in zip(pairs, questions):
                yield Candidates(self._read(pair, answers[question] if question else []))

    def counts(self) -> Dict[str, int]:
        """RETURNS (Dict[str, int]): the entities that the answers had so far, and how many of them were not found."""
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
        ids = dict(zip(questions, self._tokenizer(questions).input_ids)) if questions else {}
        answers, self.max_batch_tokens = run_in_batches(
            self._generate,
            questions,
            lambda question: len(ids[question]) * self.num_beams,
            self.max_batch_tokens,
            self.name,
        )
        return answers

    def _generate(self, questions: List[str]) -> List[List[str]]:
        import torch

        inputs = self._tokenizer(questions, padding=True, return_tensors="pt").to(self._model.device)
        with torch.inference_mode():
            output = self._model.generate(
                input_ids=inputs.input_ids,
                attention_mask=inputs.attention_mask,
                num_beams=self.num_beams,
                num_return_sequences=self.num_candidates,
                max_new_tokens=self.max_length,
                do_sample=False,
            )
        texts = self._tokenizer.batch_decode(output, skip_special_tokens=True, clean_up_tokenization_spaces=False)
        return list(minibatch(texts, self.num_candidates))

    @cached_property
    def _tokenizer(self) -> Any:
        return load_tokenizer(self.name, self.revision, REMEDY)

    @cached_property
    def _model(self) -> Any:
        return load_seq2seq(self.name, self.revision, REMEDY, self.device, self.dtype)


def find_words(name: Sequence[str], words: Sequence[str]) -> List[Tuple[int, int]]:
    """Find the places of a name in a sentence.

    name (Sequence[str]): the words of the name.
    words (Sequence[str]): those of the sentence.
    RETURNS (List[Tuple[int, int]]): token spans [start, end) with the same words; where there are none, those with the
        same words but for case and punctuation.
    """
    return _find(name, words) or _find([bare(word) for word in name], [bare(word) for word in words])


def _find(name: Sequence[str], words: Sequence[str]) -> List[Tuple[int, int]]:
    if not any(name):
        return []
    starts = range(len(words) - len(name) + 1)
    return [(start, start + len(name)) for start in starts if list(words[start : start + len(name)]) == list(name)]


def bare(word: str) -> str:
    """RETURNS (str): a word without case, punctuation and symbols."""
    return "".join(char for char in word.casefold() if unicodedata.category(char)[0] not in "PS")


def make_seq2seq_candidates(
    model: str,
    revision: Optional[str] = None,
    num_beams: int = 15,
    num_candidates: int = 15,
    max_length: int = 256,
    max_batch_tokens: int = 8192,
    buffer: int = 256,
    device: str = "auto",
    dtype: DType = "auto",
) -> CandidateExtractor:
    """Make a `Seq2SeqCandidates` extractor, which documents the settings (registered as
    `spacy-xproj.Seq2SeqCandidates.v1`). The model is loaded when first used.

    RETURNS (CandidateExtractor): the extractor.
    RAISES (XprojError): where more answers are asked for than there are beams, or none.
    """
    if not 1 <= num_candidates <= num_beams:
        raise XprojError(f"num_candidates {num_candidates} is not between 1 and num_beams, {num_beams}")
    return Seq2SeqCandidates(
        model, revision, num_beams, num_candidates, max_length, max_batch_tokens, buffer, device, dtype
    )
