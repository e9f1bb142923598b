"""Label files on disk: read line by line, compressed or not, and written whole or not at all."""

from __future__ import annotations

import gzip
import io
import os
import zlib
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING, TextIO, cast

from defiller.labels.labelled import LabelError

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def _mistakes_named(path: Path) -> Iterator[None]:
    """Turn what the system says of a file into one sentence with its name."""
    try:
        yield
    except FileNotFoundError:
        raise LabelError("there is no such file; check its name", path) from None
    except IsADirectoryError:
        raise LabelError("this is a folder; name the label files in it", path) from None
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise LabelError(f"damaged compression ({error}); fetch the file again", path) from None
    except OSError as error:
        raise LabelError(f"cannot be read ({error.strerror or error})", path) from None


def read_bytes(path: str | Path) -> bytes:
    """The bytes of a file, uncompressed where its name ends in ``.gz``.

    Raises
    ------
    LabelError
        For a missing, unreadable or damaged file.
    """
    path = Path(path)
    with _mistakes_named(path):
        data = path.read_bytes()
        return gzip.decompress(data) if path.suffix == ".gz" else data


def lines_of(path: str | Path) -> Iterator[tuple[int, str]]:
    r"""The lines of a file and their numbers from 1, one at a time, with their endings.

    Lines end at ``\n`` alone; the file is UTF-8, with or without a byte order mark, and
    uncompressed on the way where its name ends in ``.gz``.

    Raises
    ------
    LabelError
        For a missing, unreadable or damaged file, and for bytes that are not UTF-8.
    """
    path = Path(path)
    with (
        _mistakes_named(path),
        cast("IO[bytes]", gzip.open(path) if path.suffix == ".gz" else path.open("rb")) as stream,
    ):
        for number, raw in enumerate(stream, 1):
            try:
                line = raw.decode("utf-8-sig" if number == 1 else "utf-8")
            except UnicodeDecodeError:
                raise LabelError("not UTF-8; save the file as UTF-8", path, number) from None
            yield number, line


@contextmanager
def replacing(path: str | Path) -> Iterator[TextIO]:
    r"""A UTF-8 text file written beside `path` and renamed into its place at the end.

    An exception on the way leaves what stood at `path`. Lines are written as they come
    (``\n`` stays ``\n``). A name that ends in ``.gz`` is compressed, without a time stamp, so
    that the same text gives the same bytes.

    Raises
    ------
    LabelError
        Where the text holds half of a surrogate pair, which UTF-8 cannot carry, and where the
        file cannot be written.
    """
    path = Path(path)
    beside = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with beside.open("wb") as raw:
            packed: IO[bytes] = raw
            if path.suffix == ".gz":
                packed = cast("IO[bytes]", gzip.GzipFile("", "wb", fileobj=raw, mtime=0))
            with io.TextIOWrapper(packed, encoding="utf-8", newline="") as text:
                yield text
        beside.replace(path)
    except UnicodeEncodeError as error:
        problem = f"a text holds {error.object[error.start]!r}, half of a surrogate pair; remove it"
        raise LabelError(problem, path) from None
    except OSError as error:
        raise LabelError(f"cannot be written ({error.strerror or error})", path) from None
    finally:
        beside.unlink(missing_ok=True)
