from typing import Any, Dict, List, Tuple

import pytest
import spacy
from hypothesis import given, settings
from hypothesis import strategies as st
from spacy.tokens import Doc

from spacy_xproj import XprojError
from spacy_xproj.corpora.formats.conll import ConllConverter, MasakhanerConverter
from spacy_xproj.corpora.formats.schemes import detect_scheme, write_tags
from spacy_xproj.corpora.formats.tagging import TagTable
from spacy_xproj.corpora.formats.tokens import find_tokens, make_doc
from spacy_xproj.corpora.formats.uner import UnerConverter
from spacy_xproj.corpora.formats.wikiann import WikiannConverter

UNER = """# newdoc id = d1
# sent_id = d1-1
# text = Obama's man in "Rio".
1\tObama\tB-PER\t-\tanna
2\t's\tO\t-\t-
3\tman\tO\t-\t-
4\tin\tO\t-\t-
5\t"\tO\t-\t-
6\tRio\tB-LOC\t-\tanna
7\t"\tO\t-\t-
8\t.\tO\t-\t-

# sent_id = d1-2
# text = # no  name
1\t#\tO\t-\t-
2\tno\tO\t-\t-
3\tname\tO\t-\t-
"""


def entities(doc: Doc) -> List[Tuple[str, str]]:
    return [(ent.text, ent.label_) for ent in doc.ents]


def test_conll_2003() -> None:
    text = (
        "-DOCSTART- -X- O O\n\nEU NNP I-NP I-ORG\nrejects VBZ I-VP O\n\n\n"
        "-DOCSTART- -X- O O\n\nPeter NNP I-NP I-PER\nB. NNP B-NP B-PER\n"
    )
    first, second = ConllConverter("en")(text)
    assert (first.text, entities(first)) == ("EU rejects", [("EU", "ORG")])
    assert entities(second) == [("Peter", "PER"), ("B.", "PER")]
    assert first.user_data == {"lang": "en", "line": 3, "doc_id": "1"}
    assert second.user_data == {"lang": "en", "line": 9, "doc_id": "2"}


@pytest.mark.parametrize("text", ["a\tO\nRio\tB-LOC\n", "a O\r\nRio   B-LOC\r\n\r\n", "\n\na O \nRio B-LOC"])
def test_conll_separators(text: str) -> None:
    (doc,) = ConllConverter("en")(text)
    assert (doc.text, entities(doc)) == ("a Rio", [("Rio", "LOC")])


def test_a_tab_separated_token_may_contain_spaces_and_other_line_ends_belong_to_it() -> None:
    (doc,) = ConllConverter("en")("New York\tB-LOC\n1\u00a0000\tO\nx\u2028y\tO\n")
    assert [t.text for t in doc] == ["New York", "1\u00a0000", "x\u2028y"]


@pytest.mark.parametrize(
    ("text", "line"),
    [("EU B-ORG\rrejects O\r\rPeter B-PER\r", 1), ("EU B-ORG\n\nPeter B-PER\rsleeps O\n", 3), ("\r\rEU O\n", 1)],
)
def test_carriage_returns_that_end_a_line_alone(text: str, line: int) -> None:
    with pytest.raises(XprojError, match=f"line {line}: a carriage return inside the line; convert the line ends"):
        list(ConllConverter("en")(text))


def test_a_sentence_without_entities_is_annotated() -> None:
    (doc,) = ConllConverter("en")("a O\n")
    assert doc.has_annotation("ENT_IOB")


def test_uner_keeps_name_and_text() -> None:
    first, second = UnerConverter("en")(UNER)
    assert first.text == 'Obama\'s man in "Rio".'
    assert entities(first) == [("Obama", "PER"), ("Rio", "LOC")]
    assert first.user_data == {"lang": "en", "line": 4, "sent_id": "d1-1", "doc_id": "d1"}
    assert second.text == "# no  name"
    assert [t.text for t in second] == ["#", "no", " ", "name"]


def test_uner_text_that_does_not_fit() -> None:
    text = UNER.replace("# text = # no  name", "# text = # no fame")
    with pytest.raises(XprojError, match=r"line 14: .*'# no fame'.*'# no name' with --repair"):
        list(UnerConverter("en")(text))
    doc = list(UnerConverter("en", repair=True)(text))[1]
    assert doc.text == "# no name"
    (fix,) = doc.user_data["repairs"]
    assert (fix["line"], fix["before"], fix["after"]) == (14, "# no fame", "# no name")


@pytest.mark.parametrize("comments", ["# sent_id = a\n# text = b\n", "# text = b\n", "# newdoc\n# sent_id = a\n"])
def test_uner_sentence_without_tokens(comments: str) -> None:
    with pytest.raises(XprojError, match="line 1: a sentence without tokens; add them, or remove .* an empty line"):
        list(UnerConverter("en")(comments + "\n1\tRio\tB-LOC\t-\t-\n"))


def test_uner_comments_on_the_file_may_stand_alone() -> None:
    assert len(list(UnerConverter("en")("# newdoc id = d0\n\n" + UNER))) == 2


@pytest.mark.parametrize(
    ("position", "message"),
    [
        ("1-2", "multiword range 1-2; remove the line, its words follow"),
        ("0.1", "empty node 0.1; remove the line, it is no word"),
        ("2", "token number 2 should be 1; number them anew"),
    ],
)
def test_uner_lines_that_are_not_the_next_token(position: str, message: str) -> None:
    with pytest.raises(XprojError, match=f"line 4: {message}"):
        list(UnerConverter("en")(UNER.replace("1\tObama", f"{position}\tObama")))


def test_masakhaner_takes_tabs_and_what_trails():
    docs = MasakhanerConverter("xx")("John B-PER \nsings O\n\nRio\tB-LOC\t\nis\tO\n")
    assert [(doc.text, [ent.text for ent in doc.ents]) for doc in docs] == [
        ("John sings", ["John"]),
        ("Rio is", ["Rio"]),
    ]


def test_masakhaner_hash_is_a_token() -> None:
    (doc,) = MasakhanerConverter("xx")("# O\nJohn B-PER\nLewis I-PER\n")
    assert (doc.text, entities(doc)) == ("# John Lewis", [("John Lewis", "PER")])


@pytest.mark.parametrize("language", ["sw", "ceb", "simple", "be-x-old", "zh-classical", "fiu-vro"])
def test_wikiann_languages(language: str) -> None:
    (doc,) = WikiannConverter("xx")(f"{language}:Rio\tB-LOC\n{language}:a:b\tO\n")
    assert [t.text for t in doc] == ["Rio", "a:b"]


def test_wikiann_leaves_out_the_language_only() -> None:
    (doc,) = WikiannConverter("xx")("zh-min-nan:http://x.y\tO\nzh-min-nan::\tO\nzh-min-nan:en:Rio\tB-LOC\n")
    assert [t.text for t in doc] == ["http://x.y", ":", "en:Rio"]
    assert entities(doc) == [("en:Rio", "LOC")]


@pytest.mark.parametrize(
    ("converter", "text", "message"),
    [
        (ConllConverter, "a O\n\nb X O\n", "line 3: 3 columns, not 2"),
        (ConllConverter, "a\n", "line 1: 1 columns, not 2"),
        (ConllConverter, "a\tX\tO\nb\tX\t\n", "line 2: column 3 is empty"),
        (MasakhanerConverter, "a O\nb;O\n", "line 2: 1 columns"),
        (MasakhanerConverter, "a  O\n", "line 1: 3 columns"),
        (UnerConverter, "1\ta\tO\n", "line 1: 3 columns, not 5"),
        (WikiannConverter, "en:a O\n", "line 1: 1 columns"),
        (WikiannConverter, "Rio\tO\n", "line 1: 'Rio' is not a language, a colon and a token"),
        (WikiannConverter, "en:\tO\n", "line 1: 'en:' is not"),
        (WikiannConverter, "http://x\tO\n", "line 1: 'http://x' is not a language, a colon and a token"),
        (WikiannConverter, "fr:a\tO\n\nfr:b\tO\nde:c\tO\n", "line 4: 'de:c' does not begin with 'fr:'"),
    ],
)
def test_bad_lines(converter: Any, text: str, message: str) -> None:
    for repair in (False, True):
        with pytest.raises(XprojError, match=message):
            list(converter("en", repair=repair)(text))


@pytest.mark.parametrize(
    ("scheme", "tags", "fixes"),
    [
        ("auto", "B-PER O I-LOC I-LOC", {3: "B-LOC"}),
        ("IOB2", "I-PER I-PER O", {1: "B-PER"}),
        ("auto", "B-PER I-LOC I-LOC", {2: "B-LOC"}),
        ("auto", "B-PER X-PER I-PER", {2: "O", 3: "B-PER"}),
        ("auto", "B-PER LOC B- -LOC", {2: "O", 3: "O", 4: "O"}),
        ("IOB1", "B-PER I-PER O", {1: "I-PER"}),
        ("IOB2", "B-PER E-PER", {2: "O"}),
        ("auto", "B-PER I-PER O S-LOC", {2: "E-PER"}),
        ("auto", "B-PER O E-PER I-PER S-LOC", {1: "S-PER", 3: "S-PER", 4: "S-PER"}),
        ("auto", "I-PER E-PER S-PER", {1: "B-PER"}),
        ("BILOU", "B-PER U-PER", {1: "U-PER"}),
    ],
)
def test_bad_tags(scheme: str, tags: str, fixes: Dict[int, str]) -> None:
    rows = tags.split()
    text = "".join(f"w{i} {tag}\n" for i, tag in enumerate(rows, 1))
    (good,) = write_tags([(0, 1, "PER")], 1, detect_scheme([rows]) if scheme == "auto" else scheme)
    rest = f"\ngood {good}\n" * 60  # so that a few bad tags are slips of the pen
    with pytest.raises(XprojError, match=rf"line {min(fixes)}: .*--repair"):
        list(ConllConverter("en", scheme)(text + rest))
    (doc, *_) = ConllConverter("en", scheme, repair=True)(text + rest)
    found = {fix["line"]: (fix["token"], fix["before"], fix["after"]) for fix in doc.user_data["repairs"]}
    assert found == {line: (f"w{line}", rows[line - 1], good) for line, good in fixes.items()}
    mended = "".join(f"w{i} {fixes.get(i, tag)}\n" for i, tag in enumerate(rows, 1))
    (again,) = ConllConverter("en", "auto" if scheme == "auto" else scheme)(mended)
    assert entities(again) == entities(doc)


@pytest.mark.parametrize(
    ("tags", "fixes", "left"),
    [
        ("w O _ B-LOC", {2: "O"}, []),
        ("_ B-LOC w I-LOC w O", {1: "O", 2: "B-LOC"}, [("w2", "LOC")]),
        ("w B-LOC _ I-LOC _ I-LOC w O", {2: "O", 3: "O"}, [("w1", "LOC")]),
        ("w S-PER _ B-LOC w I-LOC _ E-LOC", {2: "O", 3: "S-LOC", 4: "O"}, [("w1", "PER"), ("w3", "LOC")]),
        ("w B-LOC _ I-LOC w I-LOC", {}, [("w1 \u00a0 w3", "LOC")]),
        ("w O _ O", {}, []),
    ],
)
def test_white_space_at_the_end_of_an_entity(tags: str, fixes: Dict[int, str], left: List[Tuple[str, str]]) -> None:
    cells = tags.split()
    words = [f"w{i}" if word == "w" else "\u00a0" for i, word in enumerate(cells[::2], 1)]
    text = "".join(f"{word}\t{tag}\n" for word, tag in zip(words, cells[1::2], strict=True))
    if fixes:
        with pytest.raises(XprojError, match=rf"line {min(fixes)}: entity that begins or ends with .*--repair"):
            list(ConllConverter("en")(text))
    (doc,) = ConllConverter("en", repair=True)(text)
    assert {fix["line"]: fix["after"] for fix in doc.user_data.get("repairs", [])} == fixes
    assert entities(doc) == left


def test_text_is_not_normalised() -> None:
    (doc,) = ConllConverter("en")("e\u0301 O\n\u00e9 O\n")
    assert doc.text == "e\u0301 \u00e9"


def test_reading_streams() -> None:
    docs = ConllConverter("en", "IOB2")("a O\n\nb I-PER\n")
    assert next(docs).text == "a"
    with pytest.raises(XprojError, match="line 3"):
        next(docs)


@pytest.mark.parametrize(
    ("converter", "text"),
    [
        (ConllConverter, "Rio I-LOC\n"),
        (MasakhanerConverter, "Rio I-LOC\n"),
        (WikiannConverter, "pt:Rio\tI-LOC\n"),
        (UnerConverter, "1\tRio\tI-LOC\t-\t-\n"),
    ],
)
def test_settings(converter: Any, text: str) -> None:
    (doc,) = converter("pt")(text)
    assert entities(doc) == [("Rio", "LOC")]
    assert (doc.vocab.lang, doc.user_data["lang"], "repairs" in doc.user_data) == ("pt", "pt", False)
    (doc,) = converter("pt", scheme="IOB2", repair=True)(text)
    assert len(doc.user_data["repairs"]) == 1


def test_bad_scheme() -> None:
    with pytest.raises(XprojError, match="iob"):
        ConllConverter("en", "iob")


VOCAB = spacy.blank("xx").vocab
words = st.text(st.characters(exclude_categories=("Z", "C")), min_size=1, max_size=4)
gaps = st.sampled_from(["", " ", "  ", "\u00a0", " \u3000", "\t"])


@given(pieces=st.lists(st.tuples(gaps, words), min_size=1, max_size=6), tail=gaps, data=st.data())
@settings(deadline=None)
def test_a_doc_has_exactly_its_text_and_entities(pieces: List[Tuple[str, str]], tail: str, data: st.DataObject) -> None:
    tokens = [word for _, word in pieces]
    text = "".join(gap + word for gap, word in pieces) + tail
    offsets = find_tokens(tokens, text)
    assert offsets is not None
    start = data.draw(st.integers(0, len(tokens) - 1))
    end = data.draw(st.integers(start + 1, len(tokens)))
    doc = make_doc(VOCAB, tokens, [(start, end, "PER")], text)
    assert doc.text == text
    assert [t.text for t in doc if not t.is_space] == tokens
    (ent,) = doc.ents
    assert (ent.start_char, ent.end_char) == (offsets[start][0], offsets[end - 1][1])


@pytest.mark.parametrize("different, size", [(3, 1), (256, 1), (257, 2), (1 << 16, 2), ((1 << 16) + 1, 4)])
def test_tags_take_as_many_bytes_as_different_ones_need(different, size):
    table = TagTable()
    rows = [[f"B-{number}", "O"] for number in range(different - 1)] + [["O"] * 3]
    for row in rows:
        table.append(row)
    assert list(table) == rows
    assert table._tags.itemsize == size


def test_many_sentences_take_several_vocabularies(monkeypatch):
    monkeypatch.setattr("spacy_xproj.corpora.formats.columns.VOCAB_SENTENCES", 2)
    docs = list(ConllConverter("en")("Ana B-PER\n\nBen B-PER\n\nRio B-LOC\n\n"))
    assert docs[0].vocab is docs[1].vocab is not docs[2].vocab
    assert [doc.ents[0].text for doc in docs] == ["Ana", "Ben", "Rio"]
