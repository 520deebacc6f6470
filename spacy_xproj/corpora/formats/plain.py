"""Plain text, for corpora without labels."""

from typing import Iterator

from spacy.tokens import Doc

from ...storage.files import FileText
from ...text.tokenizers import blank_segmented
from .columns import read_lines
from .files import FileConverter


class TextConverter(FileConverter):
    """Convert plain text, a sentence a line. Its entities are missing, that is, unknown.

    ::

        Maria Korhonen sang in Oslo.
        Nobody came.

    The text is tokenised by spaCy's rules for the language.

    lang (str): language code.
    repair (bool): any text is good, so there is nothing to fix.
    segment (str): `words`, or `characters` for scripts without spaces (see `spacy_xproj.text.tokenizers`).
    """

    def __init__(self, lang: str, repair: bool = False, segment: str = "words"):
        self.lang = lang
        self.repair = repair
        self.tokenizer = blank_segmented(lang, segment).tokenizer
        self.description = "plain text, a sentence a line, without labels"

    def __call__(self, text: FileText) -> Iterator[Doc]:
        """Convert a text.

        text (FileText): the file.
        YIELDS (Doc): each line that is not empty.
        """
        for number, line in read_lines(text):
            if line.strip():
                doc = self.tokenizer(line.strip())
                doc.user_data.update({"lang": self.lang, "line": number})
                yield doc
