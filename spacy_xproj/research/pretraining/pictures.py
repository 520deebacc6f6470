"""Pictures of emoji: drawn with a colour font, or read from a directory."""

import re
from pathlib import Path
from typing import TYPE_CHECKING, Callable, Dict, Iterable, Optional

import numpy
from numpy.typing import NDArray

from ...errors import XprojError

if TYPE_CHECKING:
    from PIL.Image import Image

#: Width and height of a picture, in pixels.
SIZE = 64
#: The one size that Noto Color Emoji holds its pictures in.
FONT_SIZE = 109
#: Names such as `1f1f5-1f1f9.png` (emoji-datasource-google) and `emoji_u1f1f5_1f1f9.png` (noto-emoji).
FILE_NAME = re.compile(r"(?:emoji_u)?([0-9a-f]{2,6}(?:[-_][0-9a-f]{2,6})*)")
#: Asks for the coloured form. Names of pictures and keys of captions may have it or not.
VARIATION_SELECTOR = "\ufe0f"
INSTALL = (
    "give a colour font (apt-get install fonts-noto-color-emoji: "
    "/usr/share/fonts/truetype/noto/NotoColorEmoji.ttf) or a directory of pictures (npm pack emoji-datasource-google)"
)


def read_pictures(path: Path, emoji: Iterable[str]) -> Dict[str, NDArray]:
    """Draw or read pictures of emoji, on white.

    A font draws an emoji of several characters as one picture only if Pillow has libraqm, as its wheels have.

    path (Path): a font, or a directory with a picture for each emoji, named by its code points.
    emoji (Iterable[str]): the emoji.
    RETURNS (Dict[str, NDArray]): the pictures of those that have one, as bytes. *Shape:* ``(3, 64, 64)``
    RAISES (XprojError): if Pillow is not installed, `path` is neither, or a picture cannot be read.
    """
    try:
        import PIL  # noqa: F401
    except ImportError:
        raise XprojError("Pillow is not installed: pip install 'spacy_xproj[pretrain]'") from None
    draw = _directory(path) if path.is_dir() else _font(path)
    drawn = ((one, draw(one)) for one in emoji)
    return {one: _square(image) for one, image in drawn if image is not None}


def _font(path: Path) -> "Callable[[str], Optional[Image]]":
    from PIL import Image, ImageDraw, ImageFont

    if not path.is_file():
        raise XprojError(f"--images {path}: no such file; {INSTALL}")
    try:
        font = ImageFont.truetype(str(path), FONT_SIZE)
    except OSError as error:
        raise XprojError(f"--images {path}: no font with pictures of {FONT_SIZE} pixels ({error}); {INSTALL}") from None
    advance = font.getlength("😀")

    def draw(emoji: str) -> Optional[Image.Image]:
        if font.getlength(emoji) != advance:  # drawn in parts, side by side
            return None
        left, top, right, bottom = map(int, font.getbbox(emoji))
        image = Image.new("RGBA", (max(1, right - left), max(1, bottom - top)))
        ImageDraw.Draw(image).text((-left, -top), emoji, font=font, embedded_color=True)
        return image if image.getbbox() else None

    return draw


def _directory(path: Path) -> "Callable[[str], Optional[Image]]":
    from PIL import Image

    names = ((FILE_NAME.fullmatch(file.stem.lower()), file) for file in sorted(path.iterdir()))
    files = {_characters(name.group(1)): file for name, file in names if name}
    if not files:
        raise XprojError(f"--images {path}: no picture with a name such as 1f600.png in it; {INSTALL}")

    def read(emoji: str) -> Optional[Image.Image]:
        file = files.get(emoji.replace(VARIATION_SELECTOR, ""))
        if file is None:
            return None
        try:
            return Image.open(file).convert("RGBA")
        except OSError as error:
            raise XprojError(f"{file}: not a picture that Pillow reads ({error}); remove or replace it") from None

    return read


def _characters(name: str) -> str:
    """Give the emoji that code points stand for, without the selector."""
    return "".join(chr(int(point, 16)) for point in re.split("[-_]", name)).replace(VARIATION_SELECTOR, "")


def _square(image: "Image") -> NDArray:
    """Put a picture in the middle of a white square. *Shape:* ``(3, 64, 64)``"""
    from PIL import Image

    side = max(image.size)
    square = Image.new("RGBA", (side, side), "white")
    square.alpha_composite(image, ((side - image.width) // 2, (side - image.height) // 2))
    small = square.convert("RGB").resize((SIZE, SIZE), Image.Resampling.LANCZOS)
    return numpy.asarray(small).transpose(2, 0, 1).copy()
