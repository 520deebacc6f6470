"""Find entities in Portuguese text with an English pipeline: translate, label, project back (translate-test).

    python examples/translate_test.py "Ana Duarte trabalha no Banco Central em Brasília." --page page.html

Without --model, names of a short list stand for what an English pipeline would find. Translator and encoder come
with the extra `demo`; put your own translator and languages in their place.
"""

import argparse
from pathlib import Path
from typing import List, Optional

import spacy
from spacy.language import Language

from spacy_xproj.api import Bitext, apply_projection, load_projector, registry, render

TEXTS = [
    "Ana Duarte trabalha no Banco Central em Brasília.",
    "O Banco Central contratou Rui Prado em Lisboa.",
    "Ontem choveu muito.",
]
NAMES = {"PER": ["Ana Duarte", "Rui Prado"], "ORG": ["Central Bank"], "LOC": ["Brasilia", "Brasília", "Lisbon"]}


def english_pipeline(model: Optional[str]) -> Language:
    """Load an English pipeline that finds entities, or make one that knows the names of the list."""
    if model is not None:
        return spacy.load(model)
    nlp = spacy.blank("en")
    patterns = [{"label": label, "pattern": name} for label, names in NAMES.items() for name in names]
    nlp.add_pipe("entity_ruler").add_patterns(patterns)
    return nlp


def main(arguments: Optional[List[str]] = None) -> None:
    """Label texts and print their entities."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("texts", nargs="*", default=TEXTS, help="Portuguese sentences")
    parser.add_argument("--model", help="an English pipeline, such as en_core_web_sm")
    parser.add_argument("--page", type=Path, help="where to write a page that shows the projections")
    options = parser.parse_args(arguments)

    translator = registry.resolve(
        {"translator": {"@xproj_translators": "spacy-xproj.BundledTranslator.v1", "src_lang": "pt", "tgt_lang": "en"}}
    )["translator"]
    english, portuguese = english_pipeline(options.model), spacy.blank("pt")
    sources = english.pipe(translator(options.texts))  # the labelled side
    bitexts = [Bitext(source, target) for source, target in zip(sources, portuguese.pipe(options.texts))]

    projections = list(load_projector()(bitexts))
    for projection in projections:
        doc = apply_projection(projection)
        print(doc.text, [(ent.text, ent.label_) for ent in doc.ents])
        for outcome in projection.outcomes:
            if outcome.status != "projected":
                print("   ", outcome.status, projection.bitext.source.ents[outcome.entity])
    if options.page is not None:
        options.page.write_text(render(projections, jupyter=False, title="Translate-test"), encoding="utf8")


if __name__ == "__main__":
    main()
