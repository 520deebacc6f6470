"""Label maps: which labels a task has, and what becomes of the others."""

from dataclasses import dataclass, field
from typing import Dict, FrozenSet, List, Optional, Tuple

from spacy.tokens import Doc, Span

from ..errors import XprojError


@dataclass(frozen=True)
class LabelMap:
    """What becomes of each label. Nothing is dropped that is not named.

    labels (Optional[FrozenSet[str]]): the labels that may be left; any by default.
    renames (Dict[str, str]): the new name of a label, empty to drop its entities.
    """

    labels: Optional[FrozenSet[str]] = None
    renames: Dict[str, str] = field(default_factory=dict)

    @classmethod
    def parse(cls, labels: str, renames: str) -> "LabelMap":
        """Read a map from the command line.

        labels (str): the labels that may be left, such as `PER,ORG,LOC`; empty for any.
        renames (str): new names, such as `PERSON=PER,DATE=`; an empty one drops the label.
        RETURNS (LabelMap): the map.
        RAISES (XprojError): where a part is not of that form, or a label is mapped twice.
        """
        pairs: Dict[str, str] = {}
        for item in split_list(renames):
            before, equals, after = (part.strip() for part in item.partition("="))
            if not before or not equals or before in pairs:
                raise XprojError(
                    f"bad label map '{item}': write each label once, OLD=NEW to rename it, OLD= to drop it"
                )
            pairs[before] = after
        return cls(frozenset(split_list(labels)) or None, pairs)

    def apply(self, doc: Doc) -> List[Tuple[str, str]]:
        """Relabel the entities of a Doc in place.

        doc (Doc): the Doc.
        RETURNS (List[Tuple[str, str]]): the label of each entity before and after, empty where it was dropped.
        RAISES (XprojError): where a label is left that may not be.
        """
        changes = [(ent.label_, self.renames.get(ent.label_, ent.label_)) for ent in doc.ents]
        for before, after in changes:
            if after and self.labels is not None and after not in self.labels:
                raise XprojError(
                    f"line {doc.user_data.get('line', 'unknown')}: label '{after}' is not among "
                    f"{', '.join(sorted(self.labels))}; add it to --labels, rename it (--map {before}=NEW) or drop it "
                    f"(--map {before}=)"
                )
        spans = [
            Span(doc, ent.start, ent.end, after) for ent, (_, after) in zip(doc.ents, changes, strict=True) if after
        ]
        doc.set_ents(spans, default="outside")
        return changes


def split_list(text: str) -> List[str]:
    """RETURNS (List[str]): the parts of a comma-separated list, without empty ones."""
    return [part.strip() for part in text.split(",") if part.strip()]
