"""Apertium's directions: which one two languages have, and the package that brings it."""

from typing import List

from ..errors import XprojError
from ..text.languages import equivalent_codes

#: Debian's pairs; the package is called apertium-A-B. Some have one direction only.
PAIRS = (  # noqa: SIM905
    "afr-nld arg-cat bel-rus br-fr cat-ita cat-srd cy-en dan-nor en-gl eng-cat eng-spa eo-ca eo-en eo-es eo-fr es-gl "
    "es-pt es-ro eu-en eu-es fr-es fra-cat fra-frp hbs-eng hbs-mkd hbs-slv ind-zlm isl-eng isl-swe mkd-bul mkd-eng "
    "nno-nob oc-ca oc-es oci-fra pol-szl por-cat pt-gl rus-ukr spa-arg spa-ast spa-cat spa-ita srd-ita swe-dan swe-nor "
    "urd-hin"
).split()
#: What Apertium calls a language that it has under another name, as a target.
VARIANTS = {"hr": "hbs_HR", "bs": "hbs_BS", "sr": "hbs_SR", "sh": "hbs", "ms": "zlm"}
#: Directions that generate badly, and how badly.
POOR = {("eng", "hbs"): "79% of its sentences have words that it could not generate"}


def apertium_names(lang: str) -> List[str]:
    """List what Apertium may call a language.

    lang (str): an ISO code.
    RETURNS (List[str]): the names, that of a variant first.
    """
    codes = equivalent_codes(lang)
    variants = [VARIANTS[code] for code in codes if code in VARIANTS]
    names = [*variants, *(variant.partition("_")[0] for variant in variants)]
    return list(dict.fromkeys([*names, *(code for code in codes if "_" not in code)]))


def why_poor(src_lang: str, tgt_lang: str) -> str:
    """Tell what is bad about a direction, if it is known to be: an empty text if it is not."""
    sources, targets = apertium_names(src_lang), apertium_names(tgt_lang)
    return next((why for (source, target), why in POOR.items() if source in sources and target in targets), "")


def find_mode(src_lang: str, tgt_lang: str, modes: List[str]) -> str:
    """Find the direction for two languages.

    src_lang (str): ISO code of the source language.
    tgt_lang (str): ISO code of the target language.
    modes (List[str]): those that are installed, as ``apertium -l`` lists them.
    RETURNS (str): the direction, such as `eng-spa`.
    RAISES (XprojError): if there is none: what is to be installed, or that Debian has no such pair.
    """
    sources, targets = apertium_names(src_lang), apertium_names(tgt_lang)
    for target in targets:
        for source in sources:
            if f"{source}-{target}" in modes:
                return f"{source}-{target}"
    direction = f"{src_lang}→{tgt_lang}"
    pairs = [pair.split("-") for pair in PAIRS]
    for a, b in pairs:
        if (a in sources and b in targets) or (b in sources and a in targets):
            if {f"{a}-{b}", f"{b}-{a}"} & set(modes):
                raise XprojError(f"apertium-{a}-{b} has the other direction only, not {direction}")
            raise XprojError(f"apertium has no {direction} here: apt-get install apertium-{a}-{b}")
    others = sorted({b if a in sources else a for a, b in pairs if {a, b} & set(sources)})
    raise XprojError(f"Debian's apertium has no {direction}; {src_lang} it has with: {', '.join(others) or 'nothing'}")
