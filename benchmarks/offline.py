"""Translate-test without any training and without a hub: what package registries carry, on gold test data.

Text is translated into English (Apertium, or the bundled translator for Portuguese), labelled by an English pipeline of
spaCy, and projected back, by the component `annotation_projector`. Its statistics come from unlabelled text.

    python benchmarks/offline.py --data DATA [croatian spanish portuguese names]

`names` is about translate-train: what becomes of the people of English Europarl if Apertium translates it into Spanish,
as it is and with `[translation] protect = ["PER"]`. There is no gold on translations; a name that stays as it is has to
be projected onto itself.

DATA has the folders `uner` with `hr_set.{dev,test}.iob2` and `pt_bosque.{dev,test}.iob2` of Universal NER v1, and
`europarl` with `{en,es}.conll02` of Agerri et al. 2018. It takes apertium, apertium-hbs-eng and apertium-eng-spa
(apt-get install) and the extras `demo` and `english`. F1 is strict, on gold tokens; its interval comes from drawing
sentences.
"""

import argparse
import os
import time
from pathlib import Path
from typing import List, NamedTuple

import spacy
from spacy.tokens import Doc, Span
from spacy.training import Example
from translate_test import Contracted

from spacy_xproj.api import Bitext, load_projector
from spacy_xproj.corpora.formats.conll import ConllConverter
from spacy_xproj.corpora.formats.uner import UnerConverter
from spacy_xproj.evaluation.bootstrap import bootstrap_interval
from spacy_xproj.evaluation.strict import strict_counts
from spacy_xproj.text.docs import words_only
from spacy_xproj.translators.apertium import ApertiumTranslator
from spacy_xproj.translators.protection import translate_protected

LABELS = ("PER", "ORG", "LOC")
#: The part that is no language.
NAMES = "names"
APERTIUM, BUNDLED = "spacy-xproj.ApertiumTranslator.v1", "spacy-xproj.BundledTranslator.v1"


class Setting(NamedTuple):
    """A language: its translator, its gold text, and text whose labels are not read."""

    lang: str
    translator: str
    test: str
    unlabelled: str


SETTINGS = {
    "croatian": Setting("hr", APERTIUM, "uner/hr_set.test.iob2", "uner/hr_set.dev.iob2"),
    "spanish": Setting("es", APERTIUM, "europarl/es.conll02", "europarl/es.conll02"),
    "portuguese": Setting("pt", BUNDLED, "uner/pt_bosque.test.iob2", "uner/pt_bosque.dev.iob2"),
}


def main() -> None:
    """Measure the languages that are named, by default all."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--source", default="english", help="the English pipeline")
    parser.add_argument("--limit", type=int, help="sentences of each corpus")
    parser.add_argument("parts", nargs="*", default=[*SETTINGS, NAMES], metavar="part")
    args = parser.parse_args()
    os.environ["SPACY_XPROJ_TRANSLATIONS_MB"] = "0"  # or the speed would be that of the disk
    print("| language | sentences | strict F1 | sentences/s | a CPU second |\n|---|---|---|---|---|")
    for name in args.parts:
        if name != NAMES:
            measure(name, SETTINGS[name], args)
    if NAMES in args.parts:
        measure_names(args)


def measure(name: str, setting: Setting, args: argparse.Namespace) -> None:
    """Label the gold text of a language, and print what came out."""
    test, unlabelled = (
        read(args.data / path, setting.lang)[: args.limit] for path in (setting.test, setting.unlabelled)
    )
    nlp = spacy.blank(setting.lang)
    translator = {"@xproj_translators": setting.translator, "src_lang": setting.lang, "tgt_lang": "en"}
    config = {"translator": translator, "source": args.source, "label_map": "ontonotes"}
    component = nlp.add_pipe("annotation_projector", config=config)
    if setting.lang == "pt":  # Universal NER splits contractions
        component.translator = Contracted(component.translator)
    nlp.initialize(lambda: (Example(doc, doc) for doc in map(words_only, unlabelled)))
    start, cpu = time.perf_counter(), cpu_seconds()
    found = list(nlp.pipe(map(words_only, test), batch_size=256))
    wall, cpu = time.perf_counter() - start, cpu_seconds() - cpu
    counts = strict_counts(test, found)
    f1 = bootstrap_interval(counts)
    rates = f"{len(test) / wall:.1f} | {len(test) / cpu:.1f}"
    print(f"| {name} | {len(test)} | {f1.estimate:.3f} ({f1.low:.3f}–{f1.high:.3f}) | {rates} |", flush=True)


def measure_names(args: argparse.Namespace) -> None:
    """Translate English sentences with people in them, with and without protection, and see where the people are."""
    docs = [doc for doc in read(args.data / "europarl/en.conll02", "en")[: args.limit] if people(doc)]
    print("\n| names | people | in the translation as they were | projected onto it |\n|---|---|---|---|")
    for name, labels in (("translated", ()), ("protected", ("PER",))):
        translator = ApertiumTranslator("en", "es")
        made = [spacy.blank("es")(one.text) for one in translate_protected(docs, translator, labels)]
        pairs = [Bitext(source, target) for source, target in zip(docs, made, strict=True)]
        total, intact, found = 0, 0, 0
        for pair, projection in zip(pairs, load_projector()(pairs), strict=True):
            spans = {outcome.entity: outcome.spans for outcome in projection.outcomes}
            texts = [ent.text for ent in people(pair.source)]
            total += len(texts)
            intact += sum(min(texts.count(text), pair.target.text.count(text)) for text in set(texts))
            for i, ent in enumerate(pair.source.ents):
                found += ent.label_ == "PER" and ent.text in [pair.target[a:b].text for a, b in spans[i]]
        print(f"| {name} | {total} | {intact} ({intact / total:.1%}) | {found} ({found / total:.1%}) |", flush=True)


def people(doc: Doc) -> List[Span]:
    """List the people of a sentence."""
    return [ent for ent in doc.ents if ent.label_ == "PER"]


def read(path: Path, lang: str) -> List[Doc]:
    """Read a corpus, with the labels that are measured."""
    converter = UnerConverter(lang, repair=True) if path.suffix == ".iob2" else ConllConverter(lang, repair=True)
    docs = list(converter(path.read_text(encoding="utf8")))
    for doc in docs:
        doc.ents = [ent for ent in doc.ents if ent.label_ in LABELS]
    return docs


def cpu_seconds() -> float:
    """The processor time of this process and of those that it has started and that have ended."""
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


if __name__ == "__main__":
    main()
