"""Cross-lingual named-entity recognition by annotation projection, for spaCy."""

from .errors import XprojError

__version__ = "0.1.0"
__all__ = ["XprojError", "__version__"]
