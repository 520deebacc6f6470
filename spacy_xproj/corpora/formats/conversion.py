"""From a labelled file to Docs with the labels of a task: the converter, the label map and what they have changed."""

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Dict, Iterator, List, Tuple

import srsly
from spacy.tokens import Doc

from ...errors import XprojError
from ...registry import registry
from ...storage.atomic import atomic_path
from ...storage.files import read_text
from ...text.languages import check_language
from ...types import Converter
from ..labels import LabelMap
from .schemes import check_scheme

#: The short names of the formats of this package.
FORMATS: Dict[str, str] = {
    name.lower(): f"spacy-xproj.{name}Converter.v1" for name in ("Conll", "Uner", "Masakhaner", "Wikiann", "Jsonl")
}
FORMATS["europarl"] = FORMATS["conll"]  # the labelled part of Europarl comes in the columns of CoNLL-2002


@dataclass
class ConversionCounts:
    """What was converted.

    tokens (int): how many tokens.
    labels (Counter): entities by their label before and after the label map.
    repairs (List[Dict[str, Any]]): every fix of the input.
    """

    tokens: int = 0
    labels: "Counter[Tuple[str, str]]" = field(default_factory=Counter)
    repairs: List[Dict[str, Any]] = field(default_factory=list)


def make_converter(name: str, lang: str, scheme: str, repair: bool, segment: str) -> Converter:
    """Build a converter.

    name (str): one of `FORMATS`, or the name of a registered converter.
    lang (str): language code.
    scheme (str): tag scheme; not given to a converter while it is `auto`, since not every format has tags.
    repair (bool): whether to fix bad input.
    segment (str): what the tokens are; not given to a converter while it is `words`, since most formats have tokens.
    RETURNS (Converter): the converter.
    RAISES (XprojError): if there is no such converter, language or scheme, or the converter does not take a setting.
    """
    check_scheme(scheme)
    check_language(lang)
    known = registry.xproj_converters.get_all()  # type: ignore[attr-defined]
    maker = known.get(FORMATS.get(name, name))
    if maker is None:
        others = sorted(set(known) - set(FORMATS.values()))
        raise XprojError(f"unknown format '{name}'; take one of: {', '.join([*FORMATS, *others])}")
    settings: Dict[str, Any] = {"lang": lang, "repair": repair}
    if scheme != "auto":
        settings["scheme"] = scheme
    if segment != "words":
        settings["segment"] = segment
    try:
        return maker(**settings)
    except TypeError as error:
        raise XprojError(f"--format {name} takes no such setting ({error}); leave the option out") from None


def convert(
    path: Path, converter: Converter, lang: str, label_map: LabelMap, counts: ConversionCounts
) -> Iterator[Doc]:
    """Convert a file and count.

    path (Path): the file.
    converter (Converter): its converter.
    lang (str): language code, kept in the user data of each Doc.
    label_map (LabelMap): what becomes of the labels.
    counts (ConversionCounts): where to count.
    YIELDS (Doc): each sentence.
    RAISES (XprojError): if the input is bad or has no sentence, with file and line.
    """
    text = read_text(path)
    doc = None
    try:
        for doc in converter(text):
            doc.user_data["lang"] = lang
            counts.labels.update(label_map.apply(doc))
            counts.tokens += len(doc)
            counts.repairs.extend(doc.user_data.get("repairs", []))
            yield doc
    except XprojError as error:
        raise XprojError(f"{path}, {error}") from None
    if doc is None:
        raise XprojError(f"{path}: no sentence in it; check the path and --format")


def write_repairs(repairs: List[Dict[str, Any]], path: Path, overwrite: bool = True) -> None:
    """List the fixes in a file. If there are none, there is no such file, and one of an earlier conversion is removed.

    repairs (List[Dict[str, Any]]): the fixes.
    path (Path): the file.
    overwrite (bool): whether to replace or remove a file that has another content.
    RAISES (XprojError): if that may not be.
    """
    if not repairs:
        if not overwrite and path.exists():
            raise XprojError(f"{path}: exists, and this conversion fixed nothing; remove it, or give --overwrite")
        path.unlink(missing_ok=True)
        return
    with atomic_path(path, overwrite) as temporary:
        srsly.write_jsonl(temporary, repairs)
