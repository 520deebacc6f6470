"""EasyProject with a translator that says what the test has written down."""

import pytest
import spacy

from spacy_xproj.api import apply_projection
from spacy_xproj.extractors.ngram import NgramCandidates
from spacy_xproj.projectors.easyproject import assign, make_marker_projector
from spacy_xproj.solvers.exact import ExactSolver
from spacy_xproj.types import FLAGS, Bitext, Initializable

SOURCE = spacy.blank("en")
TARGET = spacy.blank("pt")


class Scripted:
    """A translator that reads its translations from a dictionary, and remembers what it was asked for."""

    src_lang, tgt_lang = "en", "pt"

    def __init__(self, translations):
        self.translations = translations
        self.asked = []

    def __call__(self, texts):
        for text in texts:
            self.asked.append(text)
            yield self.translations[text]


def make_pair(source, target, **ents):
    """Make a pair whose source has the entities label=text."""
    doc = SOURCE.make_doc(source)
    spans = [doc.char_span(source.index(text), source.index(text) + len(text), label) for label, text in ents.items()]
    doc.ents = spans
    doc.user_data["sent_id"] = "s1"
    return Bitext(doc, TARGET.make_doc(target))


def project(pairs, translations, **settings):
    translator = Scripted(translations)
    projector = make_marker_projector(translator, NgramCandidates(), ExactSolver(), **settings)
    return list(projector(iter(pairs))), translator.asked


def entities(projection):
    return [(ent.text, ent.label_) for ent in apply_projection(projection).ents]


ALONE = {"Ana Silva": "Ana Silva", "Lisbon": "Lisboa", "Porto": "Porto"}
PAIR = ("Ana Silva lives in Lisbon.", "Em Lisboa vive Ana Silva.")
ENTS = {"PER": "Ana Silva", "LOC": "Lisbon"}


def test_the_marked_translation_is_made_the_target():
    marked = {"[Ana Silva] lives in [Lisbon].": "A [Ana Silva] mora em [ Lisboa ]."}
    (projection,), asked = project([make_pair(*PAIR, **ENTS)], {**ALONE, **marked}, target="made")
    target = projection.bitext.target
    assert target.text == "A Ana Silva mora em Lisboa."
    assert (target.user_data["lang"], target.user_data["sent_id"]) == ("pt", "s1")
    assert entities(projection) == [("Ana Silva", "PER"), ("Lisboa", "LOC")]
    assert [outcome.scores for outcome in projection.outcomes] == [(1.0,), (1.0,)]
    assert projection.flags == ()
    assert asked == ["[Ana Silva] lives in [Lisbon].", "Ana Silva", "Lisbon"]


def test_parts_that_changed_places_keep_their_labels():
    marked = {"[Ana Silva] lives in [Lisbon].": "Em [Lisboa] mora [a Ana]."}
    (projection,), _ = project([make_pair(*PAIR, **ENTS)], {**ALONE, **marked}, target="made")
    assert entities(projection) == [("Lisboa", "LOC"), ("a Ana", "PER")]
    assert [outcome.entity for outcome in projection.outcomes] == [0, 1]


def test_the_marked_parts_are_looked_for_in_the_given_target():
    """The translator writes the name otherwise than the given target does, and the entity alone otherwise again."""
    translations = {
        "Ana Silva": "Silva",
        "Lisbon": "Olissipo",
        "[Ana Silva] lives in [Lisbon].": "[Anna Silva] … [Lisboa].",
    }
    (projection,), _ = project([make_pair(*PAIR, **ENTS)], translations)
    assert projection.bitext.target.text == PAIR[1]
    assert entities(projection) == [("Lisboa", "LOC"), ("Ana Silva", "PER")]
    assert projection.outcomes[0].scores[0] == pytest.approx(18 / 19)  # ana silva, anna silva: one character in 9 + 10
    assert projection.outcomes[1].scores == (1.0,)


@pytest.mark.parametrize("target", ["given", "made"])
@pytest.mark.parametrize(
    "translation", ["A [Ana Silva] mora em Lisboa.", "A [Ana Silva mora em Lisboa].", "[Ana [Lisboa]]"]
)
def test_lost_markers_are_flagged_and_the_entities_own_translations_looked_for(target, translation):
    translations = {**ALONE, "[Ana Silva] lives in [Lisbon].": translation}
    (projection,), _ = project([make_pair(*PAIR, **ENTS)], translations, target=target)
    assert projection.flags == ("markers_changed",)
    assert projection.bitext.target.text == PAIR[1]
    assert entities(projection) == [("Lisboa", "LOC"), ("Ana Silva", "PER")]


def test_a_sentence_with_brackets_is_not_marked():
    pair = make_pair("Ana Silva [sic] waits.", "Ana Silva [sic] espera.", PER="Ana Silva")
    (projection,), asked = project([pair], ALONE, target="made")
    assert projection.flags == ("markers_in_text",) and asked == ["Ana Silva"]
    assert entities(projection) == [("Ana Silva", "PER")]
    assert {"markers_changed", "markers_in_text"} < set(FLAGS)


def test_an_empty_translation_is_not_looked_for():
    (pair,) = [make_pair("Ana sings.", "\u200e Ana canta.", PER="Ana")]
    (projection,), _ = project([pair], {"[Ana] sings.": "", "Ana": ""}, target="given")
    assert [outcome.status for outcome in projection.outcomes] == ["unaligned"]


def test_what_is_not_similar_is_below_the_threshold():
    pair = make_pair("He left Porto.", "Ele saiu da Invicta.", LOC="Porto")
    (projection,), _ = project([pair], {**ALONE, "He left [Porto].": "Ele deixou o [Porto]."})
    assert [outcome.status for outcome in projection.outcomes] == ["below_threshold"]


def test_a_part_that_ends_within_a_token_is_no_entity():
    pair = make_pair("He left Porto.", "Ele saiu.", LOC="Porto")
    (projection,), _ = project([pair], {**ALONE, "He left [Porto].": "Ele saiu do [Port]o."}, target="made")
    assert [outcome.status for outcome in projection.outcomes] == ["invalid_span"]


def test_one_projection_a_pair_in_order_and_nothing_to_translate_without_entities():
    plain = make_pair("It rains.", "Chove.")
    pairs = [plain, make_pair("He left Porto.", "Ele saiu do Porto.", LOC="Porto"), plain]
    found, asked = project(pairs, {**ALONE, "He left [Porto].": "Ele saiu do [Porto]."}, target="made")
    assert [projection.bitext.target.text for projection in found] == ["Chove.", "Ele saiu do Porto.", "Chove."]
    assert [len(projection.outcomes) for projection in found] == [0, 1, 0]
    assert asked == ["He left [Porto].", "Porto"]


def test_it_streams():
    translator = Scripted({**ALONE, "He left [Porto].": "Ele saiu do [Porto]."})
    projector = make_marker_projector(translator, NgramCandidates(), ExactSolver())

    def endless():
        while True:
            yield make_pair("He left Porto.", "Ele saiu do Porto.", LOC="Porto")

    stream = projector(endless())
    assert [next(stream).outcomes[0].status for _ in range(3)] == ["projected"] * 3


def test_assignment_is_the_best_one_and_not_the_greedy_one():
    """Taking abcd, the most similar part, for abcd would leave nothing that is like cd."""
    chosen, scores = assign(["abcd", "abe"], ["abcd", "cd"])
    assert chosen == [1, 0]
    assert scores == pytest.approx([4 / 7, 4 / 6])


def test_names_that_are_alike_stay_in_order():
    assert assign(["Washington", "Washington"], ["Washington"] * 2)[0] == [0, 1]
    assert assign(["Moskva", "Анна"], ["Anna", "Москва"])[0] == [1, 0]
    assert assign(["Lisboa", "x"], ["y", "Olissipo"], ["z", "Lisbon"])[0] == [1, 0]


@pytest.mark.parametrize("target", ["given", "made"])
def test_the_extractor_is_initialized(target):
    class Counting:
        seen = 0

        def initialize(self, get_bitexts):
            self.seen += len(get_bitexts())

        def __call__(self, bitexts):
            return iter(())

    extractor = Counting()
    projector = make_marker_projector(Scripted({}), extractor, ExactSolver(), target)
    projector.initialize(lambda: [make_pair(*PAIR, **ENTS)])
    assert extractor.seen == 1 and isinstance(projector, Initializable)


def test_source_docs_are_not_changed():
    pair = make_pair(*PAIR, **ENTS)
    before = pair.source.to_bytes()
    project([pair], {**ALONE, "[Ana Silva] lives in [Lisbon].": "[a] [b]"}, target="made")
    assert pair.source.to_bytes() == before


def test_xml_tags_name_the_entities():
    """Each part is recognised by its tag, whatever it says; of nested ones, the outer has the place."""
    tagged = {"<a>Ana Silva</a> lives in <b>Lisbon</b>.": "Em <b>LX</b> mora <a> a Ana </a>."}
    (projection,), asked = project([make_pair(*PAIR, **ENTS)], {**ALONE, **tagged}, target="made", markers="xml")
    assert asked[0] == "<a>Ana Silva</a> lives in <b>Lisbon</b>."
    assert projection.bitext.target.text == "Em LX mora a Ana." and projection.flags == ()
    assert entities(projection) == [("LX", "LOC"), ("a Ana", "PER")]
    nested = {"<a>Ana Silva</a> lives in <b>Lisbon</b>.": "<a>Ana de <b>Lisboa</b></a> mora."}
    (projection,), _ = project([make_pair(*PAIR, **ENTS)], {**ALONE, **nested}, target="made", markers="xml")
    assert [outcome.status for outcome in projection.outcomes] == ["projected", "lost_overlap"]
    assert entities(projection) == [("Ana de Lisboa", "PER")]


@pytest.mark.parametrize("translation", ["Em Lisboa mora <a>Ana</a>.", "<a>Ana <b>em</a> Lisboa</b>."])
def test_lost_tags_are_flagged(translation):
    tagged = {"<a>Ana Silva</a> lives in <b>Lisbon</b>.": translation}
    (projection,), _ = project([make_pair(*PAIR, **ENTS)], {**ALONE, **tagged}, target="made", markers="xml")
    assert projection.flags == ("markers_changed",)
    assert entities(projection) == [("Lisboa", "LOC"), ("Ana Silva", "PER")]
    source = make_pair("Ana <b> Silva", "Ana", PER="Ana")
    (projection,), asked = project([source], {"Ana": "Ana"}, target="made", markers="xml")
    assert asked == ["Ana"] and projection.flags == ("markers_in_text",)
