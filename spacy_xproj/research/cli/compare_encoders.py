"""``xproj research compare-encoders``: the same students on several encoders, and what the differences are worth."""

from pathlib import Path
from typing import TYPE_CHECKING, List

import typer
from wasabi import msg

from ...cli.app import OVERRIDES, command, fail
from ...config import load_config, naming
from ...storage.marker import claim_directory
from ...storage.outputs import check_paths
from .group import research

if TYPE_CHECKING:
    from ..encoder_comparison.students import Student
    from ..encoder_comparison.summary import Summary

TITLE = "Comparison of encoders"


@command("compare-encoders", research, context_settings=OVERRIDES)
def compare_encoders_cli(
    ctx: typer.Context,
    config_path: Path = typer.Argument(..., metavar="CONFIG", help="Config, such as configs/comparison/encoders.cfg"),
    output_dir: Path = typer.Argument(..., metavar="OUTPUT_DIR", help="Where students, figures and report go"),
) -> None:
    """Train a student on each encoder, training data, mode and seed; score and compare them in each language.

    A run that was interrupted goes on, and what has not changed is not done again. A student that fails is reported,
    and the others go on; the exit code is 1 then. OUTPUT_DIR gets report.html, report.md and report.json, two figures,
    and what the students predict. Seeds can be run on several machines (--comparison.seeds [0]), or beside each other;
    a last run puts the report together.
    """
    from ..encoder_comparison.config import read_comparison
    from ..encoder_comparison.students import run_comparison
    from ..encoder_comparison.summary import make_summary

    config = load_config(config_path, ctx.args)
    check_paths("research compare-encoders", [config_path], directories=[output_dir], settings=config)
    with naming(config_path):
        comparison = read_comparison(config)
    claim_directory(output_dir, "research compare-encoders")
    students: List[Student] = []
    for student in run_comparison(comparison, output_dir):
        _print_student(student)
        students.append(student)
    summary = make_summary(comparison, students, output_dir)
    _write_report(summary, output_dir)
    if summary["failures"]:
        fail(
            f"{len(summary['failures'])} of {len(students)} students are missing: the reasons are in "
            f"{output_dir / 'report.md'}; run the command again, it trains only what is missing"
        )
    msg.good(f"{output_dir / 'report.html'}: {len(students)} students")


def _write_report(summary: "Summary", output_dir: Path) -> None:
    """Write JSON, Markdown, figures and page."""
    from ...storage.atomic import atomic_path
    from ...storage.files import write_json
    from ...view.tables import make_page
    from ..encoder_comparison.figures import curve_figure, f1_figure, to_svg
    from ..encoder_comparison.tables import comparison_tables, heading, to_markdown

    figures = {"f1": f1_figure(summary), "curves": curve_figure(summary)}
    drawn = {name: to_svg(figure) for name, figure in figures.items()}
    captions = {
        "F1 by language, with 95% intervals (bootstrap over sentences); dots are seeds": drawn["f1"],
        "Learning curves; thin lines are students, thick ones their means": drawn["curves"],
    }
    texts = {
        "report.md": to_markdown(summary),
        "report.html": make_page(TITLE, heading(summary), captions, comparison_tables(summary)),
        **{f"{name}.svg": svg for name, svg in drawn.items()},
    }
    for name, text in texts.items():
        with atomic_path(output_dir / name) as temporary:
            temporary.write_text(text, encoding="utf8")
    write_json(output_dir / "report.json", summary)


def _print_student(student: "Student") -> None:
    if student.result is None:
        msg.fail(f"{student.spec}: {student.reason}")
    elif student.fresh:
        seconds = student.result["training"]["seconds"] + student.result["labelling"]["seconds"]
        msg.good(f"{student.spec}: {seconds:.0f} s")
    else:
        msg.good(f"{student.spec}: done before")
