"""Parts that are made of parts: their corpus statistics, and what is asked of all of them at whatever depth."""

import warnings
from abc import ABC, abstractmethod
from typing import Any, Dict, Iterator, Optional, Tuple

from spacy import util

from .types import GetBitexts, Initializable, Serializable


def has_statistics(part: Any) -> bool:
    """RETURNS (bool): whether a part, or one that it is made of, estimates corpus statistics."""
    if isinstance(part, Composite):
        return any(has_statistics(inner) for inner in part.parts().values())
    return isinstance(part, Initializable)


class Composite(ABC):
    """What a part of several parts has to estimate, to save and to load is theirs."""

    @abstractmethod
    def parts(self) -> Dict[str, Any]:
        """RETURNS (Dict[str, Any]): the parts, by the names that their statistics are saved under."""

    def initialize(self, get_bitexts: GetBitexts) -> None:
        """Let every part that needs it estimate its corpus statistics.

        get_bitexts (GetBitexts): gives pairs; their labels are not read.
        """
        for part in self.parts().values():
            if isinstance(part, Initializable):
                part.initialize(get_bitexts)

    def to_bytes(self) -> bytes:
        """RETURNS (bytes): the statistics of the parts. A part that cannot give its own gives a warning."""
        parts = self.parts()
        for name, part in parts.items():
            if has_statistics(part) and not isinstance(part, Serializable):
                warnings.warn(
                    f"the statistics of the {name} are not saved: {type(part).__name__} has no to_bytes and from_bytes",
                    stacklevel=2,
                )
        return util.to_bytes({n: part.to_bytes for n, part in parts.items() if isinstance(part, Serializable)}, ())

    def from_bytes(self, data: bytes) -> None:
        """Load the statistics of the parts.

        data (bytes): what `to_bytes` gave.
        """
        parts = self.parts()
        util.from_bytes(data, {n: part.from_bytes for n, part in parts.items() if isinstance(part, Serializable)}, ())


PACKAGE = __name__.split(".")[0]


def all_parts(part: Any, name: str) -> Iterator[Tuple[str, Any]]:
    """Walk through a part and the parts that it is made of.

    part (Any): the part.
    name (str): its name.
    YIELDS (Tuple[str, Any]): each part with its name, as in a config: `projector.scorer.model`.
    """
    yield name, part
    if not isinstance(part, Composite) and type(part).__module__.split(".")[0] != PACKAGE:
        return
    for key, value in getattr(part, "__dict__", {}).items():
        values = enumerate(value) if isinstance(value, (list, tuple)) else [(None, value)]
        for number, item in values:
            if type(item).__module__ != "builtins":
                yield from all_parts(item, f"{name}.{key}" if number is None else f"{name}.{key}.{number}")


def forget_all(projector: Any) -> None:
    """Let every part that has a method `forget` forget what it has remembered of the pairs that it has seen, so that
    what it gives next does not depend on them.

    projector (Any): the projector.
    """
    for _, part in all_parts(projector, "projector"):
        if hasattr(part, "forget"):
            part.forget()


def part_licenses(projector: Any) -> Dict[str, str]:
    """Collect the licences of the models that a projector uses. A part tells that of its own as `license`.

    projector (Any): the projector.
    RETURNS (Dict[str, str]): the licence of each part that has one, by the part's name.
    """
    found = ((name, getattr(part, "license", None)) for name, part in all_parts(projector, "projector"))
    return {name: license for name, license in found if isinstance(license, str)}


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


def prepare(projector: Any, get_bitexts: GetBitexts, saved: Optional[bytes] = None) -> Optional[bytes]:
    """Let a projector estimate its corpus statistics, or load those that an earlier run has estimated.

    projector (Any): the projector.
    get_bitexts (GetBitexts): gives the pairs of the corpus.
    saved (Optional[bytes]): what an earlier run has saved.
    RETURNS (Optional[bytes]): the statistics, for runs to come. None where there are none or a part cannot give its
        own: a run that goes on has to estimate them again.
    """
    if not isinstance(projector, Initializable):
        return None
    if saved is not None and isinstance(projector, Serializable):
        projector.from_bytes(saved)
        return saved
    projector.initialize(get_bitexts)
    return projector.to_bytes() if isinstance(projector, Serializable) and _is_complete(projector) else None


def _is_complete(part: Any) -> bool:
    """Whether a part can save all statistics that it has."""
    if isinstance(part, Composite):
        return all(_is_complete(inner) for inner in part.parts().values())
    return isinstance(part, Serializable) or not isinstance(part, Initializable)
