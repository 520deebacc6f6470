"""Binary messages of srsly, of which a DocBin has several for each Doc."""

from typing import Any, Callable, Dict

import catalogue
from srsly.msgpack import msgpack_decoders, msgpack_encoders


def remember_hooks() -> None:
    """Let srsly look up its hooks for unusual types when one is registered, not for each message.

    It searches the entry points of all installed packages each time, which takes several times as long as the message:
    without, a corpus is read in a fifth of the time. Entry points do not change while a process runs.
    """
    for registry in (msgpack_encoders, msgpack_decoders):
        registry.get_all = _remembering(registry.get_all)


def _remembering(look_up: Callable[[], Dict[str, Any]]) -> Callable[[], Dict[str, Any]]:
    """Wrap `get_all` of a registry of catalogue, which keeps all registered functions in one dict that only grows."""
    known: Dict[int, Dict[str, Any]] = {}

    def get_all() -> Dict[str, Any]:
        size = len(catalogue.REGISTRY)
        if size not in known:
            known.clear()
            known[size] = look_up()
        return known[size]

    return get_all
