"""Token types: every distinct token once, with what is known of it by its form alone.

Articles repeat their words, so whatever depends on a token's form only (its lower case, its
hash, the word lists it stands in) is worked out once a type and looked up afterwards.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from hashlib import blake2b
from threading import Lock

import numpy as np
from numpy.typing import NDArray

from defiller.features.cues import Cues
from defiller.features.tokens import Tokeniser, form_hash

SEPARATOR = "\n"

# Characters that are tokenised at a time: the arrays of one piece take 20 MB at most.
PIECE = 1_000_000

# Types seen before are kept, since most come again; past this many the table starts anew, so
# that a crawl's endless rare tokens don't fill memory (100 bytes a type: 30 MB).
MOST_TYPES = 300_000

# What a type is by its form. The word lists of the cues follow behind these.
FORMS = ("word", "capitalised", "all_caps", "number", "year", "punctuation", "stop_end", "long")
WORD, CAPITALISED, ALL_CAPS, NUMBER, YEAR, PUNCTUATION, STOP_END, LONG = range(len(FORMS))
LONG_WORD = 8  # letters; words this long are about the top fifth of running English

_SPREAD = 0x9E3779B97F4A7C15  # 2^64 over the golden ratio: spreads low bits
_MULTIPLIER = np.uint64(_SPREAD)
_MASK = (1 << 64) - 1


def stable_hash(word: str) -> int:
    """64-bit hash of a word that is the same in every process and version."""
    return int.from_bytes(blake2b(word.encode("utf-8", "surrogatepass"), digest_size=8).digest())


def mix(left: NDArray[np.uint64], right: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Combine hashes in order: what n-grams of tokens are hashed by."""
    mixed = (left ^ (left >> np.uint64(29))) * _MULTIPLIER + right
    return np.asarray(mixed, dtype=np.uint64)


class Vocabulary:
    """Gives every token type a number and keeps arrays of what is known by it.

    Attributes
    ----------
    lower : int32 (types,)
        The type of the lower-cased form.
    hashes : uint64 (types,)
        Stable hash of the lower-cased form; figures are hashed by their shape, so that an
        n-gram model learns "<number> of the best" once.
    flag_bits : uint64 (types,)
        One bit a flag of ``flag_names``, the first lowest.
    flags : float32 (types, flags)
        The same as numbers, 1 or 0, to be added up.
    in_use : dict of str to int
        Type of every token met.
    """

    def __init__(self, cues: Cues) -> None:
        self.cues = cues
        self.flag_names: tuple[str, ...] = FORMS + tuple(cues.lexicons)
        assert len(self.flag_names) <= 64, "more word lists than a type has bits"
        self._lists: dict[str, list[int]] = {}
        for number, words in enumerate(cues.lexicons.values(), start=len(FORMS)):
            for word in words:
                self._lists.setdefault(word, []).append(number)
        self._lock = Lock()
        self._reset()

    def __getstate__(self) -> dict[str, object]:
        return {"cues": self.cues}

    def __setstate__(self, state: dict[str, Cues]) -> None:
        self.__init__(state["cues"])  # type: ignore[misc]

    def _reset(self) -> None:
        size = 1 << 14
        self.in_use: dict[str, int] = {}
        self.lower = np.zeros(size, np.int32)
        self.hashes = np.zeros(size, np.uint64)
        self.flag_bits = np.zeros(size, np.uint64)
        self.flags = np.zeros((size, len(self.flag_names)), np.float32)
        self._slots = _Slots()
        self._tokeniser = Tokeniser()
        self._add(SEPARATOR)

    def numbers(self, contents: Sequence[str]) -> tuple[NDArray[np.int32], VocabularyArrays]:
        """Types of all tokens of paragraphs, and the arrays that belong to them.

        Parameters
        ----------
        contents : sequence of str
            Paragraphs, each on one line.

        Returns
        -------
        types : int32 (tokens,)
            A separator (type 0) stands behind every paragraph.
        arrays : VocabularyArrays
        """
        with self._lock:
            if len(self.in_use) > MOST_TYPES:
                self._reset()
            found = [self._of_piece(piece) for piece in _pieces(contents)]
            types = np.concatenate(found) if found else np.zeros(0, np.int32)
            return types, VocabularyArrays(self)

    def _of_piece(self, text: str) -> NDArray[np.int32]:
        begin, end, forms = self._tokeniser.spans(text)
        types = self._slots.find(forms)
        missing = np.flatnonzero(types < 0)
        if len(missing):
            for at in missing[np.unique(forms[missing], return_index=True)[1]].tolist():
                token = text[begin[at] : end[at]]
                if token not in self.in_use:  # the lower case of an earlier one may be there
                    self._add(token)
            types[missing] = self._slots.find(forms[missing])
        return types

    def _add(self, token: str) -> int:
        number = len(self.in_use)
        self.in_use[token] = number
        self._slots.add(form_hash(token), number)
        if number >= len(self.lower):
            for name in ("lower", "hashes", "flag_bits", "flags"):
                old = getattr(self, name)
                # Zero pages cost nothing until a type is put there.
                setattr(self, name, np.zeros((2 * len(old), *old.shape[1:]), old.dtype))
                getattr(self, name)[: len(old)] = old
        form = token.replace("’", "'").lower()
        if form != token and form not in self.in_use:
            self._add(form)
        self.lower[number] = self.in_use[form]
        flags = _forms(token) + self._lists.get(form, [])
        self.hashes[number] = stable_hash(_shape(form))
        self.flag_bits[number] = sum({1 << flag for flag in flags})
        self.flags[number, flags] = 1
        return number


class VocabularyArrays:
    """A vocabulary's arrays as they were when some tokens were numbered."""

    __slots__ = (
        "_numbers",
        "flag_bits",
        "flag_names",
        "flags",
        "hashes",
        "lower",
    )

    def __init__(self, vocabulary: Vocabulary) -> None:
        self.lower = vocabulary.lower
        self.hashes = vocabulary.hashes
        self.flag_bits = vocabulary.flag_bits
        self.flags = vocabulary.flags
        self.flag_names = vocabulary.flag_names
        self._numbers = vocabulary.in_use

    def number_of(self, token: str) -> int:
        """Type of a token; that of the separator where no text has had it."""
        return self._numbers.get(token, 0)


def _shape(form: str) -> str:
    if not form[0].isdigit():
        return form
    if _is_year(form):
        return "<year>"
    return f"<{min(len(form), 4)}>" if form.isdigit() else "<figure>"


def _is_year(token: str) -> bool:
    return len(token) == 4 and token.isdigit() and "1900" <= token <= "2099"


def _forms(token: str) -> list[int]:
    if token == SEPARATOR:
        return []
    first = token[0]
    if first.isdigit():
        return [NUMBER, YEAR] if _is_year(token) else [NUMBER]
    if not first.isalpha():
        return [PUNCTUATION, STOP_END] if first in ".!?…" else [PUNCTUATION]
    flags = [WORD]
    if first.isupper():
        flags.append(CAPITALISED)
        if len(token) > 1 and token.isupper():
            flags.append(ALL_CAPS)
    if len(token) >= LONG_WORD:
        flags.append(LONG)
    return flags


class _Slots:
    """Hash of a form -> its type, asked for many at a time: open addressing in two arrays."""

    def __init__(self) -> None:
        self._bits = 17
        self._keys = np.zeros(1 << self._bits, np.uint64)
        self._types = np.full(1 << self._bits, -1, np.int32)
        self._used = 0

    def add(self, form: int, number: int) -> None:
        if 2 * self._used >= len(self._keys):  # half full: a second probe is rarely needed
            self._grow()
        place = self._place(form)
        while self._types[place] >= 0:
            if int(self._keys[place]) == form:
                return
            place = (place + 1) & (len(self._keys) - 1)
        self._keys[place] = form
        self._types[place] = number
        self._used += 1

    def _place(self, form: int) -> int:
        return ((form ^ (form >> 32)) * _SPREAD & _MASK) >> (64 - self._bits)

    def _grow(self) -> None:
        filled = self._types >= 0
        pairs = zip(self._keys[filled].tolist(), self._types[filled].tolist(), strict=True)
        self._bits += 1
        self._keys = np.zeros(1 << self._bits, np.uint64)
        self._types = np.full(1 << self._bits, -1, np.int32)
        self._used = 0
        for form, number in pairs:
            self.add(form, number)

    def find(self, forms: NDArray[np.uint64]) -> NDArray[np.int32]:
        """Types, -1 where a form is unknown."""
        spread = (forms ^ (forms >> np.uint64(32))) * _MULTIPLIER
        place = (spread >> np.uint64(64 - self._bits)).astype(np.int64)
        result = self._types[place]
        wrong = np.flatnonzero((self._keys[place] != forms) & (result >= 0))
        while len(wrong):
            place[wrong] = (place[wrong] + 1) & (len(self._keys) - 1)
            result[wrong] = self._types[place[wrong]]
            wrong = wrong[(self._keys[place[wrong]] != forms[wrong]) & (result[wrong] >= 0)]
        return result


def _pieces(contents: Sequence[str]) -> Iterator[str]:
    """The paragraphs with their separators, joined to pieces of bounded size.

    A paragraph longer than a piece is parted at spaces, which no token holds; one without a
    space stays whole.
    """
    waiting: list[str] = []
    characters = 0
    for content in contents:
        rest = content
        while len(rest) > PIECE and (space := rest.rfind(" ", 1, PIECE)) > 0:
            yield "".join(waiting) + rest[:space]
            waiting, characters, rest = [], 0, rest[space:]
        waiting += (rest, SEPARATOR)
        characters += len(rest) + 1
        if characters >= PIECE:
            yield "".join(waiting)
            waiting, characters = [], 0
    if waiting:
        yield "".join(waiting)
