"""Training a student, and labelling test sets with it: each a piece of work for a process of its own."""

from pathlib import Path
from time import perf_counter
from typing import Any, Dict, List

from ..corpora.docbin import read_docs, write_docs
from ..corpora.pairing import without_entities
from ..storage.atomic import atomic_path
from .isolate import peak_gpu_memory, peak_memory

#: Set after initialization: spaCy does not initialize what is frozen, so an encoder would have no weights.
FREEZE = ("frozen_components", "annotating_components")


def train_student(config_path: Path, overrides: Dict[str, Any], model_path: Path, gpu_id: int) -> Dict[str, Any]:
    """Train a student with spaCy's own steps and write its last state.

    Evaluations on the development corpus are not counted as training time; reading the corpus and loading the encoder
    are not either.

    config_path (Path): the training config.
    overrides (Dict[str, Any]): what is changed in it: values by dotted name.
    model_path (Path): the directory to write the student to.
    gpu_id (int): the GPU, -1 for the CPU.
    RETURNS (Dict[str, Any]): `sentences`, `steps` and `seconds` of training, peak memory in MB as `memory` and
        `gpu_memory`, and `curve`: at each evaluation the `step`, the `losses` since the last one, as spaCy logs them,
        and F1 `f` (spaCy's scorer) on the development corpus.
    """
    from spacy.schemas import ConfigSchemaTraining
    from spacy.training.initialize import init_nlp
    from spacy.training.loop import create_evaluation_callback, create_train_batches, train_while_improving
    from spacy.util import load_config, registry, resolve_dot_names
    from thinc.api import fix_random_seed

    use_gpu(gpu_id)
    plain = load_config(config_path, overrides=overrides, interpolate=False)
    own = plain.interpolate()["training"]
    freeze = {key: own.get(key, []) for key in FREEZE}
    plain["training"].update({key: [] for key in FREEZE})
    nlp = init_nlp(plain, use_gpu=gpu_id)
    nlp.config["training"].update(freeze)
    config = nlp.config.interpolate()
    settings = registry.resolve(config["training"], schema=ConfigSchemaTraining)
    fix_random_seed(settings["seed"])
    train_corpus, dev_corpus = resolve_dot_names(config, [settings["train_corpus"], settings["dev_corpus"]])
    evaluate = create_evaluation_callback(nlp, dev_corpus, settings["score_weights"])
    evaluating = 0.0

    def timed_evaluate() -> Any:
        nonlocal evaluating
        began = perf_counter()
        scores = evaluate()
        evaluating += perf_counter() - began
        return scores

    curve: List[Dict[str, Any]] = []
    sentences = steps = 0
    start = perf_counter()
    for batch, info, is_best in train_while_improving(
        nlp,
        settings["optimizer"],
        create_train_batches(nlp, train_corpus, settings["batcher"], settings["max_epochs"]),
        timed_evaluate,
        dropout=settings["dropout"],
        accumulate_gradient=settings["accumulate_gradient"],
        patience=settings["patience"],
        max_steps=settings["max_steps"],
        eval_frequency=settings["eval_frequency"],
        exclude=settings["frozen_components"],
        annotating_components=settings["annotating_components"],
        before_update=settings["before_update"],
    ):
        sentences += len(batch)
        steps += 1
        if is_best is not None:
            losses = {name: float(loss) for name, loss in info["losses"].items()}
            curve.append({"step": info["step"], "losses": losses, "f": info["other_scores"]["ents_f"] or 0.0})
    seconds = perf_counter() - start - evaluating
    memory, gpu_memory = peak_memory(), peak_gpu_memory()
    with nlp.use_params(settings["optimizer"].averages), atomic_path(model_path) as temporary:
        nlp.to_disk(temporary)
    cost = {"seconds": seconds, "memory": memory, "gpu_memory": gpu_memory}
    return {"sentences": sentences, "steps": steps, **cost, "curve": curve}


def label_tests(model_path: Path, tests: Dict[str, Path], output_dir: Path, gpu_id: int) -> Dict[str, Any]:
    """Label test sets on their own tokens.

    model_path (Path): the student.
    tests (Dict[str, Path]): a `.spacy` file of each language. Its entities are not read.
    output_dir (Path): gets a `.spacy` file of each language, with the student's entities.
    gpu_id (int): the GPU, -1 for the CPU.
    RETURNS (Dict[str, Any]): `sentences` and `seconds`, peak memory in MB as `memory` and `gpu_memory`.
    """
    import spacy

    use_gpu(gpu_id)
    nlp = spacy.load(model_path)
    sentences = 0
    seconds = 0.0
    for lang, path in tests.items():
        docs = [without_entities(doc) for doc in read_docs(path, nlp.vocab)]
        labelled = []
        start = perf_counter()
        for doc, user_data in nlp.pipe([(doc, dict(doc.user_data)) for doc in docs], as_tuples=True):
            doc.user_data = user_data  # without what transformers leave: all their vectors
            labelled.append(doc)
        seconds += perf_counter() - start
        sentences += write_docs(labelled, output_dir / f"{lang}.spacy")
    memory = {"memory": peak_memory(), "gpu_memory": peak_gpu_memory()}
    return {"sentences": sentences, "seconds": seconds, **memory}


def use_gpu(gpu_id: int) -> None:
    """Take a GPU, or none if the number is negative."""
    from thinc.api import require_gpu

    if gpu_id >= 0:
        require_gpu(gpu_id)
