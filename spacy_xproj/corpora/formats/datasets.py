"""Data sets of Hugging Face with `tokens` and `ner_tags`: JSON, Parquet, and directories of `save_to_disk`."""

from pathlib import Path
from typing import Any, Dict, Iterable, Iterator, List, Optional, Sequence, Tuple

from spacy.tokens import Doc

from ...errors import XprojError
from ...storage.files import FileText, TextFile
from .columns import ColumnConverter, ColumnSentence, Row
from .json_items import first_items, looks_like_json, read_items

TOKENS = ("tokens", "words", "token", "word")
TAGS = ("ner_tags", "ner", "tags", "labels", "ner_tag", "entities", "label")
IDS = ("sent_id", "id", "guid")


class DatasetsConverter(ColumnConverter):
    """Convert lists of tokens and of their tags.

    ::

        {"id": "0", "tokens": ["Maria", "sang"], "ner_tags": ["B-PER", "O"]}

    Tags may be numbers if the file has their names, as Parquet files and data sets on disk do, or `tag_names` does.
    Those two need the extra `datasets`.

    lang (str): language code.
    scheme (str): tag scheme, see `ColumnConverter`.
    repair (bool): fix bad input, see `ColumnConverter`.
    default_label (str): the label of tags that have none.
    tag_column (str): the key of the tags; empty to find it.
    tag_names (str): the names of tags that are numbers, from 0, such as `O,B-PER,I-PER`.
    """

    def __init__(
        self,
        lang: str,
        scheme: str = "auto",
        repair: bool = False,
        default_label: str = "",
        tag_column: str = "",
        tag_names: str = "",
    ):
        super().__init__(lang, scheme, repair, default_label)
        self.tag_column = tag_column
        self.tag_names = [name.strip() for name in tag_names.split(",") if name.strip()]

    @staticmethod
    def recognizes(text: str) -> bool:
        """Tell whether a text is JSON with tokens and tags."""
        items = first_items(text) if looks_like_json(text) else []
        return bool(items) and all(isinstance(item, dict) and _tokens_key(item) and _tag_keys(item) for item in items)

    def describe(self, text: FileText) -> str:
        return "JSON with tokens and tags"

    def read_sentences(self, text: FileText) -> Iterator[ColumnSentence]:
        for line, item in read_items(text):
            yield from self._read_item(item, line, self.tag_names, "line")

    def read_path(self, path: Path) -> Iterator[Doc]:
        """Convert a file, or a directory of `save_to_disk`.

        path (Path): a JSON or Parquet file, or the directory.
        YIELDS (Doc): each sentence.
        RAISES (XprojError): if it is bad, or `datasets` is needed and not installed.
        """
        if path.is_dir() or path.suffix == ".parquet":
            data = load(path)
            key = self.tag_column or next(iter(_tag_keys({name: [0] for name in data.column_names})), "")
            names = self.tag_names or class_names(data.features.get(key))
            yield from self.convert_sentences(lambda: self._read_data(data, names), f"data set, {len(data)} rows")
        else:
            yield from self(TextFile(path))

    def _read_data(self, data: Iterable[Any], names: Sequence[str]) -> Iterator[ColumnSentence]:
        for row, item in enumerate(data, 1):
            yield from self._read_item(item, row, names, "row")

    def _read_item(self, item: Any, line: int, names: Sequence[str], unit: str) -> Iterator[ColumnSentence]:
        where = f"{unit} {line}"
        token_key = _tokens_key(item) if isinstance(item, dict) else None
        keys = [self.tag_column] if self.tag_column else _tag_keys(item) if isinstance(item, dict) else []
        if token_key is None or not keys or not isinstance(item.get(keys[0]), list):
            raise XprojError(f"{where}: no list of tokens with a list of tags; correct it or check --format")
        tokens, tags = item[token_key], item[keys[0]]
        if len(tokens) != len(tags):
            raise XprojError(f"{where}: {len(tokens)} tokens and {len(tags)} tags; correct it")
        rows = [Row(line, token, name) for token, name in zip(tokens, self._name_tags(tags, names, where), strict=True)]
        if any(not isinstance(row.token, str) or not row.token for row in rows):
            raise XprojError(f"{where}: a token that is empty or no text; correct it")
        name = next((item[key] for key in IDS if isinstance(item.get(key), (str, int))), None)
        if rows:
            yield ColumnSentence(rows, None if name is None else str(name))

    @staticmethod
    def _name_tags(tags: Sequence[Any], names: Sequence[str], where: str) -> List[str]:
        if all(isinstance(tag, str) for tag in tags):
            return list(tags)
        if not all(type(tag) is int and tag >= 0 for tag in tags):
            raise XprojError(f"{where}: tags are neither texts nor numbers from 0; correct them")
        if not names:
            raise XprojError(f"{where}: tags are numbers without names; give them as --tag-names O,B-PER,I-PER")
        if max(tags) >= len(names):
            raise XprojError(f"{where}: tag {max(tags)}, but there are {len(names)} names; name all (--tag-names)")
        return [names[tag] for tag in tags]


def _tokens_key(item: Dict[str, Any]) -> Optional[str]:
    lists = (key for key in TOKENS if isinstance(item.get(key), list))
    return next((key for key in lists if all(isinstance(token, str) for token in item[key])), None)


def _tag_keys(item: Dict[str, Any]) -> List[str]:
    lists = [key for key in TAGS if isinstance(item.get(key), list)]
    return [key for key in lists if all(isinstance(tag, (str, int)) for tag in item[key])]


def load(path: Path) -> Any:
    """Load a Parquet file or a directory of `save_to_disk`.

    path (Path): the file or directory.
    RETURNS (Dataset): the rows.
    RAISES (XprojError): if `datasets` is not installed, there is nothing of the kind, or there are several splits.
    """
    try:
        import datasets
    except ImportError:
        raise XprojError(f"{path}: needs the package datasets; pip install 'spacy_xproj[datasets]'") from None
    try:
        data = datasets.load_from_disk(str(path)) if path.is_dir() else datasets.Dataset.from_parquet(str(path))
    except (OSError, ValueError, datasets.exceptions.DatasetGenerationError) as error:
        raise XprojError(f"{path}: no data set that can be read ({error}); check the path and --format") from None
    if isinstance(data, dict):
        splits = ", ".join(str(path / split) for split in data)
        raise XprojError(f"{path}: has several parts; convert one of {splits}")
    return data


def class_names(feature: Any) -> Tuple[str, ...]:
    """Get the names of the classes of a column of lists, if it has any."""
    inner = getattr(feature, "feature", None) or (feature[0] if isinstance(feature, list) and feature else None)
    return tuple(getattr(inner, "names", None) or ())
