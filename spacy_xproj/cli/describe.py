"""``xproj describe``: a trained pipeline with its licence, sources, scores and provenance in meta.json."""

import shutil
from pathlib import Path
from typing import List, Optional

import typer
from wasabi import msg

from ..errors import XprojError
from ..storage.files import read_json, write_json
from ..storage.marker import result_directory
from ..storage.outputs import check_paths
from .app import command

META = "meta.json"


@command("describe")
def describe_cli(
    pipeline: Path = typer.Argument(..., metavar="PIPELINE", help="A trained pipeline, such as training/model-best"),
    output: Path = typer.Argument(..., metavar="OUTPUT", help="Where to write it; what is there before is replaced"),
    data: List[Path] = typer.Option(
        [], metavar="DIR", help="A projected corpus that it was trained on; may be repeated"
    ),
    encoder: Optional[Path] = typer.Option(None, metavar="DIR", help="Its encoder, as `encoder` has written it"),
    scores: Optional[Path] = typer.Option(
        None, metavar="FILE", help="Its scores, as `xproj evaluate --json` wrote them"
    ),
    source: List[str] = typer.Option(
        [], metavar="NAME=LICENCE", help="What else it was made from, such as labelled text; may be repeated"
    ),
    license: Optional[str] = typer.Option(
        None, help="The pipeline's licence; by default all of the sources', joined by AND"
    ),
    description: Optional[str] = typer.Option(None, help="A sentence about it"),
) -> None:
    """Copy a pipeline and say in its meta.json what it is, what it was made from and how good it is.

    Licences of models are read from the corpora and the encoder, which record them; name those of texts with --source.
    A file LICENSES_SOURCES lists all of them, which `spacy package` takes along.
    """
    from ..students.description import LICENSES, Source, describe, license_texts

    check_paths("describe", [pipeline, *data, encoder, scores], directories=[output])
    sources = []
    for item in source:
        name, equals, licence = (part.strip() for part in item.rpartition("="))
        if not (name and licence):
            raise XprojError(f"--source '{item}': write it as NAME=LICENCE, such as 'News of my town=CC-BY-4.0'")
        sources.append(Source(name, licence))
    meta = describe(
        read_json(pipeline / META),
        data=data,
        encoder=encoder,
        scores=scores,
        sources=sources,
        license=license,
        description=description,
    )
    with result_directory(output, "describe") as directory:
        shutil.copytree(pipeline, directory)
        write_json(directory / META, meta)
        (directory / LICENSES).write_text(license_texts(meta), encoding="utf8")
    msg.good(f"{output}: {meta['license']}")
    for row in meta["sources"]:
        msg.text(f"{row['name']}: {row['license']}")
