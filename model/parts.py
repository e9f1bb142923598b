"""The files of a model folder, read once each: what was hashed is what is used.

Nothing here runs what it reads, and nothing is read but regular files of the folder itself, up to
the size that its part can have.
"""

from __future__ import annotations

import json
import os
import re
import stat
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from defiller.features.ngrams import BUCKETS
from defiller.labels.kinds import PADDING_KINDS
from defiller.model.trees import MOST_BYTES as MOST_BYTES_OF_TREES
from defiller.model.words import KIND_BITS, TARGETS

SHAPES = {
    "words.npy": (BUCKETS, len(TARGETS)),
    "kind_words.npy": (1 << KIND_BITS, len(PADDING_KINDS)),
}
"""Of the arrays among the parts."""

MOST_BYTES = {
    # The shipped one has 80 kB; parsed, lists of lists take twenty times their text.
    "model.json": 4_000_000,
    "padding.txt": MOST_BYTES_OF_TREES,
    "kinds.txt": MOST_BYTES_OF_TREES,
    # float16, and a header of 128 bytes
    **{name: 2 * rows * columns + 1024 for name, (rows, columns) in SHAPES.items()},
}
"""The parts that scoring reads, with the most bytes of each."""

# What numpy.save writes before an array's bytes: version 1.0, the length of the rest, a
# dictionary padded with spaces. It is matched and never evaluated, so it cannot ask for memory.
_NPY = {
    name: re.compile(
        rb"\x93NUMPY\x01\x00(..)"
        rb"(\{'descr': '<f2', 'fortran_order': False, 'shape': \(%d, %d\), \} *\n)" % shape,
        re.DOTALL,
    )
    for name, shape in SHAPES.items()
}


class ModelError(ValueError):
    """A model folder that cannot be used; the message is one sentence with the cure."""


def read_part(folder: Path, name: str) -> bytes:
    """The bytes of a part.

    The file is opened once, and looked at through what was opened: another one put in its place
    meanwhile changes nothing.

    Raises
    ------
    ModelError
        For a part that is missing, unreadable, too large, or no regular file of the folder: a
        symbolic link, a folder, a pipe, a device. A pipe is not waited for.
    """
    path = folder / name
    try:
        if path.is_symlink():
            raise ModelError(f"{path} is a symbolic link; copy the file itself into the folder")
        with open(path, "rb", opener=_opener) as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                raise ModelError(f"{path} is no regular file; take the whole folder anew")
            data = file.read(MOST_BYTES[name] + 1)
    except FileNotFoundError as error:
        raise ModelError(
            f"{folder} lacks its part {name}; is it a model folder of 'defiller train'?"
        ) from error
    except OSError as error:
        raise ModelError(f"{path} cannot be read ({error.strerror}); mend that first") from error
    if len(data) > MOST_BYTES[name]:
        raise ModelError(
            f"{path} has more than {MOST_BYTES[name]:,} bytes; that is no part of a model"
        )
    return data


def _opener(path: str, flags: int) -> int:
    """Open without following a link put there meanwhile and without waiting for a pipe."""
    for flag in ("O_NOFOLLOW", "O_NONBLOCK", "O_NOCTTY"):  # Windows lacks these, and such pipes
        flags |= getattr(os, flag, 0)
    return os.open(path, flags)


def parse_record(data: bytes, path: Path) -> object:
    """The value that a JSON text stands for.

    Parameters
    ----------
    data : bytes
    path : Path
        For the message.

    Raises
    ------
    ModelError
        For what is not JSON: values of no number (NaN, Infinity), nesting beyond Python's stack,
        integers of thousands of digits, and keys that stand twice, of which readers of JSON
        take one or the other.
    """
    try:
        return json.loads(
            data.decode("utf-8"), object_pairs_hook=_without_twins, parse_constant=_no_number
        )
    except RecursionError as error:
        raise ModelError(f"{path} is nested too deep; make the model again") from error
    except ValueError as error:
        raise ModelError(f"{path} is not JSON ({error}); make the model again") from error


def _without_twins(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key stands twice")
    return found


def _no_number(name: str) -> object:
    raise ValueError(f"{name} is no number")


def parse_weights(data: bytes, path: Path) -> NDArray[np.float32]:
    """The weights of a words model, float32 of its shape in ``SHAPES``.

    Parameters
    ----------
    data : bytes
        As ``numpy.save`` writes float16 of that shape, in its order of rows.
    path : Path
        Its name says which part it is; for the message besides.

    Raises
    ------
    ModelError
        For anything else, and for weights that are not finite.
    """
    shape = SHAPES[path.name]
    found = _NPY[path.name].match(data)
    if (
        found is None
        or int.from_bytes(found[1], "little") != len(found[2])
        or len(data) - found.end() != 2 * shape[0] * shape[1]
    ):
        raise ModelError(
            f"{path} is not an array of float16 {shape} as numpy writes it; take the "
            "whole folder anew"
        )
    weights = np.frombuffer(data, "<f2", offset=found.end()).reshape(shape)
    weights = weights.astype(np.float32)
    if not np.isfinite(weights).all():
        raise ModelError(f"{path} holds values that are not finite; make the model again")
    return weights
