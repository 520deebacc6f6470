"""Students in the study: translate-train, union, ensemble and model transfer; and projection against gold."""

from functools import partial

import pytest
import srsly
from spacy.util import load_config

from spacy_xproj.corpora.docbin import read_docs
from spacy_xproj.corpora.parallel import ParallelCorpus
from spacy_xproj.encoders.encoder import write_encoder
from spacy_xproj.research.study import students
from spacy_xproj.research.training import train_student

ENGLISH = "Ana B-PER\nis O\nin O\nLagos B-LOC\n\nAna B-PER\ndid O\n\n"
TRANSLATIONS = {
    "hau": "Ana O\nna O\nLagos O\n\nAna O\nta-yi O\n\n",
    "swa": "Ana O\nyuko O\nLagos O\n\nAna O\nAna O\n\n",
}
SECTIONS = """
[paths]
train = null

[source]
paths = ["ROOT/english.txt"]

[source.converter]
@xproj_converters = "spacy-xproj.MasakhanerConverter.v1"
lang = "en"

[train]
target = "ROOT/${language.code}.train.txt"
like = "ROOT/like.txt"
fill = ["PER"]

[parallel]
source = "ROOT/english.txt"
target = "ROOT/hau.parallel.txt"

[student]
train_config = "configs/train/transformer.cfg"
encoder = "ROOT/encoder"
keep_models = true

[training]

[training.vars]
steps = 3
warmup = 1
eval_frequency = 3
"""
TAGGER = '[tagger]\n@xproj_taggers = "spacy-xproj.SpacyTagger.v1"\nmodel = "ROOT/tagger"\n'


@pytest.fixture
def trained(monkeypatch):
    """What is trained: language and seed of the students. Work is done in this process."""
    names = []

    def run(function, *arguments):
        if function is train_student:
            names.append((arguments[1]["nlp.lang"], arguments[1]["system.seed"]))
        return function(*arguments)

    monkeypatch.setattr(students, "run_alone", run)
    return names


@pytest.fixture
def study(invoke, study_dir, make_tiny_encoder, trained):
    write_encoder(make_tiny_encoder("bert"), study_dir / "encoder")
    files = {"english.txt": ENGLISH, "like.txt": "a O\n- O\nb O\n\n" * 20}
    files.update({f"{code}.train.txt": text for code, text in TRANSLATIONS.items()})
    files["hau.parallel.txt"] = "Ana B-PER\nna O\nLagos B-LOC\n\nAna O\nta O\nyi O\n\n"
    for name, text in files.items():
        (study_dir / name).write_text(text, encoding="utf8")
    with (study_dir / "study.cfg").open("a", encoding="utf8") as file:
        file.write(SECTIONS.replace("ROOT", study_dir.as_posix()))
    return partial(invoke, "research", "study", study_dir / "study.cfg", study_dir / "out")


def rows(study_dir):
    table = srsly.read_json(study_dir / "out" / "table.json")
    return {f"{row['setup']}/{row['method']}": row for row in table["rows"]}


def test_all_setups(study, study_dir, trained):
    result = study()
    assert result.exit_code == 0, result.output
    found = rows(study_dir)
    assert list(found) == [
        "model_transfer/student",
        "model_transfer/lagos",
        "translate_test/string",
        "translate_train/string",
        "union/string",
        "ensemble/string",
        "projection/string",
    ]
    assert all(set(row["scores"]) == {"hau", "swa"} for row in found.values())
    assert found["projection/string"]["scores"]["hau"]["p"] == pytest.approx(2 / 3, abs=1e-5)  # `Ana` twice, gold once
    assert len(trained) == 5  # one of the source corpus for both languages, two for each; none for the ensemble
    text = (study_dir / "out" / "table.md").read_text(encoding="utf8")
    assert "| translate-train, string |" in text and "| − model transfer, student |" in text


def test_what_students_learn_from(study, study_dir):
    study("--study.languages", "hau")
    folder = study_dir / "out" / "hau"
    pairs = list(ParallelCorpus(folder / "train"))
    assert [pair.target.text for pair in pairs] == ["Ana na Lagos", "Ana ta-yi"]
    assert [token.text for token in pairs[1].target] == ["Ana", "ta", "-", "yi"]  # as the other text is written
    docs = read_docs(folder / "projected" / "string.spacy")
    assert [[(ent.text, ent.label_) for ent in doc.ents] for doc in docs] == [
        [("Ana", "PER"), ("Lagos", "LOC")],
        [("Ana", "PER")],
    ]
    (union,) = (study_dir / "out" / "students").glob("hau-union-*")
    assert len(read_docs(union / "train.spacy")) == 4
    assert load_config(union / "model" / "config.cfg")["paths"]["train"] == str(union / "train.spacy")
    scores = srsly.read_json(folder / "union" / "string-0.json")
    assert (scores["outcomes"], scores["filled"], scores["seed"]) == ({"projected": 3}, {}, 0)
    assert srsly.read_json(union / "student.json")["steps"] == scores["training"]["steps"]
    assert len(scores["counts"]) == scores["sentences"] == 3


def test_all_students_have_the_same_steps(study, study_dir):
    study("--study.languages", "hau")
    found = [srsly.read_json(path)["steps"] for path in (study_dir / "out" / "students").glob("*/student.json")]
    assert len(found) == 3 and len(set(found)) == 1


def test_strings_are_filled_in(study, study_dir):
    (study_dir / "swa.train.txt").write_text("Ana O\nyuko O\nLagos O\n\nAna O\nAna O\n\n", encoding="utf8")
    study("--study.languages", "swa")
    kept = srsly.read_json(study_dir / "out" / "swa" / "projected" / "string.json")
    assert kept["filled"] == {"PER": 1}  # the second `Ana` of the second sentence
    docs = read_docs(study_dir / "out" / "swa" / "projected" / "string.spacy")
    assert [ent.text for ent in docs[1].ents] == ["Ana", "Ana"]


def test_the_next_run_makes_only_what_is_missing(study, study_dir, trained):
    study = partial(study, "--study.languages", "hau")
    study()
    (study_dir / "out" / "hau" / "ensemble" / "string-0.json").unlink()
    trained.clear()
    result = study()
    assert result.text.count("done before") == 6 and not trained
    (study_dir / "out" / "hau" / "union" / "string-0.json").unlink()
    (union,) = (study_dir / "out" / "students").glob("hau-union-*")
    (union / "model").rename(study_dir / "gone")
    assert study().exit_code == 0
    assert trained == [("xx", 0)]


def test_students_go_if_they_are_not_kept(study, study_dir, trained):
    study = partial(study, "--study.languages", "hau")
    result = study("--student.keep_models", "false")
    assert result.exit_code == 0, result.output
    assert [path.name.split("-")[0] for path in (study_dir / "out" / "students").iterdir()] == ["source"]
    trained.clear()
    assert study("--student.keep_models", "false").exit_code == 0 and not trained


def test_layers_of_an_encoder_in_a_directory(study, study_dir, trained):
    arguments = ["--study.languages", "hau", "--study.setups", '["model_transfer"]', "--student.layers", "1"]
    assert study(*arguments).exit_code == 0
    (encoder,) = (study_dir / "out" / "encoders").iterdir()
    assert encoder.name.startswith("encoder-1-")
    assert srsly.read_json(encoder / "config.json")["num_hidden_layers"] == 1
    assert len(trained) == 1 and study(*arguments).exit_code == 0 and len(trained) == 1


def test_which_cells_have_students(study, study_dir, trained):
    result = study("--study.students", '["hau/translate_train/*"]', "--study.seeds", "[0, 1]")
    assert result.exit_code == 0, result.output
    found = rows(study_dir)
    assert "model_transfer/student" not in found and "union/string" not in found
    assert len(found["translate_train/string"]["scores"]["hau"]["seeds"]) == 2
    assert "swa" not in found["translate_train/string"]["scores"]
    assert len(trained) == 2


def test_setups(study, study_dir, trained):
    assert study("--study.setups", '["projection"]').exit_code == 0
    assert list(rows(study_dir)) == ["projection/string"] and not trained


def test_a_student_labels_the_translations(study, study_dir, trained):
    text = (study_dir / "study.cfg").read_text(encoding="utf8")
    (study_dir / "study.cfg").write_text(text.replace(TAGGER.replace("ROOT", study_dir.as_posix()), ""))
    result = study("--study.setups", '["translate_test"]', "--study.seeds", "[0, 1]")
    assert result.exit_code == 0, result.output
    assert trained == [("en", 0), ("en", 1)]
    assert len(rows(study_dir)["translate_test/string"]["scores"]["hau"]["seeds"]) == 2
    assert (study_dir / "out" / "hau" / "labelled-1").is_dir()


def test_a_translator_makes_the_training_data(study, study_dir):
    """It may fail on a sentence, which is then counted."""
    text = (study_dir / "study.cfg").read_text(encoding="utf8")
    target = 'target = "ROOT/${language.code}.train.txt"\n'.replace("ROOT", study_dir.as_posix())
    assert target in text
    block = '[train.translator]\n@xproj_translators = "spacy-xproj.TableTranslator.v1"\npath = "ROOT/forth.tsv"\n'
    block += 'src_lang = "en"\ntgt_lang = ${language.iso}\n'
    text = text.replace(target, "") + block.replace("ROOT", study_dir.as_posix())
    (study_dir / "study.cfg").write_text(text, encoding="utf8")
    (study_dir / "forth.tsv").write_text("Ana is in Lagos\tAna na Lagos\nAna did\t\n", encoding="utf8")
    result = study("--study.languages", "hau", "--study.setups", '["translate_train"]', "--train.like", "")
    assert result.exit_code == 0, result.output
    kept = srsly.read_json(study_dir / "out" / "hau" / "projected" / "string.json")
    assert (kept["sentences"], kept["rejects"]) == (1, {"empty": 1})


def test_pairs_that_are_on_disk(study, study_dir):
    study("--study.languages", "hau", "--study.setups", '["translate_train"]')
    bitext = study_dir / "out" / "hau" / "train"
    result = study(
        *("--study.languages", "hau", "--study.setups", '["translate_train"]'),
        *("--train.target", "", "--train.bitext", str(bitext), "--train.limit", "1"),
    )
    assert result.exit_code == 0, result.output
    assert srsly.read_json(study_dir / "out" / "hau" / "projected" / "string.json")["sentences"] == 1


def test_a_method_may_be_another_in_training(study, study_dir):
    with (study_dir / "study.cfg").open("a", encoding="utf8") as file:
        file.write("[train.methods]\n[train.methods.string]\nmin_score = 1.0\n")
    result = study("--study.setups", '["translate_train", "translate_test"]', "--study.languages", "hau")
    assert result.exit_code == 0, result.output
    digest = srsly.read_json(study_dir / "out" / "hau" / "translate_test" / "string.json")["digest"]
    study("--study.setups", '["translate_test"]', "--study.languages", "hau", "--train.methods.string.min_score", "0.5")
    assert srsly.read_json(study_dir / "out" / "hau" / "translate_test" / "string.json")["digest"] == digest


@pytest.mark.parametrize(
    "arguments, message",
    [
        (["--study.seeds", "[]"], "[study] seeds []: give at least one"),
        (["--study.setups", '["translate"]'], "[study] setups: unknown 'translate'"),
        (["--study.students", '["nobody"]', "--study.setups", '["union"]'], "nothing to measure"),
        (["--train.bitext", "x"], "[train] target and bitext: give target, bitext or translator"),
        (["--train.target", ""], "[train] no translations: give target, bitext or translator"),
        (["--parallel.target", "", "--parallel.bitext", "x"], "[parallel] bitext: it needs gold labels on both sides"),
        (["--student.encoder", "ROOT/none"], "none"),
        (["--train.by", "chance"], "[train] by"),
    ],
)
def test_bad_settings(study, study_dir, arguments, message):
    result = study(*(argument.replace("ROOT", study_dir.as_posix()) for argument in arguments))
    assert result.exit_code == 1 and isinstance(result.exception, SystemExit)
    assert message in result.text and "Traceback" not in result.text
