"""The command group and what all its commands share."""

import sys
from functools import wraps
from typing import Any, Callable, Iterable, Iterator, NoReturn, Optional, TypeVar

import typer
from spacy.cli._util import app as spacy_app

from ..errors import XprojError

HELP = "Cross-lingual named-entity recognition by annotation projection."
#: Commands that take a config accept overrides such as `--projector.solver.power 2`.
OVERRIDES = {"allow_extra_args": True, "ignore_unknown_options": True}

app = typer.Typer(name="xproj", help=HELP, no_args_is_help=True, rich_markup_mode=None)
spacy_app.add_typer(app)

SAFE = typer.Option(False, "--safe", help="Refuse a config that calls functions that are not of spaCy or xproj")
OVERWRITE = typer.Option(False, "--overwrite", help="Replace files that something else has made")

Item = TypeVar("Item")


def command(name: str, group: Optional[typer.Typer] = None, **settings: Any) -> Callable[[Callable], Callable]:
    """Register a command that ends an `XprojError` with its one line and exit code 1.

    name (str): the command's name.
    group (Optional[typer.Typer]): the group that the command belongs to; by default, `xproj` itself.
    **settings: passed on to typer.
    RETURNS (Callable[[Callable], Callable]): the decorator.
    """

    def register(function: Callable) -> Callable:
        @wraps(function)
        def run(*args: Any, **kwargs: Any) -> Any:
            try:
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

        return (group or app).command(name, **settings)(run)

    return register


def fail(message: str) -> NoReturn:
    """Print a message as one line on the error stream and end with exit code 1.

    message (str): what, where, remedy.
    """
    line = " ".join(message.split())
    typer.secho(f"✘ {line}", fg=typer.colors.RED, err=True)
    raise typer.Exit(1)


def progress(items: Iterable[Item], total: Optional[int], unit: str) -> Iterator[Item]:
    """Pass items on behind a bar with rate and time left, shown on a terminal only.

    items (Iterable[Item]): what to pass on.
    total (Optional[int]): how many there are, if known.
    unit (str): what one item is called.
    YIELDS (Item): each item.
    """
    from tqdm import tqdm

    yield from tqdm(items, total=total, unit=f" {unit}", disable=not sys.stderr.isatty())
