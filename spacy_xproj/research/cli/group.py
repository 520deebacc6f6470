"""The command group, inside that of the package."""

import typer

from ...cli.app import OneLineGroup, app

research = typer.Typer(
    name="research", cls=OneLineGroup, help="Studies, pre-training, comparisons.", no_args_is_help=True
)
app.add_typer(research)
