"""What aligners and scorers see of tokens: composed, and with the marks that a tokenizer split off."""

import unicodedata

import pytest
import spacy
from hypothesis import given
from hypothesis import strategies as st
from spacy.tokens import Doc

from spacy_xproj.aligners.embedding import EmbeddingAligner
from spacy_xproj.projectors.apply import entity_edges
from spacy_xproj.scores.soft_alignment import make_soft_alignment_score
from spacy_xproj.scores.words import function_words
from spacy_xproj.text.forms import continues, is_mark, token_forms, words
from spacy_xproj.types import Bitext, Candidates, WordAlignment, token_spans

VOCAB = spacy.blank("xx").vocab
COMPOSED = unicodedata.normalize("NFC", "Gómìnà ìpínlẹ̀ Ọ̀yọ́ dé")
DECOMPOSED = unicodedata.normalize("NFD", COMPOSED)
#: What a tokenizer that takes a word for a run of letters makes of the third word.
SPLIT = ["Gómìnà", "Ọ", "\u0300", "yọ", "\u0301", "dé"]
SPLIT_SPACES = [True, False, False, False, True, False]


def split_doc(spaces=SPLIT_SPACES):
    return Doc(VOCAB, words=SPLIT, spaces=spaces)


def test_the_forms_of_composed_and_decomposed_text_are_the_same():
    docs = [Doc(VOCAB, words=text.split()) for text in (COMPOSED, DECOMPOSED)]
    assert docs[0].text != docs[1].text
    assert token_forms(docs[0]) == token_forms(docs[1]) == COMPOSED.split()


def test_split_words_are_rejoined():
    forms = token_forms(split_doc())
    assert forms == ["Gómìnà", "Ọ̀yọ́", "", "", "", "dé"]
    assert words(forms) == ("Gómìnà", "Ọ̀yọ́", "dé")
    assert split_doc().text == "Gómìnà Ọ̀yọ́ dé"


def test_where_spaces_are_not_known_the_mark_alone_is_rejoined():
    assert token_forms(split_doc([True] * 6)) == ["Gómìnà", "Ọ̀", "", "yọ́", "", "dé"]


def test_marks_of_scripts_without_spaces_do_not_join_the_next_word():
    thai = Doc(VOCAB, words=list("กินข้าว"), spaces=[False] * 7)
    assert words(token_forms(thai)) == ("กิ", "น", "ข้", "า", "ว")


def test_a_mark_of_a_symbol_does_not_join_the_next_word():
    heart = Doc(VOCAB, words=["Eu", "❤", "\ufe0f", "Lisboa"], spaces=[True, False, False, False])
    assert words(token_forms(heart)) == ("Eu", "❤\ufe0f", "Lisboa")


@given(st.lists(st.text(alphabet="aọ\u0300\u0323ẹ.ก\u0e34 ", min_size=1, max_size=3), min_size=1, max_size=8))
def test_forms_hold_all_of_the_text(texts):
    doc = Doc(VOCAB, words=texts, spaces=[False] * len(texts))
    forms = token_forms(doc)
    assert len(forms) == len(doc) and forms[0]
    assert [not form for form in forms] == continues(doc).tolist()
    assert unicodedata.normalize("NFC", "".join(forms)) == unicodedata.normalize("NFC", "".join(texts))
    assert not any(is_mark(form) for form in forms[1:] if form)


def test_links_do_not_depend_on_composition(tiny_encoder_dir):
    source = Doc(VOCAB, words=["anna", "lives", "in", "berlin"])
    targets = [Doc(VOCAB, words=text.split()) for text in (COMPOSED, DECOMPOSED)]
    aligner = EmbeddingAligner(tiny_encoder_dir, layer=2, center=False)
    first, second = aligner(Bitext(source, target) for target in targets)
    assert len(first) and first.to_pharaoh() == second.to_pharaoh()


@pytest.mark.parametrize("method", ["soft", "match"])
def test_parts_of_a_word_have_its_links(tiny_encoder_dir, method):
    source = Doc(VOCAB, words=["anna", "in", "berlin"])
    whole = Doc(VOCAB, words=["Gómìnà", "Ọ̀yọ́", "dé"])
    aligner = EmbeddingAligner(tiny_encoder_dir, layer=2, method=method, center=False)
    expected, found = aligner([Bitext(source, whole), Bitext(source, split_doc())])
    matrix = expected.to_matrix(3, 3)
    assert (found.to_matrix(3, 6) == matrix[:, [0, 1, 1, 1, 1, 2]]).all()
    (back,) = aligner([Bitext(split_doc(), source)])
    assert back.to_matrix(6, 3).shape == (6, 3)


def test_no_entity_cuts_a_word_at_a_mark():
    spans = token_spans(split_doc()[start:end] for start in range(6) for end in range(start + 1, 7))
    allowed = {tuple(span) for span in spans[entity_edges(split_doc(), spans)].tolist()}
    assert allowed == {(0, 1), (0, 5), (0, 6), (1, 5), (1, 6), (5, 6)}


def test_a_split_word_scores_like_a_whole_one(make_bitext):
    source, ents = "Governor of Oyo came", [(2, 3, "LOC")]
    whole = make_bitext(source, ["Gómìnà", "Ọ̀yọ́", "dé"], ents, "0-0 2-1:0.8 3-2")
    pair = make_bitext(source, "x", ents)
    links = WordAlignment.from_pharaoh("0-0 2-1:0.8 2-2:0.8 2-3:0.8 2-4:0.8 3-5")
    split = Bitext(pair.source, split_doc(), links)
    scorer = make_soft_alignment_score()
    (expected,) = scorer([(whole, Candidates(token_spans([whole.target[1:2], whole.target[0:2]])))])
    (found,) = scorer([(split, Candidates(token_spans([split.target[1:5], split.target[0:5]])))])
    assert (found == expected).all() and found[0, 0] == pytest.approx(0.8)


def test_function_words_are_counted_in_one_form():
    pairs = [Bitext(Doc(VOCAB, words=["of"]), Doc(VOCAB, words=[text])) for text in ("tí", "ti\u0301", "Ti\u0301")]
    assert function_words(pairs) == ({"of"}, {"tí"})
