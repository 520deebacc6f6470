"""``python -m spacy xproj research …``: one module a command.

spaCy loads this group through an entry point of its own: the commands of the core do not know it.
"""

from importlib import import_module

from .group import research

for _name in ("study", "captions", "pretrain", "compare_encoders"):
    import_module(f"{__name__}.{_name}")

__all__ = ["research"]
