"""The model card: where an encoder came from, under which licence, and what was done to it."""

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import List, Optional

CARD = """\
---
license: {license}
library_name: transformers
---

# {title}

- **Family:** {family}
- **Source:** {source}
- **Revision:** {revision}
- **Licence:** {license}

{caution}## How it was made

{steps}

Written by spacy_xproj for `transformers` and `spacy-transformers`.
{source_card}"""


@dataclass(frozen=True)
class Provenance:
    """What a model card says.

    title (str): name of the model.
    source (str): where the weights were taken from.
    revision (str): their version there.
    license (Optional[str]): identifier of the licence, if it is known.
    family (str): what kind of model the weights were taken from.
    caution (str): what to know before using it.
    steps (List[str]): what was done, in order.
    source_card (str): text of the model card that the source has, if it has one.
    """

    title: str
    source: str
    revision: str
    license: Optional[str] = None
    family: str = "plain encoder"
    caution: str = ""
    steps: List[str] = field(default_factory=list)
    source_card: str = ""

    def then(self, step: str) -> "Provenance":
        """Add a step."""
        return replace(self, steps=[*self.steps, step])


def write_card(provenance: Provenance, path: Path, half: bool) -> None:
    """Write a model card.

    provenance (Provenance): what it says.
    path (Path): the file, `README.md` of the encoder's directory.
    half (bool): whether the weights are stored in half precision.
    """
    stored = "Stored the weights in half precision." if half else "Stored the weights in float32."
    text = CARD.format(
        title=provenance.title,
        family=provenance.family,
        source=provenance.source,
        revision=provenance.revision,
        license=provenance.license or "unknown",
        caution=f"**Caution:** {provenance.caution}.\n\n" if provenance.caution else "",
        steps="\n".join(f"{n}. {step}" for n, step in enumerate([*provenance.steps, stored], start=1)),
        source_card=f"\n---\n\nThe card of the source:\n\n{provenance.source_card}" if provenance.source_card else "",
    )
    path.write_text(text, encoding="utf8")
