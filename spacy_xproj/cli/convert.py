"""``xproj convert``: a labelled corpus in one of the usual formats, as a `.spacy` file."""

from collections import Counter
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any, Dict, Iterator, List, Tuple

import srsly
import typer
from spacy.tokens import Doc
from wasabi import msg

from ..corpora.docbin import write_docs
from ..corpora.formats.schemes import check_scheme
from ..corpora.labels import LabelMap, label_summary
from ..errors import XprojError
from ..registry import registry
from ..storage.files import atomic_path, read_text
from ..text.languages import check_language, is_known
from ..types import Converter
from .app import check_not_input, command, progress

#: The short names of the formats of this package.
FORMATS: Dict[str, str] = {
    name.lower(): f"spacy-xproj.{name}Converter.v1" for name in ("Conll", "Uner", "Masakhaner", "Wikiann", "Jsonl")
}
FORMATS["europarl"] = FORMATS["conll"]  # the labelled part of Europarl comes in the columns of CoNLL-2002


@dataclass
class Report:
    """What a conversion counted.

    tokens (int): tokens written.
    labels (Counter): entities by their label before and after the label map.
    repairs (List[Dict[str, Any]]): every fix of the input.
    """

    tokens: int = 0
    labels: "Counter[Tuple[str, str]]" = field(default_factory=Counter)
    repairs: List[Dict[str, Any]] = field(default_factory=list)


@command("convert")
def convert_cli(
    input_path: Path = typer.Argument(..., metavar="INPUT", help="Labelled corpus"),
    output_path: Path = typer.Argument(..., metavar="OUTPUT", dir_okay=False, help="The .spacy file to write"),
    format_name: str = typer.Option(..., "--format", "-f", help=f"{', '.join(FORMATS)}, or a registered converter"),
    lang: str = typer.Option(..., "--lang", "-l", help="Language code"),
    labels: str = typer.Option("", "--labels", help="Labels that may be left, such as PER,ORG,LOC; any by default"),
    renames: str = typer.Option("", "--map", help="Labels to rename or drop, such as PERSON=PER,DATE="),
    scheme: str = typer.Option("auto", "--scheme", help="Tag scheme: auto, IOB1, IOB2, IOBES or BILOU"),
    repair: bool = typer.Option(False, "--repair/--strict", help="Fix bad input and list every fix, or stop at it"),
    segment: str = typer.Option("words", "--segment", help="Tokens of a format without: words or characters"),
    limit: int = typer.Option(0, "--limit", "-n", min=0, help="Convert only the first sentences; 0 for all"),
) -> None:
    """Convert a labelled corpus to a .spacy file, one sentence a Doc."""
    repairs_path = output_path.with_name(f"{output_path.name}.repairs.jsonl")
    check_not_input([input_path], [output_path, repairs_path])
    label_map = LabelMap.parse(labels, renames)
    converter = make_converter(format_name, lang, scheme, repair, segment)
    report = Report()
    docs = convert(input_path, converter, lang, label_map, report)
    sentences = write_docs(islice(progress(docs, None, "sentences"), limit or None), output_path)
    write_repairs(report.repairs, repairs_path)
    msg.good(f"{output_path}: {sentences} sentences, {report.tokens} tokens")
    for line in summary(report, repairs_path):
        msg.text(line)


def make_converter(name: str, lang: str, scheme: str, repair: bool, segment: str) -> Converter:
    """Build a converter.

    name (str): one of `FORMATS`, or the name of a registered converter.
    lang (str): language code.
    scheme (str): tag scheme; not given to a converter while it is `auto`, since not every format has tags.
    repair (bool): whether to fix bad input.
    segment (str): what the tokens are; not given to a converter while it is `words`, since most formats have tokens.
    RETURNS (Converter): the converter.
    RAISES (XprojError): where there is no such converter, language or scheme, or the converter does not take a setting.
    """
    check_scheme(scheme)
    check_language(lang)
    if not is_known(lang):
        msg.warn(f"spaCy has no rules for the language '{lang}': text is tokenised as 'xx'")
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


def convert(input_path: Path, converter: Converter, lang: str, label_map: LabelMap, report: Report) -> Iterator[Doc]:
    """Convert a file and count.

    input_path (Path): the file.
    converter (Converter): its converter.
    lang (str): language code, kept in the user data of each Doc.
    label_map (LabelMap): what becomes of the labels.
    report (Report): where to count.
    YIELDS (Doc): each sentence.
    RAISES (XprojError): where the input is bad or has no sentence, with file and line.
    """
    text = read_text(input_path)
    doc = None
    try:
        for doc in converter(text):
            doc.user_data["lang"] = lang
            report.labels.update(label_map.apply(doc))
            report.tokens += len(doc)
            report.repairs.extend(doc.user_data.get("repairs", []))
            yield doc
    except XprojError as error:
        raise XprojError(f"{input_path}, {error}") from None
    if doc is None:
        raise XprojError(f"{input_path}: no sentence in it; check the path and --format")


def write_repairs(repairs: List[Dict[str, Any]], path: Path) -> None:
    """List the fixes in a file, which does not exist where there are none.

    repairs (List[Dict[str, Any]]): the fixes.
    path (Path): the file.
    """
    if not repairs:
        path.unlink(missing_ok=True)
        return
    with atomic_path(path) as temporary:
        srsly.write_jsonl(temporary, repairs)


def summary(report: Report, repairs_path: Path) -> Iterator[str]:
    """YIELDS (str): the lines that tell what became of labels and bad input."""
    yield from label_summary(report.labels)
    yield f"fixes: {len(report.repairs)}, listed in {repairs_path}" if report.repairs else "fixes: none"
