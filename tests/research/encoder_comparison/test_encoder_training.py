"""Settings of one encoder of a comparison: those that the others do not take."""

import srsly

from spacy_xproj.encoders.encoder import write_encoder

OWN_ARCHITECTURE = """
[encoder_training]

[encoder_training.clip]

[encoder_training.clip.components]

[encoder_training.clip.components.transformer]

[encoder_training.clip.components.transformer.model]
@architectures = "spacy-xproj.ClipTextModel.v1"
"""


def test_a_text_encoder_of_clip_with_its_own_architecture(copied, compare, make_tiny_encoder):
    """It is one that the architecture of the others refuses."""
    write_encoder(make_tiny_encoder("clip_text_model"), copied / "tower")
    with (copied / "comparison.cfg").open("a", encoding="utf8") as config:
        config.write(OWN_ARCHITECTURE)
    result = compare(copied, "--encoders.clip", str(copied / "tower"), "--comparison.seeds", "[0]")
    assert result.exit_code == 0, result.output
    assert result.text.count("done before") == 2  # the other encoder's students
    assert {row["encoder"] for row in srsly.read_json(copied / "out" / "report.json")["scores"]} == {"text", "clip"}
    text = (copied / "out" / "report.md").read_text(encoding="utf8")
    assert "@architectures spacy-xproj.ClipTextModel.v1 (clip only)" in text


def test_settings_of_an_encoder_that_is_not_compared(copied, compare):
    with (copied / "comparison.cfg").open("a", encoding="utf8") as config:
        config.write(OWN_ARCHITECTURE.replace("training.clip", "training.klip"))
    result = compare(copied)
    assert result.exit_code == 1 and "[encoder_training.klip]: 'klip' is not in [encoders]" in " ".join(
        result.output.split()
    )
