"""Many articles as arrays: tokenised once, shared by all signals.

Paragraphs of all documents of a batch lie one after the other; a signal works on whole columns
and never on one paragraph at a time, which is what makes the features cheap.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from defiller.features.document import Document, Role
from defiller.features.headings import heading_like
from defiller.features.phrases import PhraseTable
from defiller.features.sparse_sums import sums_of_rows
from defiller.features.vocabulary import (
    CAPITALISED,
    NUMBER,
    PUNCTUATION,
    STOP_END,
    WORD,
    Vocabulary,
)

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]

ROLES = tuple(Role)
_ROLE_NUMBER = {role: number for number, role in enumerate(ROLES)}


class Batch:
    """Documents as arrays.

    Attributes
    ----------
    contents : list of str
        Contents of all paragraphs, in order.
    document_of, index : int64 (paragraphs,)
        The paragraph's document in the batch, and its place there.
    sizes, begin : int64 (documents,)
        Paragraphs of each document, and where its first one stands.
    roles : int64 (paragraphs,)
        Index into ``ROLES``.
    types : int32 (tokens,)
        Token types; behind every paragraph stands a separator.
    paragraph_of : int64 (tokens,)
    token_begin : int64 (paragraphs + 1,)
        Where a paragraph's tokens start; its separator is the last of them.
    """

    def __init__(
        self, documents: Sequence[Document], vocabulary: Vocabulary, phrases: PhraseTable
    ) -> None:
        self.documents = documents
        self._windows: dict[tuple[int, int], tuple[Ints, Ints]] = {}
        self._shifts: dict[int, tuple[Ints, Ints]] = {}
        self.phrases = phrases
        self.contents = [p.content for d in documents for p in d.paragraphs]
        self.sizes = np.array([len(d.paragraphs) for d in documents], np.int64)
        self.begin = np.cumsum(self.sizes) - self.sizes
        self.document_of = np.repeat(np.arange(len(documents)), self.sizes)
        self.index = np.arange(len(self.contents)) - self.begin[self.document_of]
        roles = [_ROLE_NUMBER[p.role] for d in documents for p in d.paragraphs]
        self.roles = np.array(roles, np.int64)
        self.types, self.known = vocabulary.numbers(self.contents)
        ends = np.flatnonzero(self.types == 0)
        self.token_begin = np.concatenate([np.zeros(1, np.int64), ends + 1])
        self.token_count = np.diff(self.token_begin) - 1
        self.paragraph_of = np.repeat(np.arange(len(self.contents)), self.token_count + 1)

    def __len__(self) -> int:
        return len(self.contents)

    # -- tokens ---------------------------------------------------------------------------

    @cached_property
    def hashes(self) -> NDArray[np.uint64]:
        """Hash of every token's lower case, uint64 (tokens,)."""
        return self.known.hashes[self.types]

    @cached_property
    def _flag_bits(self) -> NDArray[np.uint64]:
        return self.known.flag_bits[self.types]

    @cached_property
    def flag_counts(self) -> Floats:
        """How many tokens of each flag a paragraph has, float32 (paragraphs, flags)."""
        return sums_of_rows(self.known.flags, self.types, self.token_begin.astype(np.int32))

    @cached_property
    def _flag_shares(self) -> Floats:
        words = np.where(self.words > 0, self.words, np.float32(1))
        return np.asarray(self.flag_counts / words[:, None], np.float32)

    def flagged(self, flag: int) -> NDArray[np.bool_]:
        """Which tokens carry a flag."""
        return np.asarray(self._flag_bits & np.uint64(1 << flag) != 0, np.bool_)

    def listed(self, name: str) -> NDArray[np.bool_]:
        """Which tokens stand in a word list or have a form, by name."""
        return self.flagged(self.known.flag_names.index(name))

    def flag(self, name: str) -> Floats:
        """Tokens of a flag or word list in each paragraph, by name."""
        return self.flag_counts[:, self.known.flag_names.index(name)]

    def flag_share(self, name: str) -> Floats:
        """The same a word of the paragraph; where it has no word, as many as there are."""
        return self._flag_shares[:, self.known.flag_names.index(name)]

    def having(self, signs: str) -> Ints:
        """Paragraphs with any of some signs as tokens: the few that are worth a closer look."""
        found = np.zeros(len(self), np.bool_)
        found[self.paragraph_of[self.is_sign(signs)]] = True
        return np.flatnonzero(found)

    def is_sign(self, signs: str) -> NDArray[np.bool_]:
        """Which tokens are one of some signs, bool (tokens,)."""
        marked = np.zeros(len(self.known.lower), np.bool_)
        marked[[self.known.number_of(sign) for sign in signs]] = True
        marked[0] = False  # signs that no text has had
        return np.asarray(marked[self.types], np.bool_)

    @cached_property
    def words(self) -> Floats:
        """Words and figures of each paragraph."""
        return self.flag_counts[:, WORD] + self.flag_counts[:, NUMBER]

    @cached_property
    def function_mask(self) -> NDArray[np.bool_]:
        """Which tokens are function words."""
        return self.listed("function")

    @cached_property
    def content_mask(self) -> NDArray[np.bool_]:
        """Which tokens are content words or figures."""
        wordlike = self.flagged(WORD) | self.flagged(NUMBER)
        return wordlike & ~self.function_mask

    @cached_property
    def cue_counts(self) -> Floats:
        """Phrases of each cue in each paragraph, float32 (paragraphs, cues)."""
        first = self.token_begin[:-1]
        closing = self.flagged(PUNCTUATION) | (self.types == 0)
        where = np.where(closing, -1, np.arange(len(self.types)))
        last = np.maximum.accumulate(where)[self.token_begin[1:] - 1] if len(self) else first
        return self.phrases.count(self.hashes, self.paragraph_of, first, last, len(self))

    def cue(self, name: str) -> Floats:
        """Phrases of one cue in each paragraph."""
        return self.cue_counts[:, self.phrases.names.index(name)]

    # -- sentences ------------------------------------------------------------------------

    @cached_property
    def sentence_of(self) -> Ints:
        """Sentence of each token, numbered over the batch; a paragraph starts a new one."""
        stop = self.flagged(STOP_END)
        closes = np.zeros(len(self.types), np.bool_)
        if len(self.types):
            following = np.append(self.types[1:], 0)
            capital = self.flagged(CAPITALISED) | self.flagged(NUMBER) | (self.types == 0)
            opens = np.append(capital[1:], True)
            opens |= self.flagged(PUNCTUATION)[
                np.minimum(np.arange(1, len(stop) + 1), len(stop) - 1)
            ]
            short = np.append(False, self.listed("abbreviation")[:-1])
            closes = (stop & opens & ~short & (following != 0)) | (self.types == 0)
        return np.cumsum(closes) - closes

    @cached_property
    def sentence_begin(self) -> Ints:
        """First token of each sentence."""
        return np.flatnonzero(np.diff(self.sentence_of, prepend=-1))

    # -- layout ---------------------------------------------------------------------------

    @cached_property
    def heading(self) -> NDArray[np.bool_]:
        """Which paragraphs read like headings, by their content alone, whatever the format."""
        plain = (self.roles == _ROLE_NUMBER[Role.PROSE]) | (
            self.roles == _ROLE_NUMBER[Role.HEADING]
        )
        flags = [
            bool(ok) and heading_like(content)
            for ok, content in zip(plain.tolist(), self.contents, strict=True)
        ]
        return np.array(flags, np.bool_)

    def role(self, role: Role) -> NDArray[np.bool_]:
        """Which paragraphs have a role."""
        return np.asarray(self.roles == _ROLE_NUMBER[role], np.bool_)

    @cached_property
    def heading_above(self) -> Ints:
        """The heading each paragraph stands under, itself excluded; -1 where there is none."""
        where = np.where(self.heading, self.places, -1)
        above = np.append(-1, np.maximum.accumulate(where)[:-1]) if len(self) else where
        return np.where(above >= self.first, above, -1)

    @cached_property
    def section(self) -> Ints:
        """Number of the section, over the batch: a heading and what stands under it."""
        starts = self.heading | (self.index == 0)
        return np.cumsum(starts) - 1

    @cached_property
    def places(self) -> Ints:
        """0 to the number of paragraphs less one."""
        return np.arange(len(self))

    @cached_property
    def first(self) -> Ints:
        """The first paragraph of each one's document."""
        return self.begin[self.document_of]

    @cached_property
    def end(self) -> Ints:
        """Behind the last paragraph of each one's document."""
        return (self.begin + self.sizes)[self.document_of]

    def last_marked(self, marks: NDArray[np.bool_]) -> Ints:
        """The last marked paragraph of the document down to each one; -1 where there is none."""
        last = np.maximum.accumulate(np.where(marks, self.places, -1))
        return np.where(last >= self.first, last, -1)

    @cached_property
    def colon_last(self) -> Floats:
        """1.0 for paragraphs that end with a colon."""
        return np.array([content.endswith(":") for content in self.contents], np.float32)

    def window(self, before: int, after: int) -> tuple[Ints, Ints]:
        """Where the paragraphs from ``before`` earlier to ``after`` later begin and end."""
        known = self._windows.get((before, after))
        if known is None:
            low = np.maximum(self.places - before, self.first)
            known = low, np.minimum(self.places + after + 1, self.end)
            self._windows[before, after] = known
        return known

    def shifted(self, values: Floats, by: int, fill: float = np.nan) -> Floats:
        """Values of the paragraph ``by`` places later (negative: earlier) in the same document."""
        result = np.full(values.shape, fill, np.float32)
        known = self._shifts.get(by)
        if known is None:
            place = self.index + by
            here = ((place >= 0) & (place + self.first < self.end)).nonzero()[0]
            known = self._shifts[by] = here, here + by
        here, there = known
        result[here] = values[there]
        return result

    def of_heading(self, values: Floats, fill: float = 0.0) -> Floats:
        """Values of the heading above each paragraph."""
        above = self.heading_above
        picked = values[np.maximum(above, 0)] if len(self) else values
        missing = above < 0
        return np.where(missing[:, None] if values.ndim == 2 else missing, np.float32(fill), picked)

    def per_document(self, values: Floats) -> Floats:
        """Mean of values over each paragraph's document; values as of `mean_by`."""
        return mean_by(self.document_of, len(self.sizes), values)

    def per_section(self, values: Floats) -> Floats:
        """Mean of values over each paragraph's section."""
        count = int(self.section[-1]) + 1 if len(self) else 0
        return mean_by(self.section, count, values)


def mean_by(groups: Ints, count: int, values: Floats, weight: Floats | None = None) -> Floats:
    """Mean of each group's values, given to every member of it.

    Parameters
    ----------
    groups : int64 (paragraphs,)
        0 to ``count`` - 1.
    count : int
    values : float (paragraphs,) or (columns, paragraphs)
    weight : float (paragraphs,) or None
    """
    size = np.maximum(np.bincount(groups, weight, count), 1e-9)
    weighed = values if weight is None else values * weight
    if values.ndim == 1:
        total = np.bincount(groups, weighed, count)
    else:  # all columns in one call: each has groups of its own
        keys = groups + count * np.arange(len(values))[:, None]
        total = np.bincount(keys.ravel(), weighed.ravel(), count * len(values))
        total = total.reshape(len(values), count)
    return np.asarray((total / size)[..., groups], dtype=np.float32)
