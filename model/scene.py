"""A paragraph in its batch, and the words that a sentence about it may quote."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from defiller.features.batch import ROLES, Batch
from defiller.features.cues import load_cues
from defiller.features.document import Role
from defiller.features.tokens import TOKEN

# What is quoted is meant to be recognised, not read.
MOST_QUOTED = 60
MOST_WORDS_QUOTED = 3

# Lines that announce an FAQ have at most so many words, as in `defiller.features.signals.faq`.
MOST_ANNOUNCING = 14

_LISTED = {Role.LIST_ITEM: "list items", Role.TABLE_ROW: "table rows"}


def shortened(text: str, most: int = MOST_QUOTED) -> str:
    r"""A text on one line and of so many characters at most, without control characters.

    Examples
    --------
    >>> shortened("Soup\n\twith  salt\x1b and pepper", 12)
    'Soup with s…'
    """
    head = text[: 8 * most]  # white space included, however much there is
    line = " ".join("".join(c if c.isprintable() else " " for c in head).split())
    cut = len(line) > most or len(head) < len(text)
    return f"{line[: most - 1].rstrip()}…" if cut else line


def quoted(text: str) -> str:
    """A text in quotation marks, shortened."""
    return f"'{shortened(text)}'"


@dataclass(frozen=True)
class Scene:
    """One paragraph of a batch.

    Attributes
    ----------
    batch : Batch
    row : int
        The paragraph's place in the batch.
    language : str
        Of the cues, as ISO 639-1 code.
    """

    batch: Batch
    row: int
    language: str = "en"

    @property
    def content(self) -> str:
        """What signals read."""
        return self.batch.contents[self.row]

    @property
    def has_words(self) -> bool:
        """Whether there is a word or a figure."""
        return bool(self.batch.words[self.row])

    @property
    def has_content_words(self) -> bool:
        """Whether there is a figure or a word that is no function word."""
        return bool(self.batch.content_mask[self._tokens].any())

    @property
    def _tokens(self) -> slice:
        begin, end = self.batch.token_begin[self.row : self.row + 2].tolist()
        return slice(begin, end - 1)  # without the separator

    @cached_property
    def tokens(self) -> list[str]:
        """Its words and signs, as signals see them."""
        return TOKEN.findall(self.content)

    def neighbour(self, by: int) -> str:
        """The paragraph so many places below (negative: above), quoted; empty without one."""
        place = int(self.batch.index[self.row]) + by
        inside = 0 <= place < int(self.batch.sizes[self.batch.document_of[self.row]])
        return quoted(self.batch.contents[self.row + by]) if inside else ""

    def named(self, by: int) -> str:
        """The paragraph so many places below, quoted and called what it reads like."""
        row = self.row + by
        return f"the {'heading' if self.batch.heading[row] else 'line'} {self.neighbour(by)}"

    def announcement(self, cue: str) -> str:
        """The last paragraph down to this one that announces something; empty without one."""
        first = self.row - int(self.batch.index[self.row])
        places = np.flatnonzero(self._announcing(cue)[first : self.row + 1])
        return self.named(first + int(places[-1]) - self.row) if len(places) else ""

    def announces(self, cue: str) -> bool:
        """Whether it is a short paragraph with a cue."""
        return bool(self._announcing(cue)[self.row])

    def _announcing(self, cue: str) -> NDArray[np.bool_]:
        found = (self.batch.cue(cue) > 0) & (self.batch.words <= MOST_ANNOUNCING)
        return np.asarray(found, np.bool_)

    @property
    def follows_question(self) -> bool:
        """Whether the paragraph above ends with a question mark."""
        first = self.batch.index[self.row] == 0
        return not first and self.batch.contents[self.row - 1].endswith(("?", "?”", '?"'))

    @property
    def in_headed_article(self) -> bool:
        """Whether the article has a heading."""
        begin = int(self.batch.begin[self.batch.document_of[self.row]])
        size = int(self.batch.sizes[self.batch.document_of[self.row]])
        return bool(self.batch.heading[begin : begin + size].any())

    @property
    def heading(self) -> str:
        """The heading above, quoted; empty where there is none."""
        above = int(self.batch.heading_above[self.row])
        return quoted(self.batch.contents[above]) if above >= 0 else ""

    @property
    def under(self) -> str:
        """Which heading it stands under, as a verb and its object."""
        if not self.heading:
            return "stands under no heading"
        if self.batch.heading[self.row]:
            return f"comes after the heading {self.heading}"
        return f"stands under the heading {self.heading}"

    @property
    def layout(self) -> str:
        """What its unbroken run is made of, in the plural."""
        listed = _LISTED.get(ROLES[self.batch.roles[self.row]])
        return listed or ("headings" if self.batch.heading[self.row] else "plain paragraphs")

    @property
    def lead(self) -> str:
        """The line above the list or table that it belongs to, quoted; empty without one."""
        row, first = self.row, self.row - int(self.batch.index[self.row])
        while row >= first and ROLES[self.batch.roles[row]] in _LISTED:
            row -= 1
        return quoted(self.batch.contents[row]) if first <= row < self.row else ""

    def phrase(self, cue: str) -> str:
        """The longest phrase of a cue that stands in it, quoted; empty where none does."""
        tokens = [token.replace("’", "'").lower() for token in self.tokens]
        last = len(tokens)
        while last and not tokens[last - 1][0].isalnum():
            last -= 1
        text, closed = f" {' '.join(tokens)} ", f" {' '.join(tokens[:last])} "
        best = ""
        for phrase in (
            p for c in load_cues(self.language).cues if c.name == cue for p in c.phrases
        ):
            plain = phrase.strip("^$").strip()
            wanted = f" {' '.join(TOKEN.findall(plain.lower()))} "
            there = closed.endswith(wanted) if phrase.endswith("$") else wanted in text
            there &= not phrase.startswith("^") or text.startswith(wanted)
            best = plain if there and len(plain) > len(best) else best
        return quoted(best.replace(" :", ":")) if best else ""

    def listed(self, name: str) -> str:
        """The first words of it that stand in a word list, quoted."""
        mask = self.batch.listed(name)[self._tokens].tolist()
        words = [t.lower() for t, yes in zip(self.tokens, mask, strict=True) if yes]
        distinct = list(dict.fromkeys(words))
        shown = ", ".join(quoted(word) for word in distinct[:MOST_WORDS_QUOTED])
        return f"{shown}, …" if len(distinct) > MOST_WORDS_QUOTED else shown

    def bare(self) -> str:
        """What it has none of, where no sentence of it has a figure, a name or a quotation.

        The signal takes no sentence's first word for a name, and single quotation marks for
        apostrophes; what it could so have missed is left out of the claim.
        """
        capital = self.batch.listed("capitalised") & ~self.batch.function_mask
        maybe_name = bool(capital[self._tokens].any())
        maybe_quotation = any(sign in f" {self.content}" for sign in (" '", "‘", "„", "‹"))
        name = "name after a first word" if maybe_name else "name"
        quotation = "double quotation mark" if maybe_quotation else "quotation"
        return (
            f"no figure, {quotation} or {name}"
            if maybe_name
            else f"no figure, {name} or {quotation}"
        )
