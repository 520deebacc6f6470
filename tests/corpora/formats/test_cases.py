"""Everyday files that are easily read wrong: what comes out, whatever the user says of them."""

from typing import Any, List, Tuple

import pytest

from spacy_xproj import XprojError
from spacy_xproj.corpora.formats.conll import ConllConverter, MasakhanerConverter

Entities = List[Tuple[str, str]]


def read(text: str, lang: str = "en", **settings: Any) -> Tuple[List[str], List[Entities]]:
    """Read a text as columns: the texts of its sentences, and their entities."""
    docs = list(ConllConverter(lang, **settings)(text))
    return [doc.text for doc in docs], [[(ent.text, ent.label_) for ent in doc.ents] for doc in docs]


LISBON = ["Ana saw Lisbon"], [[("Ana", "PER"), ("Lisbon", "LOC")]]


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("1\tAna\tB-PER\n2\tsaw\tO\n3\tLisbon\tB-LOC\n", id="numbers"),
        pytest.param("s1 0 Ana NNP B-PER\ns1 1 saw VB O\ns1 2 Lisbon NNP B-LOC\n".replace("s1", "7"), id="two numbers"),
        pytest.param("B-PER\tAna\nO\tsaw\nB-LOC\tLisbon\n", id="tags first"),
        pytest.param("Ana B-NP B-PER\nsaw B-VP O\nLisbon I-NP B-LOC\n", id="chunks"),
        pytest.param("Ana B-PER NNP\nsaw O VB\nLisbon B-LOC NNP\n", id="tags in the middle"),
        pytest.param("Ana O B-PER\nsaw O O\nLisbon O B-LOC\n", id="a column of O"),
        pytest.param("1\tAna\tB-PER\tO\n2\tsaw\tO\tO\n3\tLisbon\tB-LOC\tB-PER\n", id="inner layer"),
        pytest.param("# domain = news\nAna _ _ B-PER\nsaw _ _ O\nLisbon _ _ B-LOC\n", id="comments"),
        pytest.param("# id 4 domain=x\nAna\t_\tB-PER\nsaw\t_\tO\nLisbon\t_\tB-LOC\n", id="comments of the same width"),
        pytest.param("Word\tPOS\tTag\nAna\tNNP\tB-PER\nsaw\tVB\tO\nLisbon\tNNP\tB-LOC\n", id="header"),
        pytest.param("Ana B-PER \nsaw O\t\nLisbon\tB-LOC\t\n", id="separators at the end"),
        pytest.param("\ufeffAna B-PER\nsaw O\n\ufeffLisbon B-LOC\n", id="byte order marks"),
        pytest.param("Ana PER\nsaw O\nLisbon LOC\n", id="bare labels"),
        pytest.param("Ana PER\nsaw _\nLisbon LOC\n", id="bare labels, outside _"),
        pytest.param("Ana B_PER\nsaw O\nLisbon B_LOC\n", id="B_PER"),
        pytest.param("Ana PER-B\nsaw O\nLisbon LOC-B\n", id="PER-B"),
        pytest.param("Ana PER_S\nsaw O\nLisbon LOC_S\n", id="PER_S"),
        pytest.param("Ana b-PER\nsaw o\nLisbon b-LOC\n", id="lower case"),
        pytest.param("Ana W-PER\nsaw O\nLisbon W-LOC\n", id="BMEWO"),
        pytest.param("Ana B-PER\nsaw -\nLisbon B-LOC\n", id="outside -"),
    ],
)
def test_one_sentence_in_many_shapes(text: str) -> None:
    assert read(text) == LISBON
    assert read(text, repair=True) == LISBON


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("Ana B-PER O\nsaw O B-X\n", r"columns 2 \(B-PER\) and 3 \(B-X\) hold tags; choose one with --tag-column"),
        ("Ana PER person\nsaw O O\nRio LOC place\n", "columns 2 .* and 3 .* hold tags; choose one with --tag-column"),
        ("1\tB-PER\n2\tO\n3\tO\n", "no column holds words, but numbers or tags: .*--token-column"),
        ("Ana B\nMay I\nsaw O\n", "the tags B, I are letters of a scheme without labels.*--default-label"),
        ("Ana\tNNP\tX\nsaw\tVB\tY\n", r"no column holds tags of entities: 1 \(Ana, saw\); 2 .*--tag-column"),
        ("Ana NNP\nsaw VBD\n", "NNP, VBD: no tags of entities.*--tag-column"),
    ],
)
def test_what_cannot_be_told_is_refused(text: str, message: str) -> None:
    for repair in (False, True):
        with pytest.raises(XprojError, match=message):
            read(text, repair=repair)


def test_the_user_settles_it() -> None:
    two = "Ana B-PER O\nMay I-PER B-X\n"
    assert read(two, tag_column=2)[1] == [[("Ana May", "PER")]]
    assert read(two, tag_column="3")[1] == [[("May", "X")]]
    assert read("a\tb\tc\n" + two.replace(" ", "\t"), tag_column="b", header="yes")[1] == [[("Ana May", "PER")]]
    assert read("1 B-PER\n2 O\n", token_column=1) == (["1 2"], [[("1", "PER")]])
    assert read("Ana B\nMay I\nsaw O\n", default_label="PER")[1] == [[("Ana May", "PER")]]
    assert read("% x\nAna B-PER\n", comment="%") == (["Ana"], [[("Ana", "PER")]])
    assert read("# B-PER\nAna B-PER\n", comment="")[0] == ["# Ana"]
    assert read("Ana NNP\nsaw VBD\n", scheme="IO")[1] == [[("Ana", "NNP"), ("saw", "VBD")]]
    assert read("word O\nAna B-PER\n")[0] == ["word Ana"]
    for settings, message in (
        ({"tag_column": 9}, "--tag-column 9: there is no such column; use a number from 1 to 3"),
        ({"header": "perhaps"}, "use auto, yes or no"),
    ):
        with pytest.raises(XprojError, match=message):
            read(two, **settings)


def test_a_hash_may_be_a_token_or_a_comment() -> None:
    text = "# sent_id = s-1\n# text = # Ana\n# O\nAna B-PER\n"
    (doc,) = ConllConverter("en")(text)
    assert ([token.text for token in doc], doc.user_data["sent_id"]) == (["#", "Ana"], "s-1")


def test_names_of_sentences_and_documents() -> None:
    text = "-DOCSTART- (first) O\nAna B-PER\n-DOCSTART- O\nRio B-LOC\n\n# newdoc id = third\n# sent_id = x\nBen B-PER\n"
    docs = list(ConllConverter("en")(text))
    assert [(doc.text, doc.user_data["doc_id"], doc.user_data.get("sent_id")) for doc in docs] == [
        ("Ana", "first", None),
        ("Rio", "2", None),
        ("Ben", "third", "x"),
    ]


def test_no_space_after_and_ends_of_sentences() -> None:
    rows = "TOKEN\tNE-COARSE-LIT\tNE-NESTED\tMISC\n# doc:document_id = d1\nAna\tB-pers\tO\tNoSpaceAfter|EndOfLine\n"
    rows += ".\tO\tO\tEndOfSentence\nRio\tB-loc\tB-x\t_\n# doc:document_id = d2\nBen\tB-pers\tO\t_\n"
    docs = list(ConllConverter("en")(rows))
    assert [(doc.text, doc.user_data["doc_id"]) for doc in docs] == [("Ana.", "d1"), ("Rio", "d1"), ("Ben", "d2")]
    assert [ent.label_ for doc in docs for ent in doc.ents] == ["pers", "loc", "pers"]


@pytest.mark.parametrize(
    ("rows", "text"),
    [
        ("我 爱 北 京 。", "我爱北京。"),
        ("我 爱 Python 3 ， 真 的 ！", "我爱Python 3，真的！"),
        ("爱 A P E C 北 京 的 会 议 上 海 重 庆 天 津 南 宁", "爱APEC北京的会议上海重庆天津南宁"),
        ("東京 で Maria が 歌う 。 」", "東京でMariaが歌う。」"),
        ("The 北京 Olympics", "The 北京 Olympics"),
        ("서울 에서 노래", "서울 에서 노래"),
        ("ฉัน รัก กรุงเทพ", "ฉันรักกรุงเทพ"),
    ],
)
def test_spaces_are_where_the_script_has_them(rows: str, text: str) -> None:
    assert read("".join(f"{token} O\n" for token in rows.split()))[0] == [text]


def test_tokens_that_are_spaces_are_the_spaces() -> None:
    (doc,) = ConllConverter("ko")("김\tB-PER\n \tO\n서\tB-LOC\n울\tI-LOC\n")
    assert ([token.text for token in doc], doc.text) == (["김", " ", "서", "울"], "김 서울")
    (doc,) = ConllConverter("en")("a\tO\n \tO\nb\tO\n" + "".join(f"w{i}\tO\n" for i in range(40)))
    assert doc.text.startswith("a b w0 w1") and doc[1].text == " "


def test_empty_tokens_are_left_out_under_repair_only() -> None:
    for converter in (ConllConverter, MasakhanerConverter):
        with pytest.raises(XprojError, match="line 2: column 1 is empty"):
            list(converter("en")("Ana B-PER\n I-PER\nsaw O\n"))
        (doc,) = converter("en", repair=True)("Ana B-PER\n I-PER\nsaw O\n")
        assert [token.text for token in doc] == ["Ana", "saw"]
        assert [(fix["line"], fix["before"], fix["after"]) for fix in doc.user_data["repairs"]] == [(2, "I-PER", "")]


GOOD = "Ana B-PER\nMay I-PER\nsaw O\nRio B-LOC\n\n" * 40


@pytest.mark.parametrize(
    ("text", "settings", "message"),
    [
        (GOOD.replace("B-", "X-"), {}, "80 of 120 tags are not of scheme IOB1: .*"),
        (GOOD.replace("B-LOC", "Q.LOC"), {}, "40 of 120 tags .*too many for slips of the pen; name their scheme"),
        (GOOD.replace("B-", "I-"), {"scheme": "IOB2"}, "are those of scheme IOB1: leave --scheme out"),
        ("Ana B-\nsaw O\n", {}, "line 1: 'B-' at 'Ana' is no tag; 1 of 1 .*no entity would be left"),
    ],
)
def test_tags_that_are_bad_throughout_are_no_slips_of_the_pen(text: str, settings: Any, message: str) -> None:
    for repair in (False, True):
        with pytest.raises(XprojError, match=message):
            read(text, repair=repair, **settings)


@pytest.mark.parametrize(
    ("bad", "entities"), [("b-PER", 1), ("B_PER", 1), ("B/PER", 1), ("o", 0), ("0", 0), ("?", 0), ("I-PER", 1)]
)
def test_slips_of_the_pen_are_read_as_what_they_are_meant_to_be(bad: str, entities: int) -> None:
    text = GOOD + f"Eva {bad}\nran O\n"
    with pytest.raises(XprojError, match=f"line 201: bad IOB2 tag '{bad.replace('?', '.')}' at 'Eva'"):
        read(text)
    doc = list(ConllConverter("en", repair=True)(text))[-1]
    assert len(doc.ents) == entities
    ((fix,), *_) = [doc.user_data["repairs"]]
    assert (fix["before"], fix["after"]) == (bad, "B-PER" if entities else "O")
