"""``python -m spacy xproj …``: one module a command, loaded by spaCy through the `spacy_cli` entry point."""

from importlib import import_module

from .app import app

for _name in (
    "convert",
    "translate",
    "pair",
    "align",
    "project",
    "label",
    "evaluate",
    "encoder",
    "compare_text",
    "consistency",
    "languages",
    "train_candidates",
    "verify",
    "doctor",
):
    import_module(f"{__name__}.{_name}")

__all__ = ["app"]
