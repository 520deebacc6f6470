import sys
from pathlib import Path

import numpy
import pytest

from spacy_xproj.errors import XprojError
from spacy_xproj.research.pretraining.pictures import read_pictures

Image = pytest.importorskip("PIL.Image")
FONT = Path("/usr/share/fonts/truetype/noto/NotoColorEmoji.ttf")


@pytest.mark.parametrize(
    ("name", "emoji"),
    [
        ("1f600.png", "\U0001f600"),
        ("1F1F5-1F1F9.png", "🇵🇹"),
        ("emoji_u1f1f5_1f1f9.png", "🇵🇹"),
        ("2764-fe0f.png", "\u2764"),
        ("2764.png", "\u2764\ufe0f"),
        ("0031-20e3.png", "1\u20e3"),
    ],
)
def test_file_names(tmp_path, name, emoji):
    Image.new("RGB", (8, 8), "red").save(tmp_path / name)
    (tmp_path / "README.txt").write_text("pictures")
    pictures = read_pictures(tmp_path, [emoji, "\U0001f601"])
    assert list(pictures) == [emoji]
    assert pictures[emoji].shape == (3, 64, 64) and pictures[emoji].dtype == numpy.uint8
    assert (pictures[emoji] == numpy.array([255, 0, 0])[:, None, None]).all()


def test_on_white_in_the_middle(tmp_path):
    image = Image.new("RGBA", (32, 64), (0, 0, 0, 0))
    image.paste("black", (0, 16, 32, 48))
    image.save(tmp_path / "1f600.png")
    picture = read_pictures(tmp_path, ["\U0001f600"])["\U0001f600"]
    expected = numpy.full((3, 64, 64), 255)
    expected[:, 16:48, 16:48] = 0
    assert (picture == expected).all()


@pytest.mark.skipif(not FONT.is_file(), reason="apt-get install fonts-noto-color-emoji")
def test_font():
    pictures = read_pictures(FONT, ["😀", "🇵🇹", "{", "😀😀", "\U0010ffff"])
    assert list(pictures) == ["😀", "🇵🇹"]
    red, green, blue = pictures["😀"][:, 32, 32].astype(int)
    assert red > 200 and green > 150 and blue < 120  # yellow
    assert (pictures["😀"][:, 0, 0] == 255).all()


def test_errors(tmp_path, monkeypatch):
    with pytest.raises(XprojError, match="no such file; .*apt-get install fonts-noto-color-emoji"):
        read_pictures(tmp_path / "missing.ttf", ["😀"])
    with pytest.raises(XprojError, match="no picture with a name such as 1f600.png"):
        read_pictures(tmp_path, ["😀"])
    (tmp_path / "1f600.png").write_text("no picture")
    with pytest.raises(XprojError, match="1f600.png: not a picture"):
        read_pictures(tmp_path, ["😀"])
    with pytest.raises(XprojError, match="1f600.png: no font with pictures of 109 pixels"):
        read_pictures(tmp_path / "1f600.png", ["😀"])
    monkeypatch.setitem(sys.modules, "PIL", None)
    with pytest.raises(XprojError, match=r"Pillow is not installed: pip install 'spacy_xproj\[pretrain\]'"):
        read_pictures(tmp_path, ["😀"])
