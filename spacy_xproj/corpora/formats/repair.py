"""Bad input: an error under strict reading, a recorded fix under repair."""

from dataclasses import asdict, dataclass
from textwrap import shorten
from typing import Iterable, List

from spacy.tokens import Doc

from ...errors import XprojError


@dataclass(frozen=True)
class Repair:
    """One fix of the input. `Doc.user_data["repairs"]` lists those of a sentence, as dicts.

    line (int): line number in the input.
    token (str): the token or text concerned.
    before (str): what the input says.
    after (str): what it was read as; empty where it was left out.
    problem (str): what is wrong with it.
    """

    line: int
    token: str
    before: str
    after: str
    problem: str

    def error(self) -> XprojError:
        """RETURNS (XprojError): the error that strict reading raises in place of the fix."""
        before, after = (shorten(text, 60, placeholder=" …") for text in (self.before, self.after))
        remedy = f"read it as '{after}'" if after else "leave it out"
        return XprojError(
            f"line {self.line}: {self.problem} '{before}' at '{self.token}'; correct it, or {remedy} with --repair"
        )


def settle(repairs: Iterable[Repair], repair: bool) -> List[Repair]:
    """Accept fixes, or raise the first of them as an error.

    repairs (Iterable[Repair]): the fixes that a sentence needs.
    repair (bool): whether to accept them.
    RETURNS (List[Repair]): the fixes.
    RAISES (XprojError): where there is one and it may not be made.
    """
    accepted = list(repairs)
    if accepted and not repair:
        raise accepted[0].error()
    return accepted


def record(doc: Doc, repairs: List[Repair]) -> None:
    """Keep the fixes of a sentence with its Doc.

    doc (Doc): the Doc.
    repairs (List[Repair]): its fixes; none leaves the Doc as it is.
    """
    if repairs:
        doc.user_data["repairs"] = [asdict(fix) for fix in repairs]
