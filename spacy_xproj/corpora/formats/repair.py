"""Bad input: an error under strict reading, a recorded fix under repair."""

from dataclasses import asdict, dataclass
from textwrap import shorten
from typing import List

from spacy.tokens import Doc

from ...errors import XprojError


@dataclass(frozen=True)
class Repair:
    """One fix of the input. `Doc.user_data["repairs"]` lists those of a sentence, as dicts.

    line (int): line number in the input.
    token (str): the token or text concerned.
    before (str): what the input says.
    after (str): what it was read as; empty if it was left out.
    problem (str): what is wrong with it.
    """

    line: int
    token: str
    before: str
    after: str
    problem: str

    def error(self) -> XprojError:
        """Make the error that strict reading raises in place of the fix."""
        before, after = (shorten(text, 60, placeholder=" …") for text in (self.before, self.after))
        remedy = f"read it as '{after}'" if after else "leave it out"
        return XprojError(
            f"line {self.line}: {self.problem} '{before}' at '{self.token}'; correct it, or {remedy} with --repair"
        )


def settle(doc: Doc, repairs: List[Repair], repair: bool) -> None:
    """Keep the fixes that a sentence needs with its Doc, or raise the first of them as an error.

    doc (Doc): the Doc; it stays as it is if there are no fixes.
    repairs (List[Repair]): the fixes.
    repair (bool): whether they may be made.
    RAISES (XprojError): if there is one that may not be made.
    """
    if repairs and not repair:
        raise repairs[0].error()
    if repairs:
        doc.user_data["repairs"] = [asdict(fix) for fix in repairs]
