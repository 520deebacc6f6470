"""``xproj convert``: a labelled corpus in one of the usual formats, as a `.spacy` file."""

from itertools import islice
from pathlib import Path

import typer
from wasabi import msg

from ..corpora.docbin import write_docs
from ..corpora.formats.conversion import FORMATS, ConversionCounts, convert, make_converter, write_repairs
from ..corpora.labels import LabelMap, label_summary
from ..storage.atomic import is_made_by
from ..storage.outputs import check_paths
from ..text.languages import is_known
from .app import OVERWRITE, command, progress


@command("convert")
def convert_cli(
    input_path: Path = typer.Argument(..., metavar="INPUT", help="Labelled corpus"),
    output_path: Path = typer.Argument(..., metavar="OUTPUT", dir_okay=False, help="The .spacy file to write"),
    format_name: str = typer.Option(..., "--format", "-f", help=f"{', '.join(FORMATS)}, or a registered converter"),
    lang: str = typer.Option(..., "--lang", "-l", help="Language code"),
    labels: str = typer.Option("", "--labels", help="Labels that may remain, such as PER,ORG,LOC; any by default"),
    renames: str = typer.Option("", "--map", help="Labels to rename or drop, such as PERSON=PER,DATE="),
    scheme: str = typer.Option("auto", "--scheme", help="Tag scheme: auto, IOB1, IOB2, IOBES or BILOU"),
    repair: bool = typer.Option(False, "--repair/--strict", help="Fix bad input and list every fix, or stop at it"),
    segment: str = typer.Option("words", "--segment", help="Tokens if the format has none: words or characters"),
    limit: int = typer.Option(0, "--limit", "-n", min=0, help="Convert only the first sentences; 0 for all"),
    overwrite: bool = OVERWRITE,
) -> None:
    """Convert a labelled corpus to a .spacy file, one sentence a Doc."""
    repairs_path = output_path.with_name(f"{output_path.name}.repairs.jsonl")
    check_paths("convert", [input_path], [output_path, repairs_path])
    again = is_made_by(output_path, "convert")
    label_map = LabelMap.parse(labels, renames)
    converter = make_converter(format_name, lang, scheme, repair, segment)
    if not is_known(lang):
        msg.warn(f"spaCy has no rules for the language '{lang}': text is tokenised as 'xx'")
    counts = ConversionCounts()
    docs = convert(input_path, converter, lang, label_map, counts)
    sentences = write_docs(islice(progress(docs, None, "sentences"), limit or None), output_path, "convert", overwrite)
    write_repairs(counts.repairs, repairs_path, overwrite or again)
    msg.good(f"{output_path}: {sentences} sentences, {counts.tokens} tokens")
    for line in label_summary(counts.labels):
        msg.text(line)
    msg.text(f"fixes: {len(counts.repairs)}, listed in {repairs_path}" if counts.repairs else "fixes: none")
