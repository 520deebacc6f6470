"""``python -m spacy xproj …``: one module a command, loaded by spaCy through the `spacy_cli` entry point."""

from importlib import import_module

from .app import app

for _name in (
    "init",
    "convert",
    "translate",
    "pair",
    "export",
    "align",
    "project",
    "label",
    "view",
    "report",
    "tune",
    "evaluate",
    "encoder",
    "describe",
    "compare_text",
    "consistency",
    "rewrite",
    "languages",
    "cache",
    "train_candidates",
    "verify",
    "doctor",
):
    import_module(f"{__name__}.{_name}")

__all__ = ["app"]
