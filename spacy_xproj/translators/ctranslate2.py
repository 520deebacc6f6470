"""Translation models of the `transformers` library, run by CTranslate2."""

from typing import List, Optional

from ..models.ctranslate2 import ComputeType, CTranslate2Model
from .base import Translation
from .seq2seq import Seq2SeqTranslator


class CTranslate2Translator(Seq2SeqTranslator):
    """Translate with NLLB-200, M2M100 or MarianMT as `Seq2SeqTranslator` does, but with CTranslate2, which is faster on
    a CPU, most of all in int8 (extra `ctranslate2`). The model is converted once, into the user's cache directory.

    Texts that are too long, and translations that do not end, are treated in the same way. With float32 and `num_beams`
    1, the translations are equal. A wider search ends as soon as that many translations are complete, as with
    `early_stopping = True` in the generation config of transformers, whatever that of the model says, and rarely
    considers an empty translation.

    model (str): a directory, or a name on the Hugging Face hub. Weights are read from safetensors only.
    src_lang (str): the source language, as an ISO code or as the model writes it.
    tgt_lang (str): the target language, likewise.
    revision (Optional[str]): the revision of a model of the hub: a commit, for results that can be repeated.
    compute_type (ComputeType): number format of the weights: `int8`, `int16`, `float16`, `bfloat16` or `float32`. A CPU
        may not have all.
    num_beams (int): width of the beam search.
    max_length (int): longest text, in tokens. If the model's own limit is lower, that one holds.
    max_batch_tokens (int): source tokens in a batch, with padding.
    device (str): "auto" is the GPU if there is one; or `cpu`, `cuda` or `cuda:1`.
    RAISES (XprojError): if the package ctranslate2 is not installed.
    """

    def __init__(
        self,
        model: str,
        src_lang: str,
        tgt_lang: str,
        revision: Optional[str] = None,
        compute_type: ComputeType = "int8",
        num_beams: int = 4,
        max_length: int = 256,
        max_batch_tokens: int = 4096,
        device: str = "auto",
    ) -> None:
        super().__init__(model, src_lang, tgt_lang, revision, num_beams, max_length, max_batch_tokens, device)
        self.model: CTranslate2Model = CTranslate2Model(model, revision, device, compute_type)

    def _translate_batch(self, texts: List[str]) -> List[Translation]:
        start = self.model.forced_start(self.tgt_lang)
        begin = [] if start is None else [str(start)]
        forced_end = getattr(self.model.config, "forced_eos_token_id", None) is not None
        results = self.model.network.translate_batch(
            [list(map(str, ids)) for ids in self._encode(texts).input_ids],
            target_prefix=[begin] * len(texts),
            beam_size=self.num_beams,
            max_input_length=0,  # nothing is cut off
            max_decoding_length=self._room - int(forced_end),  # transformers writes the end as the last token
            min_decoding_length=0,
            return_end_token=True,
        )
        rows = [list(map(int, result.hypotheses[0][len(begin) :])) for result in results]
        end = self.model.tokenizer.eos_token_id
        return self._decode(texts, rows, [row[-1:] == [end] for row in rows])
