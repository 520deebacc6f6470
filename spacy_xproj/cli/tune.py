"""``xproj tune``: the thresholds of a projector, and chances in place of scores, on a small gold set."""

from enum import Enum
from pathlib import Path
from typing import Any, Dict, List, Optional

import typer
from wasabi import msg

from ..config import check_devices, check_safe, load_project_config, resolve
from ..corpora.docbin import read_docs
from ..corpora.labels import split_list
from ..corpora.parallel import ParallelCorpus
from ..errors import XprojError
from ..parts import prepare
from ..progress import progress, stage, take_seconds
from ..storage.files import write_json
from ..storage.marker import result_directory
from ..storage.outputs import check_paths
from .app import OVERRIDES, SAFE, command, print_times

#: Values that are tried.
STEPS = [i / 10 for i in range(10)]


class Method(str, Enum):
    """How scores become chances."""

    isotonic = "isotonic"
    platt = "platt"


@command("tune", context_settings=OVERRIDES)
def tune_cli(
    ctx: typer.Context,
    bitext_dir: Path = typer.Argument(..., metavar="BITEXT_DIR", help="Parallel corpus, labelled on its source side"),
    gold_path: Path = typer.Argument(..., metavar="GOLD", help="Its target sentences with the right entities (.spacy)"),
    output_dir: Path = typer.Argument(..., metavar="OUTPUT_DIR", help="Where the config and the report go"),
    config_path: Optional[Path] = typer.Option(
        None, "--config", "-c", help="Config with [projector]; the default projector is used if it is left out"
    ),
    labels: str = typer.Option("", "--labels", help="Labels to score, such as PER,ORG,LOC; all by default"),
    calibrate: Optional[Method] = typer.Option(
        None, "--calibrate", help="Also learn to turn scores into chances of being right"
    ),
    safe: bool = SAFE,
) -> None:
    """Choose min_score and min_margin of a projector on sentences whose right entities are known: those with the best
    strict F1, min_score first. The words are aligned once.

    OUTPUT_DIR gets project.cfg, the config with both set, for `project --config`; report.html and report.md with F1 and
    coverage of all values; tune.json with the figures; and calibration.json, which project.cfg names, with --calibrate.
    Settings are overridden as in `spacy train`.
    """
    config = load_project_config(config_path, ctx.args)
    check_paths("tune", [bitext_dir, gold_path, config_path], directories=[output_dir], settings=config["projector"])
    origin = config_path or "the default config"
    if safe:
        check_safe(config, origin)
    check_devices(config, ["projector"], origin)
    from ..evaluation.calibration import calibration_error, fit_calibration
    from ..evaluation.tuning import Tuner, best_trial, cross_calibrate, describe_trials

    corpus = ParallelCorpus(bitext_dir)
    corpus.check_labelled()
    projector = resolve(config, "projector", origin)
    try:
        tuner = Tuner(projector, list(corpus), read_docs(gold_path), split_list(labels) or None)
    except XprojError as error:
        raise XprojError(f"{bitext_dir}, {gold_path}, {origin}: {error}") from None
    with stage("reading all pairs first"):
        prepare(projector, lambda: progress(corpus, None, "pairs read first"))
    with stage("aligning and scoring"):
        for _ in progress(tuner.record(), len(corpus), "sentences"):
            pass
    start = projector.min_margin
    with stage("trying values"):
        values = progress(STEPS, len(STEPS), "values of min_score")
        scores = tuner.sweep(values, lambda value: tuner.project(value, start))
        min_score = best_trial(scores).value
        values = progress(STEPS, len(STEPS), "values of min_margin")
        margins = tuner.sweep(values, lambda value: tuner.project(min_score, value))
    best = best_trial(margins)
    found = {"min_score": min_score, "min_margin": best.value}
    settings: Dict[str, Any] = dict(found)
    result: Dict[str, Any] = {**found, "f": best.f._asdict(), "coverage": best.coverage}
    result["trials"] = {"min_score": describe_trials(scores), "min_margin": describe_trials(margins)}
    if calibrate is not None:
        places = tuner.places(tuner.project(**found))
        chances = cross_calibrate(calibrate.value, *places)
        errors = {"before": calibration_error(*places), "after": calibration_error(chances, places[1])}
        result["calibration_error"] = errors
        settings["calibration"] = str(output_dir / "calibration.json")
    with stage("writing pages"), result_directory(output_dir, "tune") as directory:
        directory.mkdir()
        config["projector"].update(settings)
        config.to_disk(directory / "project.cfg")
        write_json(directory / "tune.json", result)
        if calibrate is not None:
            write_json(directory / "calibration.json", fit_calibration(calibrate.value, *places))
        _write_report(directory, result, [] if calibrate is None else [places, (chances, places[1])])
    msg.good(f"{output_dir / 'project.cfg'}: min_score {min_score}, min_margin {best.value}")
    msg.text(f"strict F1 {best.f.estimate:.3f} ({best.f.low:.3f} to {best.f.high:.3f}), coverage {best.coverage:.1%}")
    if calibrate is not None:
        msg.text(f"calibration error {errors['before']:.3f} before, {errors['after']:.3f} after (in five folds)")
    print_times(take_seconds())
    msg.info(f"look at it in a browser: {output_dir / 'report.html'}")


def _write_report(directory: Path, result: Dict[str, Any], places: List[Any]) -> None:
    """Write the page and the Markdown; `places` are the scores before and after calibration, if there is one."""
    from ..evaluation.calibration import reliability
    from ..view.figures import reliability_figure, threshold_figure
    from ..view.tables import Table, interval, make_page, percent

    figures, tables = {}, []
    for name, rows in result["trials"].items():
        figures[f"F1 and coverage by {name}"] = threshold_figure(rows, name, result[name])
        cells = [
            [f"{row['value']:.2f}", *(percent(row[key]) for key in "prf"), interval(row["low"], row["high"])]
            + [percent(row["coverage"])]
            for row in rows
        ]
        note = f"In percent. Chosen: {result[name]}. Coverage: the share of the source entities that have a place."
        tables.append(Table(name, note, 1, [name, "P", "R", "F1", "interval", "coverage"], cells))
    if places:
        rows = dict(zip(("before", "after"), (reliability(*one) for one in places)))
        errors = result["calibration_error"]
        caption = f"Calibration: error {errors['before']:.3f} before, {errors['after']:.3f} after (in five folds)"
        figures[caption] = reliability_figure(rows)
    heading = "Thresholds of the projector, tried on a gold set. Figures on the set that they were chosen on flatter."
    markdown = "\n".join(["# Tuning\n", f"{heading}\n", *(table.to_markdown() for table in tables)])
    (directory / "report.html").write_text(make_page("Tuning", heading, figures, tables), encoding="utf8")
    (directory / "report.md").write_text(markdown, encoding="utf8")
