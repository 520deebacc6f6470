"""What a trained pipeline says of itself in its meta.json: licence, sources, scores, and where its labels come from."""

import re
from pathlib import Path
from typing import Any, Dict, Iterable, List, NamedTuple, Optional

from pydantic import TypeAdapter, ValidationError
from typing_extensions import TypedDict

from .. import __version__
from ..errors import XprojError
from ..models.loading import model_license
from ..projectors.summary import SUMMARY
from ..storage.files import read_json, read_text
from ..text.languages import language_table

CARD = "README.md"
#: spaCy's name for a file with the licences of what a pipeline is made from; `spacy package` takes it along.
LICENSES = "LICENSES_SOURCES"
UNKNOWN = "unknown"


class Figures(TypedDict):
    """Precision, recall and F1; None if there is nothing to divide by."""

    p: Optional[float]
    r: Optional[float]
    f: Optional[float]


class StrictScores(Figures):
    """Strict scores, in all and for each label."""

    per_type: Dict[str, Figures]


class Scores(TypedDict):
    """What is read of the scores of `xproj evaluate --json`."""

    strict: StrictScores


SCORES = TypeAdapter(Scores)


class Source(NamedTuple):
    """What a pipeline was made from.

    name (str): what it is called.
    license (str): its licence.
    origin (str): where it was taken from, if that is known.
    """

    name: str
    license: str
    origin: str = ""


def describe(
    meta: Dict[str, Any],
    *,
    data: Iterable[Path],
    encoder: Optional[Path],
    scores: Optional[Path],
    sources: Iterable[Source],
    license: Optional[str],
    description: Optional[str],
) -> Dict[str, Any]:
    """Complete the meta.json of a pipeline.

    meta (Dict[str, Any]): its content.
    data (Iterable[Path]): the projected corpora that it was trained on, for their summary.json.
    encoder (Optional[Path]): the directory of its encoder, for its model card.
    scores (Optional[Path]): what `xproj evaluate --json` wrote about it. Without them, the scores of the training stay.
    sources (Iterable[Source]): what else it was made from.
    license (Optional[str]): its licence. By default all licences of the sources, which apply together.
    description (Optional[str]): a sentence about it; by default one that names the languages.
    RETURNS (Dict[str, Any]): the new content, with what the files say in full under `spacy_xproj`.
    RAISES (XprojError): if a file is missing or says something else.
    """
    summaries = {str(path): read_summary(path) for path in data}
    found = [source for summary in summaries.values() for source in data_sources(summary)]
    provenance: Dict[str, Any] = {"version": __version__, "data": summaries}
    if encoder is not None:
        provenance["encoder"] = read_text(encoder / CARD)
        found.insert(0, encoder_source(encoder, provenance["encoder"]))
    found = [*dict.fromkeys([*found, *sources])]
    described = {
        **meta,
        "description": description or _describe_languages(meta["lang"], summaries.values()),
        "license": license or join_licenses(source.license for source in found),
        "sources": [
            {"name": source.name, "license": source.license, **({"origin": source.origin} if source.origin else {})}
            for source in found
        ],
        "spacy_xproj": provenance,
    }
    if scores is not None:
        provenance["performance_in_training"] = meta.get("performance", {})
        described["performance"] = read_performance(scores)
    return described


def read_summary(directory: Path) -> Dict[str, Any]:
    """Read the summary.json of a projected corpus. RAISES (XprojError): if it is not one."""
    path = directory / SUMMARY
    summary = read_json(path)
    if not isinstance(summary, dict) or not isinstance(summary.get("licenses"), dict):
        raise XprojError(f"{path}: says nothing of licences; name the output of `xproj project`")
    return summary


def data_sources(summary: Dict[str, Any]) -> List[Source]:
    """List the models that labels came from, of those whose licences are known."""
    return [
        Source(re.sub(r"(_|\.)license$", "", place), license) for place, license in sorted(summary["licenses"].items())
    ]


def encoder_source(directory: Path, card: str) -> Source:
    """Read name, licence and origin off the model card of an encoder."""
    title = re.search(r"^# (.+)$", card, flags=re.MULTILINE)
    origin = re.search(r"^- \*\*Source:\*\* (.+)$", card, flags=re.MULTILINE)
    name = f"encoder: {title[1] if title else directory.name}"
    return Source(name, model_license(str(directory), None) or UNKNOWN, origin[1] if origin else "")


def join_licenses(licenses: Iterable[str]) -> str:
    """Join licences as SPDX does if all of them apply: `CC0-1.0 AND MIT`. Remarks in brackets are left out; capitals
    make no other licence."""
    plain = (re.sub(r"\s*\(.*\)", "", license) for license in licenses)
    found = {license.lower(): license for license in sorted(plain, reverse=True)}  # capitals win
    return " AND ".join(found[key] for key in sorted(found)) or UNKNOWN


def read_performance(path: Path) -> Dict[str, Any]:
    """Read strict scores as spaCy names them. RAISES (XprojError): if `xproj evaluate` has not written the file."""
    scores = read_json(path)
    try:
        SCORES.validate_python(scores, strict=True)
    except ValidationError:
        raise XprojError(f"{path}: has no strict scores; write it with `xproj evaluate --json`") from None
    strict = scores["strict"]
    per_type = {label: {key: row[key] for key in "prf"} for label, row in strict["per_type"].items()}
    return {**{f"ents_{key}": strict[key] for key in "fpr"}, "ents_per_type": per_type}


def license_texts(meta: Dict[str, Any]) -> str:
    """Write what a pipeline was made from as a text, with the encoder's model card.

    meta (Dict[str, Any]): what `describe` gave.
    RETURNS (str): the text.
    """
    lines = ["This pipeline was made from:", ""]
    for source in meta["sources"]:
        origin = f", {source['origin']}" if "origin" in source else ""
        lines.append(f"- {source['name']}{origin}: {source['license']}")
    card = meta["spacy_xproj"].get("encoder")
    return "\n".join([*lines, "", *(["The model card of the encoder:", "", card] if card else [])])


def _describe_languages(lang: str, summaries: Iterable[Dict[str, Any]]) -> str:
    pairs = sorted({(summary["src_lang"], summary["tgt_lang"]) for summary in summaries})
    targets = ", ".join(dict.fromkeys(_language_name(target) for _, target in pairs)) or _language_name(lang)
    origins = ", ".join(dict.fromkeys(_language_name(source) for source, _ in pairs))
    learned = f", learned from labels projected from {origins}" if origins else ""
    return f"Named-entity recognition for {targets}{learned} (spacy_xproj {__version__})."


def _language_name(code: str) -> str:
    return next((row.name for row in language_table() if code in (row.iso_639_1, row.iso_639_3)), code)
