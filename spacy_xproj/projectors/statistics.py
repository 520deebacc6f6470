"""The corpus statistics of a projector, the same in all runs that work on one result."""

from typing import Any, Optional

from ..composite import Composite
from ..types import GetBitexts, Initializable, Serializable


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
