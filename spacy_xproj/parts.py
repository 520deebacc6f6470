"""Parts that are made of parts: their corpus statistics, and what is asked of all of them at whatever depth."""

import warnings
from collections import Counter
from typing import Any, Dict, Iterator, List, Optional, Sequence, Set, Tuple

from spacy import util

from .errors import XprojError
from .types import Counting, Forgetful, GetBitexts, Initializable, Licensed, Serializable

PACKAGE = __name__.split(".")[0]


def inner_parts(part: Any) -> Iterator[Tuple[str, Any]]:
    """Look one level into a part. Classes, and objects of spaCy, such as a pipeline that tokenizes, are not parts.

    part (Any): the part; one that others have made is looked into only if it is a `Composite`.
    YIELDS (Tuple[str, Any]): its attributes that are objects themselves, by name. Those in a list have a number.
    """
    if not isinstance(part, Composite) and type(part).__module__.split(".")[0] != PACKAGE:
        return
    for key, value in getattr(part, "__dict__", {}).items():
        items = enumerate(value) if isinstance(value, (list, tuple)) else [(None, value)]
        for number, item in items:
            if not isinstance(item, type) and type(item).__module__.split(".")[0] not in ("builtins", "spacy"):
                yield key if number is None else f"{key}.{number}", item


def all_parts(part: Any, name: str = "") -> Iterator[Tuple[str, Any]]:
    """Walk through a part and the parts that it is made of, each once.

    part (Any): the part.
    name (str): its name.
    YIELDS (Tuple[str, Any]): each part with its name, as in a config: `projector.scorer.model`.
    """
    yield from _walk(part, name, set())


def _walk(part: Any, name: str, seen: Set[int]) -> Iterator[Tuple[str, Any]]:
    if id(part) not in seen:
        seen.add(id(part))
        yield name, part
        for key, inner in inner_parts(part):
            yield from _walk(inner, f"{name}.{key}" if name else key, seen)


def estimators(part: Any) -> List[Tuple[str, Any]]:
    """List the parts that estimate corpus statistics.

    part (Any): a part.
    RETURNS (List[Tuple[str, Any]]): those of its parts that do so themselves, perhaps itself, with their names.
    """
    parts = all_parts(part)
    return [(name, one) for name, one in parts if isinstance(one, Initializable) and not isinstance(one, Composite)]


class Composite:
    """What a part of several parts has to estimate, to save and to load is theirs."""

    def initialize(self, get_bitexts: GetBitexts) -> None:
        """Let every part that needs it estimate its corpus statistics.

        get_bitexts (GetBitexts): gives pairs; their labels are not read.
        """
        for part in {id(part): part for _, part in inner_parts(self)}.values():
            if isinstance(part, Initializable):
                part.initialize(get_bitexts)

    def to_bytes(self) -> bytes:
        """Save the statistics of the parts. A part that cannot give its own gives a warning.

        RETURNS (bytes): the statistics.
        """
        parts = dict(estimators(self))
        for name, part in parts.items():
            if not isinstance(part, Serializable):
                warnings.warn(
                    f"the statistics of the {name} are not saved: {type(part).__name__} has no to_bytes and from_bytes",
                    stacklevel=2,
                )
        return util.to_bytes({n: part.to_bytes for n, part in parts.items() if isinstance(part, Serializable)}, ())

    def from_bytes(self, data: bytes) -> None:
        """Load the statistics of the parts.

        data (bytes): what `to_bytes` gave.
        """
        parts = estimators(self)
        util.from_bytes(data, {n: part.from_bytes for n, part in parts if isinstance(part, Serializable)}, ())


def check_weights(name: str, block: str, terms: Sequence, weights: Optional[Sequence[float]]) -> Sequence[float]:
    """Check the terms of a sum and their weights.

    name (str): the part that sums, for messages.
    block (str): the block of a term, for messages.
    terms (Sequence): the terms.
    weights (Optional[Sequence[float]]): their weights, if any are given.
    RETURNS (Sequence[float]): the weights.
    RAISES (XprojError): if there is no term, or not one weight for each.
    """
    if not terms:
        raise XprojError(f"{name} has no terms; add blocks such as {block}")
    weights = [1.0] * len(terms) if weights is None else list(weights)
    if len(weights) != len(terms):
        raise XprojError(f"{name} has {len(terms)} terms and {len(weights)} weights; give each term one, in order")
    return weights


def prepare(projector: Any, get_bitexts: GetBitexts, saved: Optional[bytes] = None) -> Optional[bytes]:
    """Let a projector estimate its corpus statistics, or load those that an earlier run has estimated.

    projector (Any): the projector.
    get_bitexts (GetBitexts): gives the pairs of the corpus.
    saved (Optional[bytes]): what an earlier run has saved.
    RETURNS (Optional[bytes]): the statistics, for runs to come. None if there are none or a part cannot give its
        own: a run that goes on has to estimate them again.
    """
    if not isinstance(projector, Initializable):
        return None
    if saved is not None and isinstance(projector, Serializable):
        projector.from_bytes(saved)
        return saved
    projector.initialize(get_bitexts)
    complete = all(isinstance(part, Serializable) for _, part in estimators(projector))
    return projector.to_bytes() if isinstance(projector, Serializable) and complete else None


def forget_all(projector: Any) -> None:
    """Let every part forget what it remembers of the pairs that it has seen, so that what it gives next does not
    depend on them.

    projector (Any): the projector.
    """
    for _, part in all_parts(projector):
        if isinstance(part, Forgetful):
            part.forget()


def all_counts(projector: Any) -> Dict[str, int]:
    """Add up what the parts of a projector have counted so far.

    projector (Any): the projector.
    RETURNS (Dict[str, int]): the counts by name.
    """
    counts: Counter[str] = Counter()
    for _, part in all_parts(projector):
        if isinstance(part, Counting):
            counts.update(part.counts())
    return dict(counts)


def part_licenses(projector: Any) -> Dict[str, str]:
    """Collect the licences of the models that a projector uses.

    projector (Any): the projector.
    RETURNS (Dict[str, str]): the licence of each part that has one, by the part's name.
    """
    parts = all_parts(projector, "projector")
    found = {name: part.license for name, part in parts if isinstance(part, Licensed)}
    return {name: license for name, license in found.items() if isinstance(license, str)}


def provenance_licenses(provenance: Dict[str, Any], name: str = "corpus") -> Dict[str, str]:
    """Collect the licences that the provenance of a corpus names, at whatever depth.

    provenance (Dict[str, Any]): the provenance.
    name (str): its name.
    RETURNS (Dict[str, str]): every `license` and `…_license`, by its place: `corpus.translator_license`.
    """
    licenses: Dict[str, str] = {}
    for key, value in provenance.items():
        if isinstance(value, dict):
            licenses.update(provenance_licenses(value, f"{name}.{key}"))
        elif isinstance(value, str) and (key == "license" or key.endswith("_license")):
            licenses[f"{name}.{key}"] = value
    return licenses
