"""Label maps: which labels a task has, and what becomes of the others.

``label_maps/NAME.json`` are maps of well-known schemes to PER, ORG and LOC. They name every label of their scheme. If
its entities have other boundaries than those of most corpora, such as *the United Nations'* in OntoNotes, `trim` says
which words they lose.
"""

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Dict, FrozenSet, Iterator, List, Optional, Tuple

from spacy.tokens import Doc, Span

from ..errors import XprojError
from ..storage.files import parse_json, read_text
from ..text.docs import is_labelled

MAPS = Path(__file__).parent / "label_maps"

#: Entities by their label before and after a map, as `LabelMap.apply` gives them; the second is empty if it drops them.
LabelChanges = Counter[Tuple[str, str]]


@dataclass(frozen=True)
class LabelMap:
    """What becomes of each label. Nothing is dropped that is not named.

    labels (Optional[FrozenSet[str]]): the labels that may remain; any by default.
    renames (Dict[str, str]): the new name of a label, empty to drop its entities.
    remedy (str): what to do about a label that may not remain, ``{label}`` in the map's own words.
    leading (FrozenSet[str]): words, in lower case, that no entity begins with: it loses them.
    trailing (FrozenSet[str]): words, in lower case, that no entity ends with.
    """

    labels: Optional[FrozenSet[str]] = None
    renames: Dict[str, str] = field(default_factory=dict)
    remedy: str = "add it to --labels, rename it (--map {label}=NEW) or drop it (--map {label}=)"
    leading: FrozenSet[str] = frozenset()
    trailing: FrozenSet[str] = frozenset()

    @classmethod
    def load(cls, name: str) -> "LabelMap":
        """Read a map that names every label of a scheme.

        name (str): one in ``label_maps``, such as `ontonotes`, or a JSON file like those: the new name of each label,
            or null to drop it; and maybe ``"trim": {"leading": ["the"], "trailing": ["'s"]}``.
        RETURNS (LabelMap): the map. Labels that it neither names nor gives may not remain.
        RAISES (XprojError): if there is no such map, or the file is not of that form.
        """
        file = MAPS / f"{name}.json"
        if not file.is_file():
            file = Path(name)
        if not file.is_file():
            known = ", ".join(sorted(path.stem for path in MAPS.glob("*.json")))
            raise XprojError(f"no label map '{name}': use {known}, or a JSON file")
        try:
            renames = parse_json(read_text(file))
        except ValueError as error:
            raise XprojError(f"{file}: not JSON ({error}); correct it") from None
        trim = renames.pop("trim") if isinstance(renames, dict) and isinstance(renames.get("trim"), dict) else {}
        if trim.keys() - {"leading", "trailing"} or not all(_is_words(words) for words in trim.values()):
            raise XprojError(f'{file}: bad "trim"; write {{"leading": ["the"], "trailing": ["\'s"]}}')
        if not isinstance(renames, dict) or not all(
            new is None or (new and isinstance(new, str)) for new in renames.values()
        ):
            raise XprojError(f'{file}: not a label map; write {{"PERSON": "PER", "DATE": null}}')
        kept = frozenset(new for new in renames.values() if new)
        remedy = f"name it in the label map '{name}' or in one of your own: its new label, or null to drop it"
        leading, trailing = (frozenset(map(str.lower, trim.get(end, []))) for end in ("leading", "trailing"))
        return cls(kept, {old: new or "" for old, new in renames.items()}, remedy, leading, trailing)

    @classmethod
    def parse(cls, labels: str, renames: str) -> "LabelMap":
        """Read a map from the command line.

        labels (str): the labels that may remain, such as `PER,ORG,LOC`; empty for any.
        renames (str): new names, such as `PERSON=PER,DATE=`; an empty one drops the label.
        RETURNS (LabelMap): the map.
        RAISES (XprojError): if a part is not of that form, or a label is mapped twice.
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
        """Relabel the entities of a Doc in place, and trim them.

        doc (Doc): the Doc.
        RETURNS (List[Tuple[str, str]]): the label of each entity before and after, empty if it was dropped.
        RAISES (XprojError): if a label remains that may not.
        """
        if not is_labelled(doc):  # its entities stay unknown
            return []
        changes = [(ent.label_, self.renames.get(ent.label_, ent.label_)) for ent in doc.ents]
        for before, after in changes:
            if after and self.labels is not None and after not in self.labels:
                where = f"line {doc.user_data['line']}: " if "line" in doc.user_data else ""
                raise XprojError(
                    f"{where}label '{after}' is not among {', '.join(sorted(self.labels))}; "
                    f"{self.remedy.format(label=before)}"
                )
        kept = [(self.trim(ent), after) for ent, (_, after) in zip(doc.ents, changes, strict=True) if after]
        spans = [Span(doc, ent.start, ent.end, after) for ent, after in kept]
        doc.set_ents(spans, default="outside")
        return changes

    def trim(self, ent: Span) -> Span:
        """Take `leading` and `trailing` words off an entity. One that has no others stays as it is.

        ent (Span): the entity.
        RETURNS (Span): the entity, or a part of it.
        """
        start, end = ent.start, ent.end
        while start < end and ent.doc[start].lower_ in self.leading:
            start += 1
        while start < end and ent.doc[end - 1].lower_ in self.trailing:
            end -= 1
        return ent.doc[start:end] if start < end else ent

    def trimmed(self, doc: Doc) -> int:
        """Count the entities that `apply` will trim."""
        return sum(len(self.trim(ent)) < len(ent) for ent in doc.ents if self.renames.get(ent.label_, ent.label_))


def _is_words(words: Any) -> bool:
    return isinstance(words, list) and all(isinstance(word, str) and word for word in words)


def kept_labels(changes: LabelChanges) -> Dict[str, int]:
    """Count the entities that a label map has kept, by their label after it.

    changes (LabelChanges): entities by their label before and after it.
    RETURNS (Dict[str, int]): the counts, in the order of the labels.
    """
    kept: Counter[str] = Counter()
    for (_, after), count in changes.items():
        kept[after] += count if after else 0
    return dict(sorted((+kept).items()))


def label_summary(changes: LabelChanges) -> Iterator[str]:
    """Tell what a label map did.

    changes (LabelChanges): entities by their label before and after it.
    YIELDS (str): three lines: entities by label, what was renamed, and what was dropped.
    """
    dropped: Counter[str] = Counter()
    renamed: Counter[str] = Counter()
    for (before, after), count in changes.items():
        dropped[before] += 0 if after else count
        renamed[f"{before}={after}"] += count if after and after != before else 0
    for name, counts in (("entities", Counter(kept_labels(changes))), ("renamed", renamed), ("dropped", dropped)):
        listed = ", ".join(f"{label} {count}" for label, count in sorted((+counts).items()))
        yield f"{name}: {listed or 'none'}"


def split_list(text: str) -> List[str]:
    """Split a comma-separated list, and leave out what is empty."""
    return [part.strip() for part in text.split(",") if part.strip()]
