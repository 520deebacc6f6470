"""``xproj convert``: a labelled corpus in one of the usual formats, as a `.spacy` file."""

from itertools import islice
from pathlib import Path
from typing import Optional

import typer
from spacy.tokens import Doc
from wasabi import msg

from ..corpora.docbin import write_docs
from ..corpora.formats.conversion import (
    FORMATS,
    ConversionCounts,
    convert,
    find_format,
    make_converter,
    write_list,
)
from ..corpora.labels import LabelMap, kept_labels, label_summary
from ..errors import XprojError
from ..progress import progress, stage, take_seconds
from ..storage.files import readable_again
from ..storage.marker import is_made_by
from ..storage.outputs import check_paths
from ..text.docs import is_labelled
from ..text.languages import is_known
from .app import OVERWRITE, RUN_JSON, check_run, command, print_times, write_run

#: How many sentences `--look` shows.
SHOWN = 5


@command("convert")
def convert_cli(
    input_path: Path = typer.Argument(..., metavar="INPUT", help="Labelled corpus; a pipe will do"),
    output_path: Optional[Path] = typer.Argument(None, metavar="OUTPUT", help="The .spacy file to write"),
    format_name: str = typer.Option(
        "auto", "--format", "-f", help=f"auto, {', '.join(FORMATS)}, or a registered converter"
    ),
    lang: str = typer.Option("", "--lang", "-l", help="Language code"),
    look: bool = typer.Option(False, "--look", help="Show the first sentences as they are read, and write nothing"),
    labels: str = typer.Option("", "--labels", help="Labels that may remain, such as PER,ORG,LOC; any by default"),
    renames: str = typer.Option("", "--map", help="Labels to rename or drop, such as PERSON=PER,DATE="),
    scheme: str = typer.Option("auto", "--scheme", help="IOB1, IOB2, IOBES, BILOU, BMES, BMEWO or IO; told by default"),
    token_column: Optional[str] = typer.Option(None, "--token-column", help="Number or name of the column of tokens"),
    tag_column: Optional[str] = typer.Option(None, "--tag-column", help="Number, name or key of the tags"),
    tag_names: Optional[str] = typer.Option(None, "--tag-names", help="Names of tags that are numbers: O,B-PER,I-PER"),
    default_label: Optional[str] = typer.Option(None, "--default-label", help="Label of tags without one: B, I, O"),
    comment: Optional[str] = typer.Option(None, "--comment", help="What comments begin with; '' if there are none"),
    header: Optional[bool] = typer.Option(None, "--header/--no-header", help="Whether columns have names; told if not"),
    repair: bool = typer.Option(False, "--repair/--strict", help="Fix slips of the pen and list each, or stop at them"),
    segment: str = typer.Option("words", "--segment", help="Tokens if the format has none: words or characters"),
    limit: int = typer.Option(0, "--limit", "-n", min=0, help="Convert only the first sentences; 0 for all"),
    json_path: Optional[Path] = RUN_JSON,
    overwrite: bool = OVERWRITE,
) -> None:
    """Convert a labelled corpus to a .spacy file, one sentence a Doc."""
    if not look and (output_path is None or not lang):
        raise XprojError("name the OUTPUT file and its language (--lang), or look at the input first (--look)")
    label_map = LabelMap.parse(labels, renames)
    settings = {
        "token_column": token_column,
        "tag_column": tag_column,
        "tag_names": tag_names,
        "default_label": default_label,
        "comment": comment,
        "header": None if header is None else "yes" if header else "no",
    }
    counts = ConversionCounts()
    with readable_again(input_path) as file:
        found = find_format(file, format_name)
        converter = make_converter(found, lang or "xx", scheme, repair, segment, **settings)
        docs = convert(file, converter, lang or "xx", label_map, counts)
        if look or output_path is None:
            for doc in islice(docs, limit or SHOWN):
                msg.text(_show(doc))
            msg.info(f"{input_path}: {found}: {getattr(converter, 'description', '')}")
            return
        listed = {name: output_path.with_name(f"{output_path.name}.{name}.jsonl") for name in ("repairs", "rejects")}
        check_paths("convert", [input_path], [*listed.values(), json_path], corpora=[output_path])
        check_run(json_path)
        again = is_made_by(output_path, "convert")
        if not is_known(lang):
            msg.warn(f"spaCy has no rules for the language '{lang}': text is tokenised as 'xx'")
        with stage("converting"):
            shown = islice(progress(docs, None, "sentences"), limit or None)
            sentences = write_docs(shown, output_path, "convert", overwrite)
    write_list(counts.repairs, listed["repairs"], overwrite or again)
    write_list(counts.rejects, listed["rejects"], overwrite or again)
    msg.info(f"{input_path}: read as {found}: {counts.description}")
    if counts.warning():
        msg.warn(f"{input_path}, {counts.warning()}")
    msg.good(f"{output_path}: {sentences} sentences, {counts.tokens} tokens")
    for line in label_summary(counts.labels):
        msg.text(line)
    if counts.unlabelled:
        msg.text(f"without labels: {counts.unlabelled} sentences")
    msg.text(f"fixes: {len(counts.repairs)}, listed in {listed['repairs']}" if counts.repairs else "fixes: none")
    if counts.rejects:
        msg.text(f"left out: {len(counts.rejects)}, listed in {listed['rejects']}")
    seconds = take_seconds()
    told = {"repairs": len(counts.repairs), "rejects": len(counts.rejects), "labels": kept_labels(counts.labels)}
    write_run(json_path, seconds, sentences / seconds["converting"], sentences=sentences, **told)
    print_times(seconds)


def _show(doc: Doc) -> str:
    """Write a sentence with a bar between its tokens and its entities in brackets."""
    name = f"{doc.user_data['sent_id']}: " if "sent_id" in doc.user_data else ""
    opens = {ent.start for ent in doc.ents}
    closes = {ent.end - 1: ent.label_ for ent in doc.ents}
    words = [
        f"{'[' if token.i in opens else ''}{token.text}{f' {closes[token.i]}]' if token.i in closes else ''}"
        for token in doc
    ]
    return f"{name}{' | '.join(words)}{'' if is_labelled(doc) else '   (without labels)'}"
