"""Projection as a stage of an engine: shards of pairs as columns in, shards of a result as columns out."""

from itertools import islice
from typing import Any, Dict, Iterator, List, Optional

from spacy.tokens import DocBin
from spacy.vocab import Vocab

from ..config import resolve
from ..corpora.parallel import ParallelCorpus
from ..engines.engine import Batch
from ..errors import XprojError
from ..parts import all_counts, estimators, forget_all
from ..text.languages import blank_vocab
from ..types import Bitext, Projector, SentenceFilter, Serializable, WordAlignment
from .stream import GivenLinks, align_by_place
from .writer import write_shard


class ProjectionStage:
    """Project the pairs of a shard.

    config (Dict[str, Any]): the config with [projector] and [filter].
    origin (str): where it came from, for messages.
    statistics (Optional[bytes]): the corpus statistics of the projector, if it has any.
    src_lang (str): code of the source language.
    tgt_lang (str): code of the target language.
    """

    def __init__(
        self, config: Dict[str, Any], origin: str, statistics: Optional[bytes], src_lang: str, tgt_lang: str
    ) -> None:
        self.projector: Any = resolve(config, "projector", origin)
        self.filter: SentenceFilter = resolve(config, "filter", origin)
        if statistics is not None:
            self.projector.from_bytes(statistics)
        self.langs = (src_lang, tgt_lang)

    def __call__(self, batch: Batch) -> Batch:
        """Project a shard.

        batch (Batch): `first`, the number of its first pair; `source` and `target`, DocBins; and if the projector tells
            pairs by their place, `links`, a line for each pair.
        RETURNS (Batch): `items`, how many pairs there were, `counts`, and `contents`, the files of the shard by name.
        """
        sides = (_read(batch[side], blank_vocab(lang)) for side, lang in zip(("source", "target"), self.langs))
        bitexts = [Bitext(source, target) for source, target in zip(*sides, strict=True)]
        if "links" in batch:
            lines = batch["links"].split("\n")
            bitexts = [
                bitext.aligned(WordAlignment.from_pharaoh(line)) for bitext, line in zip(bitexts, lines, strict=True)
            ]
            self.projector.aligner = GivenLinks()
        forget_all(self.projector)
        before = all_counts(self.projector)
        projections = list(self.projector(bitexts))
        return write_shard(projections, batch["first"], self.filter, before, all_counts(self.projector))


def shard_batches(projector: Projector, corpus: ParallelCorpus, shard_size: int, done: int) -> Iterator[Batch]:
    """Put the pairs of a corpus into batches for `ProjectionStage`.

    projector (Projector): the projector; one that tells pairs by their place aligns them here.
    corpus (ParallelCorpus): the corpus.
    shard_size (int): pairs in a batch.
    done (int): pairs to leave out, which is a number of whole shards.
    YIELDS (Batch): each batch.
    """
    bitexts, aligned = align_by_place(corpus, projector)
    left = islice(bitexts, done, None)
    while shard := list(islice(left, shard_size)):
        batch: Batch = {"first": done}
        for side in ("source", "target"):
            batch[side] = DocBin(docs=(getattr(pair, side) for pair in shard), store_user_data=True).to_bytes()
        if aligned is not projector:
            batch["links"] = "\n".join(pair.links().to_pharaoh() for pair in shard)
        yield batch
        done += len(shard)


def check_portable(projector: Any) -> None:
    """Check that the statistics of a projector can be given to other processes.

    RAISES (XprojError): if a part that estimates some cannot save them.
    """
    for name, part in estimators(projector):
        if not isinstance(part, Serializable):
            raise XprojError(
                f"the statistics of the {name} cannot be given to other processes: {type(part).__name__} has no "
                "to_bytes and from_bytes; leave --engine and --workers out"
            )


def _read(data: bytes, vocab: Vocab) -> List[Any]:
    return list(DocBin(store_user_data=True).from_bytes(data).get_docs(vocab))
