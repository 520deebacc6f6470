"""From a labelled file to Docs with the labels of a task: the converter, the label map and what they have changed."""

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Callable, Dict, Iterator, List, Optional

import srsly
from spacy.tokens import Doc

from ...errors import XprojError
from ...registry import registry
from ...storage.atomic import atomic_path
from ...text.docs import is_labelled
from ...text.languages import check_language
from ...types import Converter
from ..labels import LabelChanges, LabelMap
from .files import read_file
from .schemes import check_scheme
from .sniff import read_sample, recognize, sniff, sniff_path

#: The short names of the formats of this package. They are recognized in this order.
FORMATS: Dict[str, str] = {
    short: f"spacy-xproj.{name}Converter.v1"
    for short, name in (
        ("webanno", "Webanno"),
        ("ontonotes", "Ontonotes"),
        ("jsonl", "Jsonl"),
        ("argilla", "Argilla"),
        ("label-studio", "LabelStudio"),
        ("prodigy", "Prodigy"),
        ("datasets", "Datasets"),
        ("cluener", "Cluener"),
        ("doccano", "Doccano"),
        ("spacy", "SpacyTraining"),
        ("brat", "Brat"),
        ("csv", "Csv"),
        ("uner", "Uner"),
        ("conllu", "Conllu"),
        ("wikiann", "Wikiann"),
        ("masakhaner", "Masakhaner"),
        ("iob", "Iob"),
        ("conll", "Conll"),
        ("text", "Text"),
    )
}
#: Corpora that come in columns which are told from what is in them.
FORMATS.update(dict.fromkeys(("europarl", "germeval", "hipe", "klue"), FORMATS["conll"]))
#: What may be read as columns as well as by a converter of its own.
COLUMNS = ("uner", "masakhaner", "wikiann")
#: Sentences of more tokens are probably several, as are those of a file that has only one of more than this.
MAX_SENTENCE, MAX_ONLY_SENTENCE = 500, 60


@dataclass
class ConversionCounts:
    """What was converted.

    sentences (int): how many sentences.
    tokens (int): how many tokens.
    unlabelled (int): how many sentences have no labels, which is not the same as no entities.
    labels (LabelChanges): entities by their label before and after the label map.
    repairs (List[Dict[str, Any]]): every fix of the input.
    rejects (List[Dict[str, Any]]): what was left out, with the reason.
    description (str): what the file looks like.
    longest (int): tokens of the longest sentence.
    longest_line (int): its line.
    """

    sentences: int = 0
    tokens: int = 0
    unlabelled: int = 0
    labels: LabelChanges = field(default_factory=Counter)
    repairs: List[Dict[str, Any]] = field(default_factory=list)
    rejects: List[Dict[str, Any]] = field(default_factory=list)
    description: str = ""
    longest: int = 0
    longest_line: int = 0

    def add(self, doc: Doc) -> None:
        """Count a sentence.

        doc (Doc): the sentence.
        """
        self.sentences += 1
        self.tokens += len(doc)
        self.unlabelled += not is_labelled(doc)
        self.repairs.extend(doc.user_data.get("repairs", []))
        if len(doc) > self.longest:
            self.longest, self.longest_line = len(doc), doc.user_data.get("line", 0)

    def warning(self) -> str:
        """Say what is strange about the sentences; empty if nothing is."""
        if self.longest > (MAX_ONLY_SENTENCE if self.sentences == 1 else MAX_SENTENCE):
            one = "no empty lines: one sentence" if self.sentences == 1 else f"line {self.longest_line}: a sentence"
            return f"{one} of {self.longest} tokens; does the file say where sentences end?"
        return ""


def converters() -> Dict[str, Callable[..., Converter]]:
    """Get all converters by the names of their formats: those that others registered first, by their full name."""
    known = registry.xproj_converters.get_all()  # type: ignore[attr-defined]
    ours = {short: known[name] for short, name in FORMATS.items() if name in known}
    return {**{name: known[name] for name in sorted(set(known) - set(FORMATS.values()))}, **ours}


def find_format(path: Path, name: str) -> str:
    """Tell the format of a file, if the user has not, and refuse one that it clearly does not have.

    path (Path): the file, or a directory.
    name (str): the name of a format, or `auto`.
    RETURNS (str): the name of the format.
    RAISES (XprojError): if the format cannot be told, or the file is of another one.
    """
    if name == "auto":
        return sniff(path, converters())
    found = sniff_path(path) or (recognize(read_sample(path), converters()) if name in FORMATS else None)
    columns = FORMATS.get(name) == FORMATS["conll"] and found in COLUMNS
    if name in FORMATS and name != "text" and found not in (None, name) and not columns and not _is_alike(found, name):
        raise XprojError(f"{path}: this is {found}, not {name}; take --format {found}, or leave --format out")
    return name


def _is_alike(found: Optional[str], name: str) -> bool:
    """Tell whether a file of one format may be read as another: items of JSON that have the marks of both."""
    pairs = ({"doccano", "prodigy"}, {"doccano", "label-studio"}, {"doccano", "datasets"}, {"brat", "text"})
    return {found, name} in pairs or (found == "brat" and name in COLUMNS)


def make_converter(name: str, lang: str, scheme: str, repair: bool, segment: str, **options: Any) -> Converter:
    """Build a converter.

    name (str): one of `FORMATS`, or the name of a registered converter.
    lang (str): language code.
    scheme (str): tag scheme; not given to a converter while it is `auto`, since not every format has tags.
    repair (bool): whether to fix bad input.
    segment (str): what the tokens are; not given to a converter while it is `words`, since most formats have tokens.
    **options: further settings of the converter; those that are empty or `auto` are not given to it.
    RETURNS (Converter): the converter.
    RAISES (XprojError): if there is no such converter, language or scheme, or the converter does not take a setting.
    """
    check_scheme(scheme)
    check_language(lang)
    known = converters()
    maker = known.get(name) or registry.xproj_converters.get_all().get(name)  # type: ignore[attr-defined]
    if maker is None:
        raise XprojError(f"unknown format '{name}'; take one of: auto, {', '.join(sorted(known))}")
    settings: Dict[str, Any] = {"lang": lang, "repair": repair}
    if scheme != "auto":
        settings["scheme"] = scheme
    if segment != "words":
        settings["segment"] = segment
    settings.update({key: value for key, value in options.items() if value not in ("auto", None)})
    try:
        return maker(**settings)
    except TypeError as error:
        raise XprojError(f"--format {name} takes no such setting ({error}); leave the option out") from None


def convert(
    path: Path, converter: Converter, lang: str, label_map: LabelMap, counts: ConversionCounts
) -> Iterator[Doc]:
    """Convert a file and count.

    path (Path): the file, or a directory if the converter reads those.
    converter (Converter): its converter.
    lang (str): language code, kept in the user data of each Doc.
    label_map (LabelMap): what becomes of the labels.
    counts (ConversionCounts): where to count.
    YIELDS (Doc): each sentence.
    RAISES (XprojError): if the input is bad or has no sentence, with file and line.
    """
    try:
        for doc in read_file(path, converter):
            doc.user_data["lang"] = lang
            counts.labels.update(label_map.apply(doc))
            counts.add(doc)
            yield doc
            counts.description = getattr(converter, "description", "")
    except XprojError as error:
        raise name_file(error, path) from None
    counts.rejects.extend(getattr(converter, "rejects", []))
    if not counts.sentences:
        raise XprojError(f"{path}: no sentence in it; check the path and --format")


def name_file(error: XprojError, path: Path) -> XprojError:
    """Say which file an error is in, if it does not.

    error (XprojError): the error, which may name the file, or one beside it.
    path (Path): the file.
    RETURNS (XprojError): the error that names it.
    """
    message = str(error)
    if message.startswith(str(path.with_suffix(""))):
        return error
    return XprojError(f"{path}{', ' if 'line ' in message else ': '}{message}")


def write_list(items: List[Dict[str, Any]], path: Path, overwrite: bool = True) -> None:
    """List fixes, or what was left out, in a file. If there is nothing to list, there is no such file, and one of an
    earlier conversion is removed.

    items (List[Dict[str, Any]]): what to list.
    path (Path): the file.
    overwrite (bool): whether to replace or remove a file that has another content.
    RAISES (XprojError): if that may not be.
    """
    if not items:
        if not overwrite and path.exists():
            raise XprojError(f"{path}: exists, and this conversion has nothing to list; remove it, or give --overwrite")
        path.unlink(missing_ok=True)
        return
    with atomic_path(path, overwrite) as temporary:
        srsly.write_jsonl(temporary, items)
