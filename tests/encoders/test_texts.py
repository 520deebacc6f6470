import spacy
from spacy.training import Example
from spacy.training.batchers import minibatch_by_padded_size

from spacy_xproj.encoders.texts import make_text_length


def test_a_long_word_is_long():
    nlp = spacy.blank("en")
    texts = ["a b c d e f"] * 20 + ["x" * 500]
    examples = [Example(nlp.make_doc(text), nlp.make_doc(text)) for text in texts]
    length = make_text_length()
    batches = list(minibatch_by_padded_size(examples, size=500, get_length=length))
    assert sum(map(len, batches)) == len(examples)
    assert all(max(map(length, batch)) * len(batch) <= 500 for batch in batches)
