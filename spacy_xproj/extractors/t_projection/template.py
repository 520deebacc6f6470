"""What the candidate generator of T-Projection reads and writes (García-Ferrero, Agerri and Rigau 2023).

A question is a sentence with an empty tag for each entity that it should have, the answer is the tags filled in:

    Obama went to New York . <Person>[None]</Person><Location>[None]</Location>
    <Person>Obama</Person><Location>New York</Location>
"""

import re
from typing import Dict, Iterable, List, Sequence, Tuple

from spacy.tokens import Doc, Span, Token

#: Labels that are written out, so that a model makes sense of them.
LABEL_NAMES: Dict[str, str] = {
    "PER": "Person",
    "LOC": "Location",
    "ORG": "Organization",
    "MISC": "Miscellaneous",
}


def write_question(doc: Doc, labels: Sequence[str]) -> str:
    """Ask for entities.

    doc (Doc): the sentence; its tokens are joined with spaces.
    labels (Sequence[str]): the labels of the entities, in the order of the labelled sentence.
    RETURNS (str): the question.
    """
    return f"{spaced(doc)} {''.join(_tagged(label, '[None]') for label in labels)}"


def write_answer(ents: Sequence[Span]) -> str:
    """Write the answer that has these entities."""
    return "".join(_tagged(ent.label_, spaced(ent)) for ent in ents)


def read_answer(answer: str, labels: Sequence[str]) -> List[Tuple[str, ...]]:
    """Read the entities of an answer, whatever else a model has written.

    answer (str): the answer.
    labels (Sequence[str]): the labels that were asked for.
    RETURNS (List[Tuple[str, ...]]): the words of each entity that stands between the tags of one of them.
    """
    names = "|".join(re.escape(_name(label)) for label in dict.fromkeys(labels))
    found = re.findall(rf"<({names})>((?:(?!</?(?:{names})>).)*)</\1>", answer)
    return [tuple(text.split()) for _, text in found]


def spaced(tokens: Iterable[Token]) -> str:
    """Join the texts of the tokens of a Doc or Span with spaces."""
    return " ".join(token.text for token in tokens)


def _tagged(label: str, text: str) -> str:
    return f"<{_name(label)}>{text}</{_name(label)}>"


def _name(label: str) -> str:
    return LABEL_NAMES.get(label, label)
