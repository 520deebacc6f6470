"""How probable a translation model finds a given text as the translation of another."""

from typing import Any, Callable, Dict, List, Optional, Sequence, Tuple, TypeVar

import torch
from torch import Tensor
from torch.nn.functional import cross_entropy
from torch.nn.utils.rnn import pad_sequence
from transformers.modeling_outputs import BaseModelOutput

from ..errors import XprojError
from .batching import pad, run_in_batches
from .seq2seq import Seq2SeqModel

Ids = Tuple[int, ...]
#: A text and its language, as an ISO code or as the model writes it.
Text = Tuple[str, str]
Pair = Tuple[Text, Text]
#: Positions in a text, each with the id of a token.
Steps = Tuple[Tuple[int, int], ...]
Row = Tuple[Ids, Ids, Steps]
Item = TypeVar("Item")


class TranslationProbability:
    """Score given translations with a sequence-to-sequence model, instead of making them.

    model (Seq2SeqModel): the model.
    max_batch_tokens (int): padded tokens in a batch; halved if memory runs out.
    """

    def __init__(self, model: Seq2SeqModel, max_batch_tokens: int):
        self.model = model
        self.name = model.name
        self.max_batch_tokens = max_batch_tokens

    @property
    def license(self) -> Optional[str]:
        """What the model card says, if there is one."""
        return self.model.read_license()

    @property
    def is_multilingual(self) -> bool:
        """Whether the model translates both ways, and a language into itself."""
        return bool(self.model.codes) and not self.model.is_marian

    def log_probabilities(self, pairs: Sequence[Pair]) -> List[float]:
        """Score pairs of texts. Each text is encoded once for all the pairs in which it is the source.

        pairs (Sequence[Pair]): source text and target text, each with its language.
        RETURNS (List[float]): the mean natural logarithm of the probability of the target's tokens, end of sentence
            included and language token not.
        RAISES (XprojError): if a text is longer than the model allows.
        """
        rows = self._pair_ids(pairs)
        states = self.encode([source for source, _ in rows])
        scores = self._in_batches(
            lambda batch: self._decode([(states[source], target) for source, target in batch]),
            rows,
            lambda row: max(map(len, row)),
        )
        return [scores[row] for row in rows]

    def _pair_ids(self, pairs: Sequence[Pair]) -> List[Tuple[Ids, Ids]]:
        """Token ids of the source and target of each pair."""
        sources = self._ids([(source[0], source[1], target[1]) for source, target in pairs], as_target=False)
        targets = self._ids([(target[0], source[1], target[1]) for source, target in pairs], as_target=True)
        return list(zip(sources, targets))

    def _ids(self, rows: List[Tuple[str, str, str]], as_target: bool) -> List[Ids]:
        """Token ids of texts with the language of the source and of the target."""
        cache: Dict[Tuple[str, str, str], Ids] = {}
        for row in dict.fromkeys(rows):
            text, src_lang, tgt_lang = row
            (ids,) = self.target_ids([text], tgt_lang) if as_target else self.source_ids([text], src_lang, tgt_lang)
            if len(ids) > self.model.limit:
                raise XprojError(
                    f"model '{self.name}' takes {self.model.limit} tokens, not the {len(ids)} of '{text[:40]}…'; "
                    "lower the extractor's max_length"
                )
            cache[row] = ids
        return [cache[row] for row in rows]

    def source_ids(self, texts: Sequence[str], src_lang: str, tgt_lang: str) -> List[Ids]:
        """Tokenize texts to translate.

        texts (Sequence[str]): the texts.
        src_lang (str): their language.
        tgt_lang (str): the language that they are to be translated into.
        RETURNS (List[Ids]): the token ids of each.
        """
        if self.model.is_marian:
            prefix = self.model.prefix(tgt_lang)
            return self._tokenize([prefix + text for text in texts])
        return self._with_language(texts, src_lang)

    def target_ids(self, texts: Sequence[str], tgt_lang: str) -> List[Ids]:
        """Tokenize translations.

        texts (Sequence[str]): the translations.
        tgt_lang (str): their language.
        RETURNS (List[Ids]): the token ids of each.
        """
        if self.model.is_marian:
            return self._tokenize(None, text_target=list(texts))
        return self._with_language(texts, tgt_lang)

    def _with_language(self, texts: Sequence[str], lang: str) -> List[Ids]:
        """Texts between their language token and the end of the sentence, on either side of the model."""
        if self.model.codes:
            self.model.tokenizer.src_lang = self.model.code(lang)
        return self._tokenize(list(texts))

    def _tokenize(self, texts: Optional[List[str]], **settings: Any) -> List[Ids]:
        return [tuple(row) for row in self.model.tokenizer(texts, verbose=False, **settings).input_ids]

    def encode(self, sources: Sequence[Ids]) -> Dict[Ids, Tensor]:
        """Encode sources, once for all their translations.

        sources (Sequence[Ids]): their token ids.
        RETURNS (Dict[Ids, Tensor]): what the decoder sees of each.
        """
        return self._in_batches(self._encode, sources, len)

    def step_log_probabilities(self, rows: Sequence[Row], states: Dict[Ids, Tensor]) -> List[List[float]]:
        """Read what the model expects at single steps of given translations.

        rows (Sequence[Row]): ids of the source and of the target, and for some steps a token id that may stand there.
        states (Dict[Ids, Tensor]): the sources, as from `encode`.
        RETURNS (List[List[float]]): for each row, the natural logarithm of the probability of each of these tokens,
            given the source and the target before that step.
        """
        found = self._in_batches(
            lambda batch: self._steps([(states[source], target, steps) for source, target, steps in batch]),
            rows,
            lambda row: max(map(len, row[:2])),
        )
        return [found[row] for row in rows]

    def _in_batches(
        self, run: Callable[[List[Item]], List[Any]], items: Sequence[Item], length: Callable[[Item], int]
    ) -> Dict[Item, Any]:
        """Run each item once, the longest first."""
        unique = sorted(dict.fromkeys(items), key=length, reverse=True)
        with torch.inference_mode():
            found, self.max_batch_tokens = run_in_batches(run, unique, length, self.max_batch_tokens, self.name)
        return dict(zip(unique, found))

    def _encode(self, batch: List[Ids]) -> List[Tensor]:
        """One tensor for each text. *Shape:* ``(tokens, width)``"""
        ids, mask = self._pad(batch)
        states = self.model.network.get_encoder()(input_ids=ids, attention_mask=mask).last_hidden_state
        return [state[: len(text)] for text, state in zip(batch, states)]

    def _decode(self, batch: List[Tuple[Tensor, Ids]]) -> List[float]:
        labels, mask = self._pad([ids for _, ids in batch])
        logits = self._logits([state for state, _ in batch], labels)
        counted = mask.clone()
        counted[:, : int(self.is_multilingual)] = 0  # the language token is given, not predicted
        losses = cross_entropy(logits.flatten(0, 1), labels.flatten(), reduction="none")
        losses = losses.view_as(labels) * counted
        return (-losses.sum(dim=1) / counted.sum(dim=1)).tolist()

    def _steps(self, batch: List[Tuple[Tensor, Ids, Steps]]) -> List[List[float]]:
        labels, _ = self._pad([ids for _, ids, _ in batch])
        logits = self._logits([state for state, _, _ in batch], labels)
        totals = logits.logsumexp(dim=-1)
        found = []
        for i, (_, _, steps) in enumerate(batch):
            positions, tokens = map(list, zip(*steps))
            found.append((logits[i, positions, tokens] - totals[i, positions]).tolist())
        return found

    def _logits(self, states: List[Tensor], labels: Tensor) -> Tensor:
        """What the model expects at each step. *Shape:* ``(texts, target tokens, vocabulary)``"""
        _, source_mask = self._pad([(0,) * len(state) for state in states])
        shifted = labels.roll(1, dims=1)
        shifted[:, 0] = self.model.network.config.decoder_start_token_id
        padded: Any = pad_sequence(states, batch_first=True)
        output = self.model.network(
            encoder_outputs=BaseModelOutput(last_hidden_state=padded),
            attention_mask=source_mask,
            decoder_input_ids=shifted,
        )
        return output.logits.float()

    def _pad(self, rows: Sequence[Ids]) -> Tuple[Tensor, Tensor]:
        return pad(rows, self.model.tokenizer.pad_token_id, self.model.network.device)
