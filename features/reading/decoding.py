"""Bytes to text and back, without replacing anything silently."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass

from defiller.features.document import ReadingError

# UTF-32 before UTF-16: the mark of UTF-32-LE begins with that of UTF-16-LE.
_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_BOM_OF = {encoding: bom for bom, encoding in _BOMS}

_MAGIC = (
    (b"%PDF-", "PDF"),
    (b"PK\x03\x04", "ZIP archive, Word or EPUB"),
    (b"\x1f\x8b", "gzip"),
    (b"\x28\xb5\x2f\xfd", "Zstandard"),
    (b"BZh", "bzip2"),
    (b"\xfd7zXZ\x00", "xz"),
    (b"7z\xbc\xaf\x27\x1c", "7-Zip"),
    (b"\x89PNG\r\n", "PNG image"),
    (b"\xff\xd8\xff", "JPEG image"),
    (b"GIF8", "GIF image"),
    (b"\xd0\xcf\x11\xe0", "old Word"),
    (b"PAR1", "Parquet"),
)

# The detector reads this much, from the line of the first byte that is not ASCII on; more
# takes seconds and changes nothing.
_SAMPLE = 1 << 17

# What a detector may answer: the encodings of the web (WHATWG) and of DOS. Left free, it finds
# EBCDIC and UTF-16 without a mark in a few bytes of Latin text.
_DETECTABLE = (
    *("cp1250", "cp1251", "cp1252", "cp1253", "cp1254", "cp1255", "cp1256", "cp1257", "cp1258"),
    *("cp437", "cp850", "cp852", "cp866", "cp874", "koi8_r", "koi8_u", "mac_roman"),
    *("mac_cyrillic", "iso8859_2", "iso8859_4", "iso8859_5", "iso8859_6", "iso8859_7"),
    *("iso8859_8", "iso8859_10", "iso8859_13", "iso8859_14", "iso8859_15", "iso8859_16"),
    *("gb18030", "big5", "big5hkscs", "cp932", "shift_jis", "euc_jp", "cp949", "euc_kr"),
)

# A detector needs a page of text to tell Western Europe from its neighbours; a newspaper's
# "caf\xe9" is Windows-1252 all the same. So that comes first where nothing speaks against it:
# a character that Western European text has no use for (those that the bytes of Czech, Polish,
# Turkish or Baltic text turn into are among them), a capital or a sign inside a small word,
# three accented letters on end, or an "õ" that is not Portuguese.
_NOT_WESTERN = re.compile(
    "[^\x00-\x7f\xa0àáâãäåæçèéêëìíîïñòóôõöøœßùúûüÿÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÑÒÓÔÕÖØŒÙÚÛÜ"
    "“”‘’‚„‹›«»–—…•·€£§©®™°±×´¡¿½¼¾²³¹ªº]"
    "|[a-zà-öø-ÿœ][À-ÖØ-ÞŒ]"
    r"|[^\W\d_][‚„§±¡¿½¼¾²³¹][a-z]"
    "|[À-ÖØ-öø-ÿŒœ]{3}"
    "|õ(?!e)"
)

_NON_ASCII = re.compile(rb"[\x80-\xff]")

# HTML5 asks for a page's own declaration in its first 1,024 bytes; pages are not that tidy.
_META_BYTES = 4096
_META = re.compile(rb"<meta\b[^>]*?charset\s*=\s*[\"']?\s*([A-Za-z0-9_.:-]+)", re.IGNORECASE)
_XML = re.compile(rb"\s*<\?xml\b[^>]*?encoding\s*=\s*[\"']([A-Za-z0-9_.:-]+)", re.IGNORECASE)

# What browsers read where a page names these (WHATWG Encoding Standard).
_WEB_NAMES = {
    "ascii": "cp1252",
    "iso8859-1": "cp1252",
    "iso8859-9": "cp1254",
    "iso8859-11": "cp874",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "shift_jis": "cp932",
    "euc_kr": "cp949",
    "utf-16": "utf-16-le",
}
# Codecs to Python that turn text into other text; no page is written in them.
_NO_ENCODINGS = frozenset(
    {"charmap", "idna", "punycode", "raw_unicode_escape", "undefined", "unicode_escape", "utf-7"}
)
# A codec of single bytes reads anything, so naming one says little against bytes that are
# valid UTF-8; these are refused by most bytes that are not theirs.
_MULTI_BYTE = ("big5", "cp9", "euc", "gb", "hz", "iso2022", "johab", "shift", "utf")


@dataclass(frozen=True, slots=True)
class Decoded:
    """Text of some bytes, and what it takes to make the same bytes of it again.

    Attributes
    ----------
    text : str
        Without the byte order mark.
    encoding : str
        Python's name of the codec, without a byte order mark of its own.
    bom : bool
        Whether the bytes began with a byte order mark.
    """

    text: str
    encoding: str
    bom: bool


def decode(data: bytes, *, declared: str | None = None, html: bool = False) -> Decoded:
    """Decode a file's bytes.

    A byte order mark decides; then UTF-8, where the bytes are valid UTF-8; then ``declared``;
    for HTML, what the page declares; then detection by charset_normalizer. A declared
    multi-byte encoding that reads the bytes comes before UTF-8. Nothing is ever replaced: an
    encoding is taken only if it gives back the same bytes.

    Parameters
    ----------
    data : bytes
    declared : str or None
        An encoding that the source named, as in an HTTP header; one that does not fit is
        passed over.
    html : bool
        Look for the encoding that a page declares in its head.

    Returns
    -------
    Decoded

    Raises
    ------
    ReadingError
        If the bytes look like a binary file, or no encoding fits.
    """
    for bom, encoding in _BOMS:
        if data.startswith(bom):
            decoded = _try(data[len(bom) :], encoding)
            if decoded is None:
                raise ReadingError(
                    f"the file has the mark of {encoding.upper()} but is not valid "
                    f"{encoding.upper()}; save it again as UTF-8"
                )
            return Decoded(decoded.text, encoding, bom=True)
    for encoding in _candidates(data, declared, html=html):
        if decoded := _try(data, encoding):
            return decoded
    raise ReadingError("the encoding of the file is not known; save it as UTF-8")


def encode(text: str, decoded: Decoded) -> bytes:
    """Encode text as the bytes that ``decoded`` came from were encoded: the inverse of `decode`.

    Raises
    ------
    UnicodeEncodeError
        If ``text`` has characters that the encoding lacks; parts of ``decoded.text`` never do.
    """
    bom = _BOM_OF[decoded.encoding] if decoded.bom else b""
    return bom + text.encode(decoded.encoding)


def _candidates(data: bytes, declared: str | None, *, html: bool) -> Iterator[str]:
    named = [name for name in (declared, _page_encoding(data) if html else None) if name]
    codecs_named = [codec for name in named for codec in _codecs(name)]
    _refuse_binary(data, codecs_named)
    yield from (codec for codec in codecs_named if codec.startswith(_MULTI_BYTE))
    if b"\x1b$B" in data or b"\x1b$@" in data:  # pure ASCII to the eye, and so valid UTF-8
        yield "iso2022_jp"
    yield "utf-8"
    yield from codecs_named
    yield from _detected(data)


def _refuse_binary(data: bytes, named: list[str]) -> None:
    for magic, what in _MAGIC:
        if data.startswith(magic):
            raise ReadingError(f"looks like a binary file ({what}); extract its text first")
    if b"\0" in data and not any(codec.startswith(("utf-16", "utf-32")) for codec in named):
        raise ReadingError("looks like a binary file (it holds NUL bytes); extract its text first")


def _page_encoding(data: bytes) -> str | None:
    found = _XML.match(data, 0, _META_BYTES) or _META.search(data, 0, _META_BYTES)
    # A page that could say so in ASCII is not UTF-16, whatever it says.
    if found is None or found.group(1).lower().startswith(b"utf-16"):
        return None
    return found.group(1).decode("ascii")


def _codecs(name: str) -> list[str]:
    """Codecs to try for a declared name: what browsers take it for, then itself."""
    try:
        codec = codecs.lookup(name.strip().lower().removeprefix("x-")).name
        "a".encode(codec)  # base64 and rot13 are codecs to Python too
    except (LookupError, ValueError):  # ValueError: a name with a NUL, the codec "undefined"
        return []
    if codec in _NO_ENCODINGS:
        return []
    web = _WEB_NAMES.get(codec)
    return [web, codec] if web else [codec]


def _detected(data: bytes) -> Iterator[str]:
    start = _NON_ASCII.search(data)
    line = data.rfind(b"\n", 0, start.start()) + 1 if start else 0
    sample = data[line : line + _SAMPLE]
    if line + _SAMPLE < len(data):
        # Cut between two lines, lest a character of several bytes is cut.
        sample = sample[: sample.rfind(b"\n") + 1] or sample
    western = _try(sample, "cp1252")
    if western and not _NOT_WESTERN.search(western.text):
        yield "cp1252"
    # Imported here: UTF-8 needs no detector.
    from charset_normalizer import from_bytes

    found = [match.encoding for match in from_bytes(sample, cp_isolation=list(_DETECTABLE))]
    yield from sorted(found, key=lambda encoding: encoding == "cp1252")  # spoken against above


def _try(data: bytes, encoding: str) -> Decoded | None:
    try:
        text = data.decode(encoding)
        if text.encode(encoding) != data:
            return None
    except UnicodeError:
        return None
    return Decoded(text, encoding, bom=False)
