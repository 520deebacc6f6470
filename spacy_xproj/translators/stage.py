"""Translation as a stage of an engine: texts in, texts out."""

from itertools import islice
from typing import Any, Dict, Iterable, Iterator

from ..config import resolve
from ..engines.engine import Batch, Engine, StageMaker
from ..types import Translation, Translator
from .bitexts import translate_texts


class TranslationStage:
    """Translate the texts of a shard.

    config (Dict[str, Any]): the config with [translator].
    origin (str): where it came from, for messages.
    """

    def __init__(self, config: Dict[str, Any], origin: str) -> None:
        self.translator: Translator = resolve(config, "translator", origin)

    def __call__(self, batch: Batch) -> Batch:
        """Translate a shard.

        batch (Batch): `texts`.
        RETURNS (Batch): `texts`, the translations, and `flags`, what is to be said of each.
        """
        translations = list(translate_texts(batch["texts"], self.translator))
        return {"texts": [one.text for one in translations], "flags": [one.flags for one in translations]}


class EngineTranslator:
    """Translate in other processes.

    engine (Engine): where.
    config (Dict[str, Any]): the config with [translator].
    origin (str): where it came from, for messages.
    like (Translator): the translator that it stands for.
    shard_size (int): texts in a batch.
    """

    def __init__(self, engine: Engine, config: Dict[str, Any], origin: str, like: Translator, shard_size: int) -> None:
        self.engine = engine
        self.maker = StageMaker.here(TranslationStage, config, origin)
        self.src_lang, self.tgt_lang = like.src_lang, like.tgt_lang
        self.shard_size = shard_size

    def __call__(self, texts: Iterable[str]) -> Iterator[str]:
        """Translate texts.

        texts (Iterable[str]): the texts.
        YIELDS (str): the translation of each.
        """
        return (translation.text for translation in self.translate_flagged(texts))

    def translate_flagged(self, texts: Iterable[str]) -> Iterator[Translation]:
        """Translate texts and tell what there is to say of the translations.

        texts (Iterable[str]): the texts.
        YIELDS (Translation): the translation of each.
        """
        for result in self.engine.run(self.maker, self._batches(texts)):
            yield from map(Translation, result["texts"], map(tuple, result["flags"]))

    def _batches(self, texts: Iterable[str]) -> Iterator[Batch]:
        left = iter(texts)
        while shard := list(islice(left, self.shard_size)):
            yield {"texts": shard}
