"""What a projection is made from."""

from pathlib import Path
from typing import Any, Dict, Iterator

from ..corpora.parallel import ParallelCorpus
from ..errors import XprojError
from ..storage.files import sha256
from ..text.docs import is_labelled

#: A directory with one of these is a model, and no directory of a setting's name by chance.
MODEL_FILES = ("config.json", "config.cfg")


def check_labelled(corpus: ParallelCorpus) -> None:
    """Check that the source side has labels: entities that were never set are unknown, which is not the same as none.

    corpus (ParallelCorpus): the corpus. Its source side is read once.
    RAISES (XprojError): where a sentence with tokens has no labels.
    """
    for number, doc in enumerate(corpus.docs("source")):
        if not is_labelled(doc):
            raise XprojError(
                f"{corpus.path}, pair {number} (counted from 0): source side is not labelled; run 'spacy xproj label'"
            )


def file_digests(settings: Any) -> Dict[str, str]:
    """Tell what is in the files that settings name.

    settings (Any): settings, as JSON. Values that are the path of a file, or of the directory of a model, count.
    RETURNS (Dict[str, str]): the SHA-256 of each file, those in the directories included.
    """
    paths = {Path(value) for value in _strings(settings)}
    models = [path for path in paths if any(_is_file(path / name) for name in MODEL_FILES)]
    files = [path for path in paths if _is_file(path)]
    files += [file for path in models for file in path.rglob("*") if file.is_file()]
    return {str(file): sha256(file) for file in files}


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:  # the setting is no path: too long for a name, for example
        return False


def _strings(settings: Any) -> Iterator[str]:
    if isinstance(settings, dict):
        settings = list(settings.values())
    if isinstance(settings, (list, tuple)):
        for value in settings:
            yield from _strings(value)
    elif isinstance(settings, str) and settings:
        yield settings
