"""What goes together: a table's header, a heading and its section, a question and its answer.

A paragraph is judged alone; cutting it alone can leave half of something. The rules here turn
each paragraph's score into ``cut_at``, the highest threshold at which it goes, so a lower
threshold always cuts a superset. In order:

1. Paragraphs of one question of an FAQ run, and of its answer, go only together, by the
   word-weighted mean of their scores.
2. Header and separator rows of a table go only with the whole table.
3. A heading goes when everything up to the next heading of its level or above goes; otherwise
   it is judged on its own. Where the format marks no headings, lines that read like one take
   their place, and as such a line may be no heading at all, it goes with what follows only so
   far as its own score agrees: by the geometric mean of the two.

Questions come first, because both other rules build on what became of the paragraphs below.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import inf, sqrt

import numpy as np
from numpy.typing import NDArray

from defiller.features.document import Paragraph, Role, count_words
from defiller.features.headings import heading_like

Floats = NDArray[np.float64]

MOST_QUESTION_WORDS = 25
"""Of the labelled FAQ questions 99 % are shorter; longer lines that end in a question mark are
paragraphs of prose with a rhetorical end."""

MOST_ANSWER_PARAGRAPHS = 3
"""Of the labelled FAQ answers 94 % have no more. Where questions are the headings of an article
the sections are longer, and a mean over one would cut its facts with its filler."""

FEWEST_QUESTIONS = 2
"""One question with prose below it is rhetoric; the shortest labelled FAQ blocks have two."""

_GUESSED = 7
"""Level of a heading whose format gives none: below every level there is, so that its section
ends at any next heading."""

_IN_RUN = 8
"""Level of a guessed heading inside an FAQ run: below the heading of the run."""

_QUESTION_ENDS = ("?", "?”", '?"', "?)", "？")
_QUESTION_STARTS = ("Q:", "Q.", "Question:")
_ASKING = (Role.PROSE, Role.HEADING, Role.LIST_ITEM)


def cut_points(paragraphs: Sequence[Paragraph], scores: Floats) -> Floats:
    """The highest threshold at which each paragraph goes, after the block step.

    Parameters
    ----------
    paragraphs : sequence of Paragraph
        All paragraphs of one document, in order.
    scores : ndarray of float64, shape (paragraphs,)
        Probability, 0 to 1, that a paragraph is of a kind to drop.

    Returns
    -------
    ndarray of float64, shape (paragraphs,)
        A paragraph goes at threshold ``t`` where its value is at least ``t``. Raising any score
        lowers no value.

    Raises
    ------
    ValueError
        Where there is not one score a paragraph.

    Examples
    --------
    >>> import numpy as np
    >>> from defiller.features.document import Paragraph, Role
    >>> heading = Paragraph(0, 12, "Related news", Role.HEADING, level=2)
    >>> line = Paragraph(13, 31, "Ten more to read", Role.PROSE)
    >>> cut_points([heading, line], np.array([0.25, 0.75])).tolist()
    [0.75, 0.75]
    """
    if len(scores) != len(paragraphs):
        raise ValueError(f"{len(scores)} scores were given for {len(paragraphs)} paragraphs")
    cuts: list[float] = scores.tolist()
    headings = _headings(paragraphs)
    joined = _join_answers(paragraphs, headings, cuts)
    _join_tables(paragraphs, cuts)
    _join_sections(headings, joined, cuts)
    return np.array(cuts, np.float64)


def _headings(paragraphs: Sequence[Paragraph]) -> list[tuple[int, int]]:
    """Place and level of every heading; by content where the format marks none."""
    marked = [(i, p.level or _GUESSED) for i, p in enumerate(paragraphs) if p.role is Role.HEADING]
    if marked:
        return marked
    prose = Role.PROSE
    return [
        (i, _GUESSED)
        for i, p in enumerate(paragraphs)
        if p.role is prose and heading_like(p.content)
    ]


def is_question(paragraph: Paragraph) -> bool:
    """Whether a paragraph can be the question of an FAQ: a short line that asks."""
    if paragraph.role not in _ASKING:
        return False
    content = paragraph.content
    if not content.endswith(_QUESTION_ENDS) and not content.startswith(_QUESTION_STARTS):
        return False
    return content.count(" ") < MOST_QUESTION_WORDS


def _join_answers(
    paragraphs: Sequence[Paragraph], headings: list[tuple[int, int]], cuts: list[float]
) -> set[int]:
    """Give every question and its answer their common score; returns all their places."""
    questions = [i for i, p in enumerate(paragraphs) if is_question(p)]
    if len(questions) < FEWEST_QUESTIONS:
        return set()
    asking = set(questions)
    # A line right below a question that only reads like a heading is a short answer.
    others = {
        i for i, level in headings if i not in asking and (level < _GUESSED or i - 1 not in asking)
    }
    joined: set[int] = set()
    run: list[int] = []
    longest = 0
    for question, following in zip(questions, [*questions[1:], -1], strict=True):
        run.append(question)
        answer = following - question - 1
        if 1 <= answer <= MOST_ANSWER_PARAGRAPHS and others.isdisjoint(
            range(question + 1, following)
        ):
            longest = max(longest, answer)
            continue
        if len(run) >= FEWEST_QUESTIONS:
            end = _last_answer(paragraphs, others, following, question, longest)
            for first, after in zip(run, [*run[1:], end], strict=True):
                _join(paragraphs, cuts, first, after)
            joined.update(range(run[0], end))
        run, longest = [], 0
    return joined


def _last_answer(
    paragraphs: Sequence[Paragraph], others: set[int], following: int, question: int, longest: int
) -> int:
    """Where the last answer of a run ends.

    Nothing marks its end but the next heading or question, and below it may stand the rest of
    the page; so it is taken to have no more paragraphs than the longest answer before it.
    """
    stop = len(paragraphs) if following < 0 else following
    end = question + 1
    while end < min(stop, question + 1 + longest) and end not in others:
        end += 1
    row = Role.TABLE_ROW
    if end < len(paragraphs) and paragraphs[end].role is row:
        while paragraphs[end - 1].role is row:  # a table is never cut in two
            end -= 1
    return end


def _join(paragraphs: Sequence[Paragraph], cuts: list[float], first: int, after: int) -> None:
    """Give paragraphs ``first`` to ``after`` (excluded) the word-weighted mean of their scores."""
    words = [count_words(paragraphs[i].content) for i in range(first, after)]
    values = cuts[first:after]
    mean = sum(w * v for w, v in zip(words, values, strict=True)) / sum(words)
    # Rounding may carry a mean of equal values past them by a bit, and 1.0 past 1.
    mean = min(max(mean, min(values)), max(values))
    cuts[first:after] = [mean] * len(values)


def _join_tables(paragraphs: Sequence[Paragraph], cuts: list[float]) -> None:
    """Hold the header of every table to the lowest of the rows below it."""
    row = Role.TABLE_ROW
    size = len(paragraphs)
    start = 0
    while start < size:
        if paragraphs[start].role is not row:
            start += 1
            continue
        end = start + 1
        while end < size and paragraphs[end].role is row:
            end += 1
        for first, after in _tables(paragraphs, start, end):
            _join_rows(paragraphs, cuts, first, after)
        start = end


def _tables(paragraphs: Sequence[Paragraph], start: int, end: int) -> Iterator[tuple[int, int]]:
    """Cut a run of rows into tables: a wider gap than elsewhere in the run is a blank line."""
    gaps = [paragraphs[i].start - paragraphs[i - 1].end for i in range(start + 1, end)]
    narrow = min(gaps, default=0)
    first = start
    for after, gap in enumerate(gaps, start + 1):
        if gap > narrow:
            yield first, after
            first = after
    yield first, end


def _join_rows(paragraphs: Sequence[Paragraph], cuts: list[float], start: int, end: int) -> None:
    """Join the first row of a table, and the separator below it, to the rest of the table.

    The first row counts as the header even where extraction lost the separator, since in a
    table of facts it mostly is. A separator has no content.
    """
    body = start + 1
    while body < end and not paragraphs[body].content:
        body += 1
    # A table with nothing below its header: the header is judged on its own.
    lowest = min(cuts[body:end], default=cuts[start])
    cuts[start:body] = [lowest] * (body - start)


def _join_sections(headings: list[tuple[int, int]], joined: set[int], cuts: list[float]) -> None:
    """Lift each heading towards the lowest of its section, sections inside it included.

    From the end to the start: ``open_sections`` holds, deepest last, the level of each section
    below the present place that may lie inside one still to come, and the lowest value in it.
    """
    open_sections: list[tuple[int, float]] = []
    end = len(cuts)
    for place, marked in reversed(headings):
        level = _IN_RUN if marked == _GUESSED and place in joined else marked
        lowest = min(cuts[place + 1 : end], default=inf)
        while open_sections and open_sections[-1][0] > level:
            lowest = min(lowest, open_sections.pop()[1])
        # Question and answer stay together, and an empty section tells nothing.
        if place not in joined and lowest != inf:
            own = cuts[place]
            cuts[place] = max(own, lowest if level < _GUESSED else sqrt(own * lowest))
        open_sections.append((level, min(lowest, cuts[place])))
        end = place
