"""Files that are compressed, or not: one way to read and to write them all."""

from __future__ import annotations

import gzip
import io
import zlib
from enum import StrEnum
from typing import IO, TYPE_CHECKING, Any, cast

from defiller.faults import InputError, MissingExtraError

if TYPE_CHECKING:
    from pathlib import PurePath


class Codec(StrEnum):
    """How a file is compressed; the value is the suffix of its name."""

    NONE = ""
    GZ = ".gz"
    ZST = ".zst"


class DamagedInputError(InputError):
    """A compressed file that ends early or is broken; what came before it was whole."""


_FEED = 2048
"""Bytes given to the zst decompressor at once. A block of 4 bytes can stand for 128 KiB, so this
bounds what a hostile file can make of one step to 64 MiB; larger steps are hardly faster."""


def codec_of(name: str | PurePath) -> Codec:
    """The codec that a file name says."""
    lowered = str(name).lower()
    return next((c for c in (Codec.GZ, Codec.ZST) if lowered.endswith(c.value)), Codec.NONE)


def require(codec: Codec, name: str) -> None:
    """Raise `MissingExtraError` where a file's codec takes a package that is not installed."""
    if codec is Codec.ZST:
        try:
            import zstandard  # noqa: F401
        except ImportError:
            raise MissingExtraError(name, "zstandard", "zst") from None


def reader(raw: IO[bytes], codec: Codec) -> IO[bytes]:
    """A stream of the uncompressed bytes; it raises what `mending` turns into sentences."""
    if codec is Codec.GZ:
        return cast("IO[bytes]", gzip.GzipFile(fileobj=raw, mode="rb"))
    if codec is Codec.ZST:
        return cast("IO[bytes]", io.BufferedReader(_ZstdStream(raw), 1 << 17))
    return raw


def writer(raw: IO[bytes], codec: Codec) -> IO[bytes]:
    """A stream that compresses; closing it ends the compressed data and leaves `raw` open.

    ``flush`` brings all that was written so far to `raw`, readable from there. No time stamp and
    no name is stored, so that the same text gives the same bytes.
    """
    if codec is Codec.GZ:
        return cast("IO[bytes]", gzip.GzipFile("", "wb", fileobj=raw, mtime=0))
    if codec is Codec.ZST:
        import zstandard  # an extra

        return cast("IO[bytes]", zstandard.ZstdCompressor().stream_writer(raw, closefd=False))
    return cast("IO[bytes]", _Lent(raw))


def damage(error: Exception) -> DamagedInputError | None:
    """The sentence for an error that compressed data gave, or None for any other error."""
    if isinstance(error, DamagedInputError):
        return error
    if isinstance(error, EOFError):
        return DamagedInputError("the compressed file ends early; fetch it again")
    if isinstance(error, (gzip.BadGzipFile, zlib.error)):
        return DamagedInputError(f"the compressed file is damaged ({error}); fetch it again")
    return None


class _Lent(io.RawIOBase):
    """A stream that is written to; closing this leaves it open."""

    def __init__(self, raw: IO[bytes]) -> None:
        self._raw = raw

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:  # noqa: ANN401 - any buffer
        return self._raw.write(data)

    def flush(self) -> None:
        if not self._raw.closed:
            self._raw.flush()


class _ZstdStream(io.RawIOBase):
    """Uncompressed bytes of a zst file of one frame or more.

    zstandard's own stream reader takes a file that ends within a frame for one that ends; here
    that is an error, as it is with gzip.
    """

    def __init__(self, raw: IO[bytes]) -> None:
        import zstandard  # an extra

        self._error = zstandard.ZstdError
        self._new = zstandard.ZstdDecompressor().decompressobj
        self._raw = raw
        self._frame: Any = None
        self._unused = b""
        self._ready = memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:  # noqa: ANN401 - any buffer
        while not self._ready:
            packed = self._unused or self._raw.read(_FEED)
            self._unused = b""
            if not packed:
                if self._frame is not None:
                    raise EOFError
                return 0
            if self._frame is None:
                self._frame = self._new()
            try:
                self._ready = memoryview(self._frame.decompress(packed))
            except self._error as error:
                raise DamagedInputError(
                    f"the compressed file is damaged ({error}); fetch it again"
                ) from None
            if self._frame.eof:
                self._unused = self._frame.unused_data
                self._frame = None
        size = min(len(buffer), len(self._ready))
        buffer[:size] = self._ready[:size]
        self._ready = self._ready[size:]
        return size
