"""The command group and what all its commands share."""

import sys
from functools import wraps
from inspect import Parameter, signature
from pathlib import Path
from typing import Any, Callable, Dict, List, NoReturn, Optional

import spacy
import typer
from spacy.cli._util import app as spacy_app
from typer.core import TyperCommand, TyperGroup
from wasabi import msg

from .. import __version__
from .. import progress as bars
from ..errors import XprojError
from ..progress import progress, take_seconds
from ..registry import load_code, registry
from ..storage.files import read_json, write_json

HELP = "Cross-lingual named-entity recognition by annotation projection."
#: Commands that take a config accept overrides such as `--projector.solver.power 2`.
OVERRIDES = {"allow_extra_args": True, "ignore_unknown_options": True}

#: An option of all commands. As in `spacy train`, the file may register what the config names.
CODE = typer.Option(None, "--code", help="Python file to run first, which registers parts of your own")
#: Another one.
QUIET = typer.Option(False, "--quiet", help="Print nothing but errors: no bars, counts or warnings")
#: What a run writes about itself, for `report --timing` and other programs.
RUN_JSON = typer.Option(None, "--json", dir_okay=False, help="Where to write counts, speed, and seconds by stage")
#: What a wrong option or argument raises: of click, which newer versions of typer bring along as a part of their own.
UsageError: Any = typer.BadParameter.__mro__[1]

SAFE = typer.Option(False, "--safe", help="Refuse a config that calls functions that are not of spaCy or xproj")
OVERWRITE = typer.Option(False, "--overwrite", help="Replace files that something else has made")

__all__ = ["CODE", "OVERRIDES", "OVERWRITE", "SAFE", "app", "command", "fail", "progress"]


class OneLineCommand(TyperCommand):
    """A command that ends wrong options and arguments with one line and exit code 2."""

    def parse_args(self, ctx: Any, args: List[str]) -> List[str]:
        try:
            return super().parse_args(ctx, args)
        except UsageError as error:
            fail(f"{error.format_message().rstrip('.')}; see {ctx.command_path} --help", code=2)


class OneLineGroup(TyperGroup):
    """A group of commands that ends an unknown one with one line and exit code 2."""

    def resolve_command(self, ctx: Any, args: List[str]) -> Any:
        try:
            return super().resolve_command(ctx, args)
        except UsageError as error:
            fail(f"{error.format_message().rstrip('.')}; see {ctx.command_path} --help", code=2)


app = typer.Typer(name="xproj", help=HELP, cls=OneLineGroup, no_args_is_help=True, rich_markup_mode=None)
spacy_app.add_typer(app)


def main() -> None:
    """Run the group by itself, as the program `xproj`. After ``xproj --install-completion`` a shell completes its
    commands; it cannot do so after ``python -m spacy``."""
    registry.cli.get_all()  # the commands of `research`, which join the group, and those of other packages
    app(prog_name="xproj")


def show_version(wanted: bool) -> None:
    """Print the version and end, if it is wanted."""
    if wanted:
        typer.echo(f"spacy_xproj {__version__} (spaCy {spacy.__version__}, Python {sys.version.split()[0]})")
        raise typer.Exit()


@app.callback(help=HELP)
def group(
    version: bool = typer.Option(False, "--version", is_eager=True, callback=show_version, help="Show the version"),
) -> None:
    """Take the options of the group itself."""


def command(name: str, group: Optional[typer.Typer] = None, **settings: Any) -> Callable[[Callable], Callable]:
    """Register a command that ends an `XprojError` with its one line and exit code 1. It gets the options
    ``--code`` and ``--quiet``.

    name (str): the command's name.
    group (Optional[typer.Typer]): the group that the command belongs to; by default, `xproj` itself.
    **settings: passed on to typer.
    RETURNS (Callable[[Callable], Callable]): the decorator.
    """

    def register(function: Callable) -> Callable:
        @wraps(function)
        def run(*args: Any, code: Optional[Path] = None, quiet: bool = False, **kwargs: Any) -> Any:
            take_seconds()  # of what ran before in this process
            try:
                silence(quiet)
                if code is not None:
                    load_code(code)
                result = function(*args, **kwargs)
                sys.stdout.flush()
                return result
            except XprojError as error:
                fail(str(error))
            except BrokenPipeError:  # nobody reads on, as after `| head`: typer ends quietly
                raise
            except OSError as error:
                what = f"{error.filename}: {error.strerror}" if error.filename and error.strerror else str(error)
                fail(f"{what}; check the path, its permissions and the space left")
            finally:
                silence(False)

        parameters = [
            *signature(function).parameters.values(),
            Parameter("code", Parameter.KEYWORD_ONLY, default=CODE, annotation=Optional[Path]),
            Parameter("quiet", Parameter.KEYWORD_ONLY, default=QUIET, annotation=bool),
        ]
        run.__signature__ = signature(function).replace(parameters=parameters)  # type: ignore[attr-defined]
        run.__annotations__ = {**function.__annotations__, "code": Optional[Path], "quiet": bool}
        return (group or app).command(name, cls=OneLineCommand, **settings)(run)

    return register


def silence(quiet: bool) -> None:
    """Print nothing but errors from now on, or print again.

    quiet (bool): whether to be silent.
    """
    bars.shown, msg.no_print = not quiet, quiet


def fail(message: str, code: int = 1) -> NoReturn:
    """Print a message as one line on the error stream and end.

    message (str): what, where, remedy.
    code (int): the exit code.
    """
    line = " ".join(message.split())
    typer.secho(f"✘ {line}", fg=typer.colors.RED, err=True)
    raise typer.Exit(code)


def print_times(seconds: Dict[str, float]) -> None:
    """Print how long each stage took, the longest first; nothing of those that took no time worth telling."""
    told = sorted(((name, time) for name, time in seconds.items() if time >= 0.1), key=lambda item: -item[1])
    if told:
        msg.text(f"time: {', '.join(f'{name} {time:.1f} s' for name, time in told)}")


def check_run(path: Optional[Path]) -> None:
    """Check that the file for `write_run` is new, or what an earlier run wrote: a command that is repeated replaces it.

    path (Optional[Path]): the JSON file.
    RAISES (XprojError): if it is something else.
    """
    if path is not None and path.is_file() and path.stat().st_size:
        try:
            found = read_json(path)
        except XprojError:
            found = None
        if not (isinstance(found, dict) and {"seconds", "sentences_per_second"} <= found.keys()):
            raise XprojError(f"{path}: exists, and is not the --json of an earlier run; name another file")


def write_run(path: Optional[Path], seconds: Dict[str, float], rate: float, **counts: Any) -> None:
    """Write what a run did and how long it took, if the user wants it.

    path (Optional[Path]): the JSON file.
    seconds (Dict[str, float]): the time of each stage.
    rate (float): sentences in a second.
    **counts: what else there is to say.
    """
    if path is not None:
        write_json(path, {**counts, "sentences_per_second": round(rate, 3), "seconds": seconds})
