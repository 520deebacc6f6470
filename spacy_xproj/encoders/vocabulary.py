"""An encoder with the vocabulary of some scripts: it serves every text in them, and not just that of a file."""

import json
from functools import cache
from typing import Any, Iterable, List, Set
from unicodedata import category, name

from ..errors import XprojError
from .encoder import Encoder
from .pieces import Spec, vocabulary
from .trim import Trimmed, keep_vocabulary

#: Letters and marks that no script has for itself, by how their names begin.
COMMON = ("COMBINING", "MODIFIER")
#: Latin letters whose names do not say it: ª and º.
ORDINALS = ("FEMININE", "MASCULINE")


def keep_scripts(encoder: Encoder, scripts: Iterable[str]) -> Trimmed:
    """Keep the pieces that text in some scripts can use.

    No text is read, and words in these scripts are cut as before. Of other scripts only the single characters remain.
    The encoder's model is changed in place.

    encoder (Encoder): the encoder.
    scripts (Iterable[str]): the scripts, as Unicode's names of their characters begin: `Latin`, `Cyrillic`, `Hangul`.
        Chinese characters are `CJK`; Japanese needs `Hiragana` and `Katakana` as well.
    RETURNS (Trimmed): the new encoder, and how much was kept.
    RAISES (XprojError): if no piece is in one of the scripts, or the tokenizer is neither Unigram nor WordPiece.
    """
    scripts = [script.upper() for script in scripts]
    rows: Any = encoder.model.get_input_embeddings().num_embeddings
    spec = json.loads(encoder.tokenizer.backend_tokenizer.to_str())
    tokenizer, ids = keep_vocabulary(encoder, pieces_in_scripts(spec, scripts))
    step = (
        f"Kept {len(ids):,} of {rows:,} pieces: the special ones, single characters, and those without letters of "
        f"scripts other than {', '.join(scripts)}. Words in these scripts are cut as before."
    )
    return Trimmed(Encoder(encoder.model, tokenizer, encoder.provenance.then(step)), len(ids), rows, 0, 0)


def pieces_in_scripts(spec: Spec, scripts: List[str]) -> Set[int]:
    """Find the pieces that are made of the letters of some scripts, of digits, punctuation and symbols.

    spec (Spec): the tokenizer's JSON form.
    scripts (List[str]): the scripts, in capitals.
    RETURNS (Set[int]): the ids of the pieces.
    RAISES (XprojError): if no piece has a letter of one of the scripts.
    """
    allowed = {"", *scripts, *COMMON, *(ORDINALS if "LATIN" in scripts else ())}
    letters: Set[str] = set()
    pieces: Set[int] = set()
    for i, piece in enumerate(vocabulary(spec)):
        of_piece = {_script(char) for char in piece}
        letters |= of_piece - {""}
        if of_piece <= allowed:
            pieces.add(i)
    for script in scripts:
        if script not in letters:
            raise XprojError(
                f"--script: no piece of the encoder has a letter of '{script.title()}'; "
                "name a script as Unicode's names of its letters begin, such as Latin or Cyrillic"
            )
    return pieces


@cache
def _script(char: str) -> str:
    """The first word of the name of a letter, mark or digit; empty for ASCII digits and all else."""
    if category(char)[0] in "LM" or (category(char) == "Nd" and not char.isascii()):
        return name(char, "UNKNOWN").partition(" ")[0].partition("-")[0]
    return ""
