"""The config of a study."""

from collections import Counter
from pathlib import Path
from typing import Any, Dict, List

from pydantic import BaseModel, Field

from ...config import read_section
from ...corpora.datasets import dataset_code, study_languages
from ...corpora.labels import LabelMap, split_list
from ...errors import XprojError
from ...text.languages import LanguageRow


class StudySettings(BaseModel, extra="forbid"):
    """The section ``[study]``: what is measured, and on which text.

    dataset (str): one of `DATASETS`; it says which languages there are.
    path (str): the gold file of a language, ``{code}`` standing for what the dataset calls it.
    labels (str): the labels that are scored, such as "PER,ORG,LOC"; at least one.
    map (str): what becomes of other labels, in the gold file and of the taggers, such as "DATE=,MISC=": see `LabelMap`.
    languages (str): the languages, as the dataset calls them, such as "hau,swa"; all by default.
    limit (int): only the first sentences of each; 0 for all.
    """

    dataset: str
    path: str
    labels: str
    map: str = ""
    languages: str = ""
    limit: int = Field(0, ge=0)

    def label_map(self) -> LabelMap:
        """Parse what becomes of each label."""
        return LabelMap.parse(self.labels, self.map)

    def scored(self) -> List[str]:
        """List the labels that are scored."""
        return split_list(self.labels)

    def rows(self) -> List[LanguageRow]:
        """List the languages.

        RETURNS (List[LanguageRow]): the languages.
        RAISES (XprojError): if the dataset or a language is unknown, or a language is named twice.
        """
        codes = split_list(self.languages)
        for code, count in Counter(codes).items():
            if count > 1:
                raise XprojError(f"[study] languages: '{code}' is named {count} times; name it once")
        return study_languages(self.dataset, codes)

    def gold_path(self, row: LanguageRow) -> Path:
        """Name the gold file of a language."""
        return Path(self.path.replace("{code}", dataset_code(row, self.dataset)))


def read_study(config: Dict[str, Any]) -> StudySettings:
    """Check a config.

    config (Dict[str, Any]): the config.
    RETURNS (StudySettings): its section ``[study]``.
    RAISES (XprojError): if a section is missing, or a setting is unknown or has a wrong value.
    """
    missing = {"study", "language", "converter", "translator", "tagger", "methods"} - config.keys()
    if missing:
        raise XprojError(f"config: no section [{'], ['.join(sorted(missing))}]; see configs/study/published.cfg")
    if not config["methods"]:
        raise XprojError("[methods] is empty; add a block such as [methods.heuristic]")
    for method, block in config["methods"].items():
        if not isinstance(block, dict) or not {"@xproj_projectors", "@xproj_taggers"} & block.keys():
            raise XprojError(f"[methods.{method}]: neither a projector nor a tagger; name one (@xproj_projectors = …)")
    settings = read_section(StudySettings, config["study"], "study")
    if not settings.scored():
        raise XprojError("[study] labels: none, so nothing would be scored; name them, such as PER,ORG,LOC")
    return settings
