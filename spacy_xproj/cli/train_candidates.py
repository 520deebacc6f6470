"""``xproj train-candidates``: the candidate generator of T-Projection."""

from dataclasses import asdict
from pathlib import Path
from typing import Optional

import typer
from wasabi import msg

from .app import command, progress


@command("train-candidates")
def train_candidates_cli(
    corpus: Path = typer.Argument(..., metavar="CORPUS", help="Labelled sentences of the source language (.spacy)"),
    output: Path = typer.Argument(
        ..., metavar="DIR", help="Where to write the model; what an earlier run wrote is replaced"
    ),
    model: str = typer.Option(..., "--model", "-m", help="The model to start from: google/mt5-large, or a directory"),
    revision: Optional[str] = typer.Option(None, help="Branch, tag or commit on the hub"),
    epochs: int = typer.Option(4, min=1, help="How often to go through the corpus"),
    batch_size: int = typer.Option(8, min=1, help="Sentences in a step"),
    learning_rate: float = typer.Option(1e-4, help="The highest learning rate"),
    warmup_steps: int = typer.Option(500, min=0, help="Steps until it is reached; at most a tenth of all"),
    max_length: int = typer.Option(256, min=1, help="Tokens; sentences that are longer with their tags are left out"),
    seed: int = typer.Option(0, help="Of the order and of dropout"),
    device: str = typer.Option("auto", help="auto, cpu, cuda, …"),
) -> None:
    """Train a model that names the entities of a sentence when it is told their labels.

    spacy-xproj.Seq2SeqCandidates.v1 uses it on target sentences (configs/project/t_projection.cfg). DIR gets the model
    as safetensors, its tokenizer, and training.json with the settings and the mean loss of each epoch.
    """
    from .. import __version__
    from ..corpora.docbin import read_docs
    from ..extractors.t_projection.training import CandidateTraining
    from ..models.loading import model_license
    from ..storage.files import write_json
    from ..storage.marker import result_directory
    from ..storage.outputs import check_paths

    check_paths("train-candidates", [corpus, Path(model)], directories=[output])
    docs = read_docs(corpus)
    training = CandidateTraining(
        model, revision, epochs, batch_size, learning_rate, warmup_steps, max_length, seed, device
    )
    examples = training.examples(docs)
    labelled = sum(bool(doc.ents) for doc in docs)
    if labelled > len(examples):
        msg.warn(f"{labelled - len(examples)} of {labelled} sentences have more than {max_length} tokens: left out")
    n_steps = training.n_steps(examples)
    losses = list(progress(training.run(examples), n_steps, "steps"))
    size = n_steps // epochs
    by_epoch = [sum(losses[i : i + size]) / size for i in range(0, n_steps, size)]
    with result_directory(output, "train-candidates") as temporary:
        temporary.mkdir()
        training.save(temporary)
        report = {
            "corpus": corpus.name,
            "sentences": len(docs),
            "without_entities": len(docs) - labelled,
            "too_long": labelled - len(examples),
            "steps": n_steps,
            "loss_by_epoch": by_epoch,
            "settings": asdict(training),
            "model_license": model_license(model, revision),
            "version": __version__,
        }
        write_json(temporary / "training.json", report)
    msg.good(f"{output}: {len(examples)} sentences, {n_steps} steps, loss {by_epoch[0]:.3f} → {by_epoch[-1]:.3f}")
