"""Token types: every distinct token once, with what is known of it by its form alone.

Articles repeat their words, so whatever depends on a token's form only (its lower case, its
hash, the word lists it stands in) is worked out once a type and looked up afterwards.
"""

from __future__ import annotations

import re
from hashlib import blake2b
from threading import Lock

import numpy as np
from numpy.typing import NDArray

from defiller.features.cues import Cues

TOKEN = re.compile(
    r"[^\W\d_]+(?:['’][^\W\d_]+)*"  # words, with their apostrophes
    r"|\d+(?:[.,:/]\d+)*"  # figures, clock times and dates in one piece
    r"|[^\w ]|_"  # every other sign alone; the line feed that ends a paragraph too
)
SEPARATOR = "\n"

# Types seen before are kept, since most come again; past this many the table starts anew, so
# that a crawl's endless rare tokens don't fill memory (100 bytes a type: 30 MB).
MOST_TYPES = 300_000

# What a type is by its form. The word lists of the cues follow behind these.
FORMS = ("word", "capitalised", "all_caps", "number", "year", "punctuation", "stop_end", "long")
WORD, CAPITALISED, ALL_CAPS, NUMBER, YEAR, PUNCTUATION, STOP_END, LONG = range(len(FORMS))
LONG_WORD = 8  # letters; words this long are about the top fifth of running English

_MULTIPLIER = np.uint64(0x9E3779B97F4A7C15)  # 2^64 over the golden ratio: spreads low bits


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
    flag_start, flag_count : int32 (types,)
        Where a type's flags stand in ``flag_items``.
    flag_items : int16 (entries,)
        Flags: indices into ``flag_names``.
    """

    def __init__(self, cues: Cues) -> None:
        self.cues = cues
        self.flag_names: tuple[str, ...] = FORMS + tuple(cues.lexicons)
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
        self._numbers: dict[str, int] = {}
        self.lower = np.zeros(size, np.int32)
        self.hashes = np.zeros(size, np.uint64)
        self.flag_start = np.zeros(size, np.int32)
        self.flag_count = np.zeros(size, np.int32)
        self.flag_items = np.zeros(size, np.int16)
        self._entries = 0
        self._add(SEPARATOR)

    def numbers(self, tokens: list[str]) -> tuple[NDArray[np.int32], VocabularyArrays]:
        """Types of tokens (int32) and the arrays that belong to them."""
        with self._lock:
            if len(self._numbers) > MOST_TYPES:
                self._reset()
            known = self._numbers
            for token in set(tokens) - known.keys():
                if token not in known:  # the lower case of an earlier one may have added it
                    self._add(token)
            found = np.fromiter(map(known.__getitem__, tokens), np.int32, len(tokens))
            return found, VocabularyArrays(self)

    def _add(self, token: str) -> int:
        number = len(self._numbers)
        self._numbers[token] = number
        if number >= len(self.lower):
            for name in ("lower", "hashes", "flag_start", "flag_count"):
                old = getattr(self, name)
                setattr(self, name, np.concatenate([old, np.zeros_like(old)]))
        form = token.replace("’", "'").lower()
        if form != token and form not in self._numbers:
            self._add(form)
        self.lower[number] = self._numbers[form]
        flags = _forms(token) + self._lists.get(form, [])
        self.hashes[number] = stable_hash(_shape(form))
        self.flag_start[number] = self._entries
        self.flag_count[number] = len(flags)
        while self._entries + len(flags) > len(self.flag_items):
            self.flag_items = np.concatenate([self.flag_items, np.zeros_like(self.flag_items)])
        self.flag_items[self._entries : self._entries + len(flags)] = flags
        self._entries += len(flags)
        return number


class VocabularyArrays:
    """A vocabulary's arrays as they were when some tokens were numbered."""

    __slots__ = ("flag_count", "flag_items", "flag_names", "flag_start", "hashes", "lower")

    def __init__(self, vocabulary: Vocabulary) -> None:
        self.lower = vocabulary.lower
        self.hashes = vocabulary.hashes
        self.flag_start = vocabulary.flag_start
        self.flag_count = vocabulary.flag_count
        self.flag_items = vocabulary.flag_items
        self.flag_names = vocabulary.flag_names


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
