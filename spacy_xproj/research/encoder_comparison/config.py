"""The config of a comparison: which encoders, training data, test sets and ways to train."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Dict, Iterator, List, Tuple

from pydantic import BaseModel
from spacy.util import dict_to_dot

from ...config import read_section
from ...corpora.labels import split_list
from ...errors import XprojError

SECTIONS = ("comparison", "encoders", "data", "tests", "training", "modes")
#: Sections that may be left out.
OPTIONAL = ("training", "encoder_training")
#: In the path of training data: a corpus, and a student, for each language.
LANG = "{lang}"


class ComparisonSettings(BaseModel, extra="forbid"):
    """The section ``[comparison]``.

    train_config (str): the training config of the students.
    labels (str): the labels that are scored, such as "PER,ORG,LOC".
    seeds (List[int]): the seeds that each student is trained with.
    concrete (str): those of the labels whose entities pictures show, such as "LOC,PER".
    abstract (str): those whose entities they do not show, such as "ORG".
    resamples (int): how often sentences are drawn for an interval.
    keep_models (bool): keep the students themselves, not only what they predict.
    gpu_id (int): the GPU, -1 for the CPU.
    """

    train_config: str
    labels: str
    seeds: List[int]
    concrete: str = "LOC,PER"
    abstract: str = "ORG"
    resamples: int = 1000
    keep_models: bool = False
    gpu_id: int = -1

    def scored(self) -> List[str]:
        """List the labels that are scored."""
        return split_list(self.labels)

    def groups(self) -> Dict[str, List[str]]:
        """List the labels that are concrete, and those that are abstract."""
        return {"concrete": split_list(self.concrete), "abstract": split_list(self.abstract)}


class DataSettings(BaseModel, extra="forbid"):
    """A section in ``[data]``. With ``{lang}`` in `train`, each language has a corpus and a student of its own.

    train (str): a `.spacy` file, or a directory of them.
    dev (str): likewise; what the learning curve is measured on. It decides nothing: the last state is scored.
    lang (str): the code of the pipeline's language, "xx" by default; may be ``{lang}`` if `train` has it.
    """

    train: str
    dev: str
    lang: str = "xx"

    def for_language(self, lang: str) -> "DataSettings":
        """Put a language in."""
        values = {"train": self.train, "dev": self.dev, "lang": self.lang}
        return DataSettings(**{key: value.replace(LANG, lang) for key, value in values.items()})


@dataclass(frozen=True)
class Comparison:
    """A comparison.

    settings (ComparisonSettings): the section ``[comparison]``.
    encoders (Dict[str, Path]): the directory of each encoder. The first is the baseline.
    data (Dict[str, DataSettings]): training data.
    tests (Dict[str, Path]): a labelled `.spacy` file of each language.
    training (Dict[str, Any]): what is changed in the training config, for all students alike: values by dotted name.
    modes (Dict[str, Dict[str, Any]]): ways to train: what each changes besides.
    encoder_training (Dict[str, Dict[str, Any]]): what is changed for the students on one encoder, such as the
        architecture for a text encoder of CLIP.
    """

    settings: ComparisonSettings
    encoders: Dict[str, Path]
    data: Dict[str, DataSettings]
    tests: Dict[str, Path]
    training: Dict[str, Any]
    modes: Dict[str, Dict[str, Any]]
    encoder_training: Dict[str, Dict[str, Any]]


def read_comparison(config: Dict[str, Any]) -> Comparison:
    """Check a config and that its files are there, before anything is trained.

    config (Dict[str, Any]): the config.
    RETURNS (Comparison): the comparison.
    RAISES (XprojError): if a section or file is missing, or a setting is unknown or has a wrong value.
    """
    for section in SECTIONS:
        if not config.get(section) and section not in OPTIONAL:
            raise XprojError(f"config: section [{section}] is missing or empty; see configs/comparison/encoders.cfg")
    comparison = Comparison(
        settings=read_section(ComparisonSettings, config["comparison"], "comparison"),
        encoders=_paths(config, "encoders"),
        data={name: read_section(DataSettings, block, f"data.{name}") for name, block in _blocks(config, "data")},
        tests=_paths(config, "tests"),
        training=dict_to_dot(config.get("training", {})),
        modes={name: dict_to_dot(block) for name, block in _blocks(config, "modes")},
        encoder_training={name: dict_to_dot(block) for name, block in _blocks(config, "encoder_training")},
    )
    _check(comparison)
    return comparison


def _paths(config: Dict[str, Any], section: str) -> Dict[str, Path]:
    """Read a section of paths."""
    for name, path in config[section].items():
        if not isinstance(path, (str, type(None))):
            raise XprojError(f"[{section}] {name}: {path} is no path; write a path in quotes")
    return {name: Path(path or "") for name, path in config[section].items()}


def _blocks(config: Dict[str, Any], section: str) -> Iterator[Tuple[str, Dict[str, Any]]]:
    """List the name and the settings of each section in a section."""
    for name, block in config.get(section, {}).items():
        if not isinstance(block, dict):
            raise XprojError(f"[{section}] {name}: {block} is no section; write [{section}.{name}], settings below it")
        yield name, block


def _check(comparison: Comparison) -> None:
    settings = comparison.settings
    if len(comparison.encoders) < 2:
        raise XprojError("[encoders]: there is one only; give at least two to compare")
    if not settings.seeds or len(set(settings.seeds)) != len(settings.seeds):
        raise XprojError(f"[comparison] seeds {settings.seeds}: give at least one, each once")
    unknown = {label for group in settings.groups().values() for label in group} - set(settings.scored())
    if unknown:
        raise XprojError(f"[comparison] concrete, abstract: {', '.join(sorted(unknown))} not among the labels")
    for name, path in comparison.encoders.items():
        if not (path / "config.json").is_file():
            raise XprojError(f"[encoders] {name}: {path} is no encoder's directory; write one (xproj encoder)")
    for name in comparison.encoder_training.keys() - comparison.encoders.keys():
        raise XprojError(f"[encoder_training.{name}]: '{name}' is not in [encoders]; correct the name")
    for lang, path in comparison.tests.items():
        if path.is_dir():
            raise XprojError(f"[tests] {lang}: {path}: is a directory; name one .spacy file")
        _check_corpus(f"[tests] {lang}", path)
    for name, data in comparison.data.items():
        _check_data(name, data, list(comparison.tests))
    if not Path(settings.train_config).is_file():
        raise XprojError(f"[comparison] train_config: {settings.train_config}: no such file; check the path")


def _check_data(name: str, data: DataSettings, languages: List[str]) -> None:
    for setting in ("dev", "lang"):
        if LANG in getattr(data, setting) and LANG not in data.train:
            raise XprojError(
                f"[data.{name}] {setting}: has {LANG} and train has not, so that one student is for all languages; "
                "put it into both or into neither"
            )
    for own in map(data.for_language, languages):
        _check_corpus(f"[data.{name}] train", Path(own.train))
        _check_corpus(f"[data.{name}] dev", Path(own.dev))


def _check_corpus(where: str, path: Path) -> None:
    found = any(path.rglob("*.spacy")) if path.is_dir() else path.is_file() and path.suffix == ".spacy"
    if not found:
        raise XprojError(f"{where}: {path}: no .spacy file; write it (xproj convert, xproj project)")
