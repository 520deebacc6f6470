"""The one exception that this package raises on purpose, and those that it turns into it."""

from typing import Tuple, Type


class XprojError(ValueError):
    """Something that the user can put right. The message is one line: what, where (file, line), remedy."""


def loading_errors() -> Tuple[Type[Exception], ...]:
    """List what transformers raises if a model cannot be loaded: if files are missing, damaged, of an unknown kind, or
    bring code of their own, which is never run."""
    from safetensors import SafetensorError

    return OSError, ValueError, ImportError, SafetensorError
