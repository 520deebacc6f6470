"""Parts that are made of parts."""

import warnings
from abc import ABC, abstractmethod
from typing import Any, Dict

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
