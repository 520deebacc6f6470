"""Labelled Docs to pairs, through a translator."""

from itertools import tee
from typing import Iterable, Iterator

from spacy.language import Language
from spacy.tokens import Doc

from ..corpora.parallel_writer import Item, Reject
from ..text.forms import nfc
from ..types import Bitext, Translator
from .base import FAILED, SPLIT
from .protection import PROTECTED, translate_protected, translate_texts
from .quality import EMPTY, Checks

COMPOSED = "put into NFC"


def translate_docs(docs: Iterable[Doc], translator: Translator, nlp: Language, checks: Checks) -> Iterator[Item]:
    """Translate the text of each Doc and check the result.

    Translations are put into NFC: tokenizers split decomposed words differently, and students would learn both.

    docs (Iterable[Doc]): the source sentences; they are not changed.
    translator (Translator): translates them.
    nlp (Language): tokenizes the translations.
    checks (Checks): what is suspicious and what becomes of it.
    YIELDS (Item): a pair or a reject for each Doc, in order.
    """
    docs, copies = tee(docs)
    if checks.protect:
        translations = translate_protected(copies, translator, checks.protect)
    else:
        translations = translate_texts((doc.text for doc in copies), translator)
    for source, translation in zip(docs, translations, strict=True):
        flag = checks.flag(source.text, translation.text)
        flags = [*([flag] if flag else []), *translation.flags]
        wrong = [flag for flag in flags if flag not in (SPLIT, PROTECTED)]
        if EMPTY in wrong or (wrong and checks.on_flag == "drop"):
            yield Reject(
                FAILED if FAILED in wrong else wrong[0], source.text, translation.text, source.user_data.get("sent_id")
            )
            continue
        composed = nfc(translation.text)
        if composed != translation.text:
            flags.append(COMPOSED)
        target = make_target(source, composed, nlp, translator.tgt_lang)
        if flags:
            target.user_data["flags"] = flags
        yield Bitext(source, target)


def make_target(source: Doc, translation: str, nlp: Language, lang: str) -> Doc:
    """Make the Doc of a translation.

    source (Doc): what was translated.
    translation (str): its translation.
    nlp (Language): tokenizes it.
    lang (str): its language.
    RETURNS (Doc): the Doc, with the language and the sentence's name in its user data.
    """
    target = nlp.make_doc(translation)
    target.user_data["lang"] = lang
    if "sent_id" in source.user_data:
        target.user_data["sent_id"] = source.user_data["sent_id"]
    return target
