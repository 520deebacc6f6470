"""The pipeline that labels translations."""

import shutil
from pathlib import Path
from typing import Any, Dict, Iterable, List, Optional

from spacy import util
from spacy.language import Language
from spacy.tokens import Doc
from thinc.api import Config

from ..corpora.labels import LabelMap
from ..errors import XprojError
from ..taggers.pipeline import load_pipeline


class SourcePipeline:
    """The NER pipeline of the source language.

    One that was given by name is loaded by that name when it is first used, wherever the component is loaded. One that
    was given as an object belongs to the component, and is saved with it.

    name (Optional[str]): an installed package or a directory.
    label_map (LabelMap): what becomes of its labels.
    """

    def __init__(self, name: Optional[str], label_map: LabelMap):
        self.name = name
        self.label_map = label_map
        self.own: Optional[Language] = None
        self._loaded: Optional[Language] = None

    @property
    def nlp(self) -> Language:
        """The pipeline. RAISES (XprojError): if none is named, or it cannot be loaded."""
        if self.own is not None:
            return self.own
        if self._loaded is None:
            if self.name is None:
                raise XprojError(
                    "annotation_projector has no source pipeline: name one in 'source', a package or a directory, or "
                    "set the component's attribute of that name"
                )
            self._loaded = load_pipeline(self.name)
        return self._loaded

    def __call__(self, texts: Iterable[str]) -> List[Doc]:
        """Label texts.

        texts (Iterable[str]): the texts.
        RETURNS (List[Doc]): one Doc each, with mapped labels.
        RAISES (XprojError): if the pipeline drops a text, or the map does not name a label.
        """
        texts = list(texts)
        found = {i: doc for doc, i in self.nlp.pipe(zip(texts, range(len(texts))), as_tuples=True)}
        lost = next((text for i, text in enumerate(texts) if i not in found), None)
        if lost is not None:
            raise XprojError(f"the source pipeline gives nothing for '{lost[:60]}'; look into its error handler")
        docs = [found[i] for i in range(len(texts))]
        for doc in docs:
            self.label_map.apply(doc)
        return docs

    def to_disk(self, path: Path) -> None:
        """Save its own pipeline. If it has none, one that is there from before is removed, or it would be loaded."""
        if self.own is not None:
            self.own.to_disk(path)
        elif path.is_dir():
            shutil.rmtree(path)

    def from_disk(self, path: Path) -> None:
        """Load what `to_disk` saved."""
        if path.exists():
            self.own = util.load_model(path)

    def to_bytes(self) -> Optional[Dict[str, Any]]:
        """Save its own pipeline, if it has one."""
        return None if self.own is None else {"config": self.own.config.to_bytes(), "nlp": self.own.to_bytes()}

    def from_bytes(self, data: Optional[Dict[str, Any]]) -> None:
        """Load what `to_bytes` gave."""
        if data:
            self.own = util.load_model_from_config(Config().from_bytes(data["config"])).from_bytes(data["nlp"])
