"""How probable a translation model finds a given text as the translation of another."""

from functools import cached_property
from typing import Any, Callable, Dict, List, Sequence, Tuple

from ..errors import XprojError
from ..translators.seq2seq import Seq2SeqTranslator, is_marian, language_tokens
from .batching import Item, run_in_batches

Ids = Tuple[int, ...]
#: A text and its language, as an ISO code or as the model writes it.
Text = Tuple[str, str]
Pair = Tuple[Text, Text]
#: Positions in a text, each with the id of a token.
Steps = Tuple[Tuple[int, int], ...]
Row = Tuple[Ids, Ids, Steps]


class TranslationProbability(Seq2SeqTranslator):
    """Score given translations with a sequence-to-sequence model, instead of making them.

    The settings are those of `Seq2SeqTranslator`.
    """

    @property
    def is_multilingual(self) -> bool:
        """Whether the model translates both ways, and a language into itself."""
        return bool(self._codes) and not is_marian(self._tokenizer)

    @cached_property
    def _codes(self) -> Dict[str, str]:
        return language_tokens(self._tokenizer)

    def log_probabilities(self, pairs: Sequence[Pair]) -> List[float]:
        """Score pairs of texts. Each text is encoded once for all the pairs in which it is the source.

        pairs (Sequence[Pair]): source text and target text, each with its language.
        RETURNS (List[float]): the mean natural logarithm of the probability of the target's tokens, end of sentence
            included and language token not.
        RAISES (XprojError): where a text is longer than the model allows.
        """
        import torch

        sources = self._ids([(source[0], source[1], target[1]) for source, target in pairs], as_target=False)
        targets = self._ids([(target[0], source[1], target[1]) for source, target in pairs], as_target=True)
        states = self.encode(sources)
        with torch.inference_mode():
            scores = self._in_batches(
                lambda rows: self._decode([(states[source], target) for source, target in rows]),
                list(dict.fromkeys(zip(sources, targets))),
                lambda row: max(map(len, row)),
            )
        return [scores[row] for row in zip(sources, targets)]

    def _ids(self, rows: List[Tuple[str, str, str]], as_target: bool) -> List[Ids]:
        """Token ids of texts with the language of the source and of the target."""
        cache: Dict[Tuple[str, str, str], Ids] = {}
        for row in dict.fromkeys(rows):
            text, src_lang, tgt_lang = row
            (ids,) = self.target_ids([text], tgt_lang) if as_target else self.source_ids([text], src_lang, tgt_lang)
            if len(ids) > self.limit:
                raise XprojError(
                    f"model '{self.name}' takes {self.limit} tokens, not the {len(ids)} of '{text[:40]}…'; lower the "
                    "extractor's max_length"
                )
            cache[row] = ids
        return [cache[row] for row in rows]

    @property
    def limit(self) -> int:
        """The longest text that the model takes, in tokens."""
        return self._model.config.max_position_embeddings

    def source_ids(self, texts: Sequence[str], src_lang: str, tgt_lang: str) -> List[Ids]:
        """RETURNS (List[Ids]): the token ids of texts to translate."""
        if is_marian(self._tokenizer):
            prefix = f"{self._codes[self._code(tgt_lang, self._codes)]} " if self._codes else ""
            rows = self._tokenizer([prefix + text for text in texts], verbose=False).input_ids
            return [tuple(row) for row in rows]
        return self._with_language(texts, src_lang)

    def target_ids(self, texts: Sequence[str], tgt_lang: str) -> List[Ids]:
        """RETURNS (List[Ids]): the token ids of translations."""
        if is_marian(self._tokenizer):
            return [tuple(row) for row in self._tokenizer(text_target=list(texts), verbose=False).input_ids]
        return self._with_language(texts, tgt_lang)

    def _with_language(self, texts: Sequence[str], lang: str) -> List[Ids]:
        """Texts between their language token and the end of the sentence, on either side of the model."""
        if self._codes:
            self._tokenizer.src_lang = self._code(lang, self._codes)
        return [tuple(row) for row in self._tokenizer(list(texts), verbose=False).input_ids]

    def encode(self, sources: Sequence[Ids]) -> Dict[Ids, Any]:
        """RETURNS (Dict[Ids, Any]): what the decoder sees of each source, once for all its translations."""
        import torch

        with torch.inference_mode():
            return self._in_batches(self._encode, list(dict.fromkeys(sources)), len)

    def step_log_probabilities(self, rows: Sequence[Row], states: Dict[Ids, Any]) -> List[List[float]]:
        """Read what the model expects at single steps of given translations.

        rows (Sequence[Row]): ids of the source and of the target, and for some steps a token id that may stand there.
        states (Dict[Ids, Any]): the sources, as from `encode`.
        RETURNS (List[List[float]]): for each row, the natural logarithm of the probability of each of these tokens,
            given the source and the target before that step.
        """
        import torch

        with torch.inference_mode():
            found = self._in_batches(
                lambda batch: self._steps([(states[source], target, steps) for source, target, steps in batch]),
                list(dict.fromkeys(rows)),
                lambda row: max(map(len, row[:2])),
            )
        return [found[row] for row in rows]

    def _in_batches(
        self, run: Callable[[List[Item]], List[Any]], items: List[Item], length: Callable[[Item], int]
    ) -> Dict[Item, Any]:
        found, self.max_batch_length = run_in_batches(run, items, length, self.max_batch_length, self.name)
        return found

    def _encode(self, batch: List[Ids]) -> List[Any]:
        """RETURNS (List[Any]): a tensor for each text. *Shape:* ``(tokens, width)``"""
        ids, mask = self._padded(batch)
        states = self._model.get_encoder()(input_ids=ids, attention_mask=mask).last_hidden_state
        return [state[: len(text)] for text, state in zip(batch, states)]

    def _decode(self, batch: List[Tuple[Any, Ids]]) -> List[float]:
        from torch.nn.functional import cross_entropy

        labels, mask = self._padded([ids for _, ids in batch])
        logits = self._logits([state for state, _ in batch], labels)
        counted = mask.clone()
        counted[:, : int(self.is_multilingual)] = 0  # the language token is given, not predicted
        losses = cross_entropy(logits.flatten(0, 1), labels.flatten(), reduction="none")
        losses = losses.view_as(labels) * counted
        return (-losses.sum(dim=1) / counted.sum(dim=1)).tolist()

    def _steps(self, batch: List[Tuple[Any, Ids, Steps]]) -> List[List[float]]:
        labels, _ = self._padded([ids for _, ids, _ in batch])
        logits = self._logits([state for state, _, _ in batch], labels)
        totals = logits.logsumexp(dim=-1)
        found = []
        for i, (_, _, steps) in enumerate(batch):
            positions, tokens = map(list, zip(*steps))
            found.append((logits[i, positions, tokens] - totals[i, positions]).tolist())
        return found

    def _logits(self, states: List[Any], labels: Any) -> Any:
        """RETURNS (Any): a tensor. *Shape:* ``(texts, target tokens, vocabulary)``"""
        from torch.nn.utils.rnn import pad_sequence
        from transformers.modeling_outputs import BaseModelOutput

        padded: Any = pad_sequence(states, batch_first=True)
        _, source_mask = self._padded([(0,) * len(state) for state in states])
        shifted = labels.roll(1, dims=1)
        shifted[:, 0] = self._model.config.decoder_start_token_id
        output = self._model(
            encoder_outputs=BaseModelOutput(last_hidden_state=padded),
            attention_mask=source_mask,
            decoder_input_ids=shifted,
        )
        return output.logits.float()

    def _padded(self, rows: Sequence[Ids]) -> Tuple[Any, Any]:
        import torch

        device = self._model.device
        ids = torch.full((len(rows), max(map(len, rows))), self._tokenizer.pad_token_id, device=device)
        mask = torch.zeros_like(ids)
        for i, row in enumerate(rows):
            ids[i, : len(row)] = torch.as_tensor(row, device=device)
            mask[i, : len(row)] = 1
        return ids, mask
