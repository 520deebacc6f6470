"""The catalogues: where translators, aligners, … are looked up by name from a config.

They are attributes of spaCy's own registry, so that ``@xproj_aligners`` resolves wherever spaCy
resolves a config: in ``nlp.add_pipe``, in ``spacy train`` and in this package's commands.
"""

import sys
import traceback
from pathlib import Path
from typing import Dict

import catalogue
from spacy import registry
from spacy.util import import_file

from .errors import XprojError
from .storage.files import sha256

NAMES = (
    "xproj_translators",
    "xproj_aligners",
    "xproj_taggers",
    "xproj_extractors",
    "xproj_scores",
    "xproj_solvers",
    "xproj_projectors",
    "xproj_filters",
    "xproj_converters",
)

for _name in NAMES:
    if not hasattr(registry, _name):
        setattr(registry, _name, catalogue.create("spacy", _name, entry_points=True))

#: The SHA-256 of each file that `load_code` has run, by its path: results depend on these too.
loaded_code: Dict[str, str] = {}


def load_code(path: Path) -> None:
    """Run a Python file that registers parts, as ``spacy train --code`` does.

    path (Path): the file.
    RAISES (XprojError): if it is missing, or fails.
    """
    if not path.is_file():
        raise XprojError(f"{path}: no such file; name a Python file (--code)")
    try:
        import_file("python_code", path)
    except Exception as error:
        lines = [frame.lineno for frame in traceback.extract_tb(sys.exc_info()[2]) if frame.filename == str(path)]
        where = f", line {lines[-1]}" if lines else ""
        raise XprojError(f"{path}{where}: {type(error).__name__}: {error}; correct the code") from error
    loaded_code[str(path)] = sha256(path)


__all__ = ["NAMES", "load_code", "loaded_code", "registry"]
