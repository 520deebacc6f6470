"""Translation models of the `transformers` library, converted once for CTranslate2, which runs them faster."""

from pathlib import Path
from typing import Any, Dict, List, Literal, Optional, Sequence, Tuple, get_args

from filelock import FileLock
from transformers import AutoModelForSeq2SeqLM
from transformers.utils import cached_file

from ..encoders.cache import cache_dir
from ..errors import XprojError
from ..lazy import Lazy
from ..storage.atomic import atomic_path
from ..storage.files import json_digest, write_json
from ..storage.marker import is_intact, write_marker
from .loading import load_config, load_model, load_tokenizer, loading_errors, pick_device
from .probability import Ids, Pair, TranslationProbability
from .seq2seq import OTHER_WAYS, Seq2SeqModel, model_revision

#: Number format of the weights, and of what is computed with them. "float32" changes nothing; "int8" takes a quarter of
#: the memory.
ComputeType = Literal["int8", "int16", "float16", "bfloat16", "float32"]
#: What the configs of NLLB-200 and M2M100, and of MarianMT, call their models.
MODEL_TYPES = ("m2m_100", "marian")
#: Part of the cache's names; to be raised whenever a conversion writes something else than before.
FORMAT = 1
REMEDY = "use transformers: spacy-xproj.Seq2SeqTranslator.v1, or no compute_type"


class CTranslate2Model(Seq2SeqModel):
    """A sequence-to-sequence model that CTranslate2 runs. It is converted when it is first used, unless that has been
    done before: the user's cache directory keeps what was converted. Its `network` is a `ctranslate2.Translator` that
    calls tokens by their ids.

    name (str): a directory, or a name on the Hugging Face hub, of NLLB-200, M2M100 or MarianMT. Weights are read from
        safetensors only.
    revision (Optional[str]): the revision of a model of the hub: a commit, for results that can be repeated.
    device (str): "auto" is the GPU if there is one; or `cpu`, `cuda` or `cuda:1`.
    compute_type (ComputeType): number format of the weights.
    RAISES (XprojError): if the package is not installed or there is no such format.
    """

    def __init__(self, name: str, revision: Optional[str], device: str, compute_type: ComputeType):
        import_ctranslate2()
        if compute_type not in get_args(ComputeType):
            raise XprojError(f"no compute_type '{compute_type}': use one of {', '.join(get_args(ComputeType))}")
        super().__init__(name, revision, device, "float32")
        self.compute_type = compute_type
        self._network = Lazy(load_converted, name, revision, device, compute_type)

    @property
    def dtype(self) -> str:
        """The number format of the weights and what runs them, as translations depend on both."""
        return f"{self.compute_type} (ctranslate2 {import_ctranslate2().__version__})"


class CTranslate2Probability(TranslationProbability):
    """Score given translations with a model that CTranslate2 runs. With float32 the scores are those of transformers
    to 1e-4, but for MarianMT: transformers gives padding a share of the probability, and CTranslate2 none, as Marian
    itself. Single steps have no scores here: CTranslate2 only tells how probable the tokens of a translation are, not
    what else may stand in their places, which is what `ConstrainedProjector` asks for.

    model (CTranslate2Model): the model.
    max_batch_tokens (int): padded tokens in a batch; halved if memory runs out.
    """

    def log_probabilities(self, pairs: Sequence[Pair]) -> List[float]:
        """Score pairs of texts, as `TranslationProbability` does.

        pairs (Sequence[Pair]): source text and target text, each with its language.
        RETURNS (List[float]): the mean natural logarithm of the probability of the target's tokens, end of sentence
            included and language token not.
        RAISES (XprojError): if a text is longer than the model allows.
        """
        rows = self._pair_ids(pairs)
        scores = self._in_batches(self._score, rows, lambda row: max(map(len, row)))
        return [scores[row] for row in rows]

    def _score(self, batch: List[Tuple[Ids, Ids]]) -> List[float]:
        results = self.model.network.score_batch(
            [list(map(str, source)) for source, _ in batch],
            [list(map(str, target[:-1])) for _, target in batch],  # it adds the end itself
            max_input_length=0,
            offset=int(self.is_multilingual),  # the language token is given, not predicted
        )
        return [sum(result.log_probs) / len(result.log_probs) for result in results]


def import_ctranslate2() -> Any:
    """Import the package. RAISES (XprojError): if it is not installed."""
    try:
        import ctranslate2
    except ImportError:
        raise XprojError("ctranslate2 is not installed: pip install 'spacy_xproj[ctranslate2]'") from None
    return ctranslate2


def load_converted(name: str, revision: Optional[str], device: str, compute_type: str) -> Any:
    """Load a model, converted if that has not been done.

    name (str): a directory, or a name on the hub.
    revision (Optional[str]): the revision of a model of the hub.
    device (str): see `CTranslate2Model`.
    compute_type (str): number format of the weights.
    RETURNS (Any): the `ctranslate2.Translator`.
    RAISES (XprojError): if it cannot be loaded or converted, or the device has no such number format.
    """
    ctranslate2 = import_ctranslate2()
    place = pick_device(device)
    supported = ctranslate2.get_supported_compute_types(place.type)
    if compute_type not in supported:
        raise XprojError(f"compute_type {compute_type}: this {place.type} has {', '.join(sorted(supported))}")
    path = converted(name, revision, compute_type)
    with loading_errors(
        f"model '{name}', converted in {path}, cannot be loaded", f"remove that directory, or {REMEDY}"
    ):
        return ctranslate2.Translator(str(path), place.type, device_index=place.index or 0, compute_type=compute_type)


def converted(name: str, revision: Optional[str], compute_type: str) -> Path:
    """Find a converted model in the cache, or convert it; of several processes, one does, and the others wait for it.
    A damaged one is converted again.

    name (str): a directory, or a name on the hub.
    revision (Optional[str]): the revision of a model of the hub.
    compute_type (str): number format of the weights.
    RETURNS (Path): its directory.
    RAISES (XprojError): if the model cannot be loaded or is of another kind.
    """
    key = {
        "model": None if Path(name).is_dir() else name,  # a directory is known by its files, whatever it is called
        "revision": model_revision(name, revision),
        "compute_type": compute_type,
        "ctranslate2": import_ctranslate2().__version__,
        "format": FORMAT,
    }
    target = cache_dir() / f"ctranslate2-{json_digest(key)[:16]}"
    target.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(f"{target}.lock"):
        if not is_intact(target):
            with atomic_path(target) as directory:
                _convert(name, revision, compute_type, directory)
                write_json(directory / "source.json", {**key, "model": name})
                write_marker(directory, "ctranslate2")
    return target


class TokenIds:
    """A tokenizer for the converter, whose tokens are called by their ids. So each has a name of its own, and the
    model's tokenizer alone knows what they stand for.

    tokenizer (Any): the model's tokenizer.
    config (Any): the model's config.
    """

    def __init__(self, tokenizer: Any, config: Any):
        self.tokens = list(map(str, range(config.vocab_size)))
        if config.model_type == "marian":
            self.tokens[config.pad_token_id] = "<pad>"  # the converter looks for it, and leaves it out
        self.bos_token, self.eos_token, self.unk_token = (
            None if token is None else self.tokens[token]
            for token in (tokenizer.bos_token_id, tokenizer.eos_token_id, tokenizer.unk_token_id)
        )
        self.special_tokens_map: Dict[str, List[str]] = {}

    def get_vocab(self) -> Dict[str, int]:
        """Give the id of each token."""
        return {token: i for i, token in enumerate(self.tokens)}

    def convert_ids_to_tokens(self, token_id: int) -> str:
        """Give the token of an id."""
        return self.tokens[token_id]


def _convert(name: str, revision: Optional[str], compute_type: str, directory: Path) -> None:
    """Convert a model that is loaded as all others are: safely. The converter only sees its config."""
    config = load_config(name, OTHER_WAYS, revision)
    if config.model_type not in MODEL_TYPES:
        raise XprojError(f"model '{name}' is of type {config.model_type}, not NLLB-200, M2M100 or MarianMT; {REMEDY}")
    network = load_model(AutoModelForSeq2SeqLM, name, OTHER_WAYS, revision, "cpu", "float32")
    tokens = TokenIds(load_tokenizer(name, OTHER_WAYS, revision), config)
    file = cached_file(name, "config.json", revision=revision)
    assert file is not None  # the config has been loaded from it
    converter = import_ctranslate2().converters.TransformersConverter(str(Path(file).parent))
    converter.load_model = lambda *arguments, **settings: network
    converter.load_tokenizer = lambda *arguments, **settings: tokens
    with loading_errors(f"model '{name}' cannot be converted", REMEDY):
        converter.convert(str(directory), quantization=compute_type)
