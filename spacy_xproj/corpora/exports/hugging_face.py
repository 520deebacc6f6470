"""A dataset of the Hugging Face library `datasets`, for training there."""

from collections import Counter
from pathlib import Path
from typing import Iterable

from spacy.tokens import Doc

from ...errors import XprojError
from ...storage.marker import result_directory
from .columns import LEFT_OUT, words_and_tags
from .sentence import name


def write_dataset(docs: Iterable[Doc], path: Path, remarks: Counter[str], overwrite: bool = True) -> None:
    """Write a directory for ``datasets.load_from_disk``, with the columns `id`, `tokens`, `ner_tags` (class labels:
    `O`, `B-…`, `I-…`) and `text`.

    docs (Iterable[Doc]): the sentences, labelled.
    path (Path): the directory.
    remarks (Counter[str]): receives how many sentences have no words.
    overwrite (bool): not needed: a directory says what has made it.
    RAISES (XprojError): if the library is not installed.
    """
    try:
        from datasets import ClassLabel, Dataset, Features, Sequence, Value, disable_progress_bars
    except ImportError:
        raise XprojError(
            "--to datasets needs the package datasets; install it (pip install 'spacy_xproj[datasets]')"
        ) from None
    disable_progress_bars()  # they would be shown in files as well
    rows = []
    for number, doc in enumerate(docs):
        words, tags = words_and_tags(doc)
        if words:
            sent_id = str(name(doc).get("sent_id", number))
            rows.append({"id": sent_id, "tokens": words, "ner_tags": tags, "text": doc.text})
        else:
            remarks[LEFT_OUT] += 1
    labels = sorted({tag[2:] for row in rows for tag in row["ner_tags"]} - {""})
    names = ["O", *(f"{letter}-{label}" for label in labels for letter in "BI")]
    features = Features(
        {
            "id": Value("string"),
            "tokens": Sequence(Value("string")),
            "ner_tags": Sequence(ClassLabel(names=names)),
            "text": Value("string"),
        }
    )
    with result_directory(path, "export") as temporary:
        Dataset.from_list(rows, features=features).save_to_disk(temporary)
