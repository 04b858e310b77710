"""Files of named arrays.

    file      = magic array* contents trailer
    array     = zeros up to a multiple of 64 bytes, then the elements in C order, little-endian
    contents  = JSON: `facts`, as the writer gave them, and for each array `name`, `dtype` as numpy writes it, `shape`,
                `offset` in the file, `size_bytes`, `crc32`
    trailer   = length of the contents (uint64), their crc32 (uint32), magic

The contents come last, so a file is written from front to back and one that was cut off has no trailer. Everything is
covered by a checksum: bitmaps are read by C code that trusts them.
"""

import json
import mmap
import struct
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from services.search.durable import write_whole
from services.search.index.stored import Arrays

MAGIC = b"BBarray1"
ALIGNMENT = 64
# Small enough that nobody waits long for a piece to be copied.
PIECE_BYTES = 1024 * 1024

_TRAILER = struct.Struct("<QI8s")

Bytes = NDArray[np.uint8]
Copy = Callable[[Bytes, Bytes], None]


class ArraysInvalid(Exception):
    """A file that is cut off, damaged, or no file of arrays."""


@dataclass(frozen=True)
class ArraysFile:
    """What was read: the arrays are mapped into memory, and what is written to them stays there."""

    facts: dict[str, Any]
    arrays: dict[str, NDArray[Any]]


def write_arrays(file: BinaryIO, facts: dict[str, Any], arrays: Arrays, copy: Copy = np.copyto) -> None:
    """Write from the beginning of an unbuffered file. Each piece is taken by `copy(to, piece)`, which may raise."""
    buffer: Bytes = np.empty(PIECE_BYTES, np.uint8)
    position = file.write(MAGIC)
    entries = []
    for name, array in arrays.items():
        position += file.write(bytes(-position % ALIGNMENT))
        content = np.ascontiguousarray(array).reshape(-1).view(np.uint8)
        checksum = 0
        for start in range(0, len(content), PIECE_BYTES):
            piece = content[start : start + PIECE_BYTES]
            taken = buffer[: len(piece)]
            copy(taken, piece)
            checksum = crc32(taken.data, checksum)
            write_whole(file, taken.data)
        entries.append(
            {
                "name": name,
                "dtype": array.dtype.str,
                "shape": array.shape,
                "offset": position,
                "size_bytes": len(content),
                "crc32": checksum,
            }
        )
        position += len(content)
    contents = json.dumps({"facts": facts, "arrays": entries}).encode()
    write_whole(file, contents)
    file.write(_TRAILER.pack(len(contents), crc32(contents), MAGIC))


def read_facts(path: Path) -> dict[str, Any]:
    """The facts alone; the arrays are not looked at. Raises ArraysInvalid and OSError."""
    facts: dict[str, Any] = _contents(_mapped(path))["facts"]
    return facts


def read_arrays(path: Path) -> ArraysFile:
    """Map a file and check all of it, which takes half a second a gigabyte. Raises ArraysInvalid and OSError."""
    mapped = _mapped(path)
    contents = _contents(mapped)
    content = np.frombuffer(mapped, np.uint8)
    arrays: dict[str, NDArray[Any]] = {}
    for entry in contents["arrays"]:
        start, size = entry["offset"], entry["size_bytes"]
        if crc32(content[start : start + size].data) != entry["crc32"]:
            raise ArraysInvalid(f"{entry['name']} is damaged")
        arrays[entry["name"]] = content[start : start + size].view(entry["dtype"]).reshape(entry["shape"])
    return ArraysFile(contents["facts"], arrays)


def _mapped(path: Path) -> mmap.mmap:
    with path.open("rb") as file:
        try:
            return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_COPY)
        except ValueError as error:
            raise ArraysInvalid("it is empty") from error


def _contents(mapped: mmap.mmap) -> dict[str, Any]:
    if len(mapped) < len(MAGIC) + _TRAILER.size or mapped[: len(MAGIC)] != MAGIC:
        raise ArraysInvalid("it is no file of arrays")
    end = len(mapped) - _TRAILER.size
    length, checksum, magic = _TRAILER.unpack(mapped[end:])
    if magic != MAGIC or length > end:
        raise ArraysInvalid("it is cut off")
    contents = mapped[end - length : end]
    if crc32(contents) != checksum:
        raise ArraysInvalid("its contents are damaged")
    decoded: dict[str, Any] = json.loads(contents)
    return decoded
