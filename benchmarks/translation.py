"""Names of people that translators change, and what `protect` is worth: the share that is in the translation as it was.

    python benchmarks/translation.py --data DATA

DATA has the folder `uner` with `en_ewt.test.iob2` and `en_pud.test.iob2` of Universal NER v1. It takes apertium and
apertium-eng-spa (apt-get install) and the extra `demo`. Of 449 names in EWT test Apertium leaves 393 as they were, and
all 449 if they are protected; of 414 in PUD, 363 and all 414.
"""

import argparse
import os
from pathlib import Path

from offline import APERTIUM, BUNDLED, read

from spacy_xproj.registry import registry
from spacy_xproj.translators.protection import translate_protected

DIRECTIONS = {"Apertium en→es": (APERTIUM, "es"), "bundled en→pt": (BUNDLED, "pt")}
CORPORA = {"EWT test": "uner/en_ewt.test.iob2", "PUD": "uner/en_pud.test.iob2"}


def main() -> None:
    """Print a row for each translator and corpus."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--limit", type=int, help="sentences with names of each corpus")
    parser.add_argument("directions", nargs="*", default=list(DIRECTIONS), metavar="direction")
    args = parser.parse_args()
    os.environ["SPACY_XPROJ_TRANSLATIONS_MB"] = "0"
    print("| translator | corpus | names | as they were | protected |\n|---|---|---|---|---|")
    for direction in args.directions:
        name, lang = DIRECTIONS[direction]
        translator = registry.xproj_translators.get(name)("en", lang)
        for corpus, path in CORPORA.items():
            docs = [doc for doc in read(args.data / path, "en") if any(ent.label_ == "PER" for ent in doc.ents)]
            docs = docs[: args.limit]
            names = [[ent.text for ent in doc.ents if ent.label_ == "PER"] for doc in docs]
            plain = list(translator(doc.text for doc in docs))
            protected = [made.text for made in translate_protected(docs, translator, ["PER"])]
            total = sum(map(len, names))
            shares = [
                f"{sum(name in text for own, text in zip(names, texts, strict=True) for name in own)}"
                for texts in (plain, protected)
            ]
            print(f"| {direction} | {corpus} | {total} | {' | '.join(shares)} |", flush=True)


if __name__ == "__main__":
    main()
