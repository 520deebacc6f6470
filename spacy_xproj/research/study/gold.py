"""The gold sentences of a language, and their text as it is translated and labelled."""

from itertools import islice
from pathlib import Path
from typing import List

from spacy.tokens import Doc

from ...corpora.datasets import get_dataset
from ...corpora.pairing import without_entities
from ...errors import XprojError
from ...storage.files import read_text
from ...text.scripts import is_unspaced
from ...types import Converter
from .settings import StudySettings


def read_gold(path: Path, settings: StudySettings, converter: Converter) -> List[Doc]:
    """Read the gold file of a language.

    path (Path): the file.
    settings (StudySettings): the dataset that it is of, and what becomes of its labels.
    converter (Converter): reads its format.
    RETURNS (List[Doc]): the sentences, at least one.
    RAISES (XprojError): where the file is missing, bad or empty.
    """
    if not path.is_file():
        dataset = get_dataset(settings.dataset)
        raise XprojError(f"{path}: no such file; get {dataset.title} from {dataset.url} and put it there")
    label_map = settings.label_map()
    try:
        docs = list(islice(converter(read_text(path)), settings.limit or None))
        for doc in docs:
            label_map.apply(doc)
    except XprojError as error:
        raise XprojError(f"{path}, {error}") from None
    if not docs:
        raise XprojError(f"{path}: no sentence in it; check the path and [converter]")
    return docs


def target_doc(gold: Doc, spaced: bool) -> Doc:
    """Copy the gold tokens without their labels.

    gold (Doc): the gold sentence. Files with a token a line give it single spaces.
    spaced (bool): whether there are spaces between words. If not, those that touch a character of a script without
        spaces are left out: translation models have not seen them.
    RETURNS (Doc): the same tokens.
    """
    if spaced:
        return without_entities(gold)
    words = [token.text for token in gold]
    spaces = [bool(token.whitespace_) for token in gold]
    for i in range(len(words) - 1):
        spaces[i] = spaces[i] and not (is_unspaced(words[i][-1]) or is_unspaced(words[i + 1][0]))
    return Doc(gold.vocab, words=words, spaces=spaces, user_data=dict(gold.user_data))
