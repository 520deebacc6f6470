"""What tests of several commands read of a run."""

import pytest
from spacy.tokens import DocBin
from spacy.vocab import Vocab


@pytest.fixture
def check_error():
    """Make a function that checks that a command ended with one line, in which there is a message."""

    def check(result, message):
        line = result.stderr.strip()
        assert result.exit_code == 1 and isinstance(result.exception, SystemExit)
        assert line.startswith("✘ ") and "\n" not in line and message in line
        assert "Traceback" not in result.output

    return check


@pytest.fixture
def entities():
    """Make a function that lists the texts and labels of the entities in what `project` wrote, by sentence."""

    def read(path):
        docs = DocBin().from_disk(path / "target.spacy").get_docs(Vocab())
        return [[(ent.text, ent.label_) for ent in doc.ents] for doc in docs]

    return read
