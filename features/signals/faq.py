"""FAQ blocks."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from defiller.features.batch import Batch, Floats
from defiller.features.signals.family import (
    Family,
    Signal,
    distance_below,
    lengths,
    share,
    window_sums,
)


def question_lines(batch: Batch) -> Floats:
    """1.0 for paragraphs of at most 30 words that end with a question mark."""
    # An FAQ's questions are single sentences; the longest of the labelled ones has 28 words.
    asks = [content.endswith(("?", "?”", '?"')) for content in batch.contents]
    return np.asarray(np.array(asks, np.bool_) & (batch.words <= 30), dtype=np.float32)


class Faq(Family):
    """Question-and-answer blocks added to an article: a heading, questions, short answers.

    Innocent look-alikes: interviews (answers in the first person, quotation marks), help pages
    and Q&A columns, where most of the page is questions, and rhetorical headings.
    """

    name = "faq"
    signals = (
        Signal("faq_heading", "calls itself a list of questions"),
        Signal("faq_marker", "is marked as a question or an answer ('Q:')"),
        Signal("faq_distance", "paragraphs since the last FAQ heading above"),
        Signal("faq_plain_headings", "headings without a question mark since the last FAQ heading"),
        Signal("question", "is a question"),
        Signal("question_above", "the heading or line above is a question"),
        Signal("questions_near", "questions among the six paragraphs before and after"),
        Signal("questions_before", "questions among the six paragraphs before"),
        Signal("questions_after", "questions among the six paragraphs after"),
        Signal("question_headings", "share of the document's headings that are questions"),
        Signal("question_word", "starts with a question word"),
        Signal("question_rank", "number of question headings above it in the document"),
        Signal("question_share_before", "share of the headings above that are questions"),
        Signal("question_run", "questions in the unbroken run of them that it belongs to"),
        Signal("question_run_rank", "which of that run's questions it is or answers"),
        Signal("question_run_ends", "that run goes on to the document's last heading"),
        Signal("question_run_words", "words a question of that run and its answer has, up to 400"),
    )

    def columns(self, batch: Batch) -> Sequence[Floats]:
        """See `Family.columns`."""
        heading_cue = batch.cue("faq_heading") * (batch.words <= 14)
        question = question_lines(batch)
        question_heading = question * (batch.heading | (batch.cue("faq_marker") > 0))
        heading = batch.heading.astype(np.float32)
        plain = heading * (question == 0) * (heading_cue == 0)
        counted = np.cumsum(plain)
        last = batch.last_marked(heading_cue > 0)
        first = batch.first
        since = np.where(last >= 0, counted - counted[last], np.nan)
        asked = np.cumsum(question_heading) - question_heading
        headings = np.cumsum(heading) - heading
        asked_above = (asked - asked[first]).astype(np.float32)
        headings_above = (headings - headings[first]).astype(np.float32)
        starts = np.zeros(len(batch), np.float32)
        word = batch.listed("question_word")
        starts[word[batch.token_begin[:-1]]] = 1.0
        return (
            heading_cue,
            batch.cue("faq_marker"),
            distance_below(heading_cue, batch),
            since.astype(np.float32),
            question,
            np.maximum(batch.shifted(question, -1, 0.0), batch.of_heading(question)),
            *window_sums(question, batch, (6, 6), (6, 0), (0, 6)),
            share(*batch.per_document(np.stack([question_heading, heading]))),
            starts,
            asked_above,
            share(asked_above, headings_above),
            *_question_runs(batch, question),
        )


def _question_runs(batch: Batch, question: Floats) -> tuple[Floats, Floats, Floats, Floats]:
    """Size, rank, whether it is the last, and words a question of each paragraph's run.

    An FAQ without its heading shows as questions one after the other with no other heading
    between them; in an interview they run through the whole article.
    """
    size = len(batch)
    result = tuple(np.zeros(size, np.float32) for _ in range(4))
    if not question.any():
        return result  # type: ignore[return-value]
    marks = np.flatnonzero(batch.heading | (question > 0))
    asks = question[marks] > 0
    document = batch.document_of[marks]
    goes_on = np.zeros(len(marks), np.bool_)
    goes_on[1:] = asks[1:] & asks[:-1] & (document[1:] == document[:-1])
    run = np.cumsum(~goes_on) - 1
    begin = np.flatnonzero(~goes_on)
    length = lengths(begin, len(marks))
    last = np.append(document[1:] != document[:-1], True)
    ends = last[np.append(begin[1:], len(marks)) - 1]
    # A mark's stretch reaches to the next one of the document, or to its end.
    total = np.concatenate([np.zeros(1), np.cumsum(batch.words, dtype=np.float64)])
    stop = np.where(last, batch.end[marks], np.append(marks[1:], size))
    words = np.bincount(run, total[stop] - total[marks]) / length
    above = np.searchsorted(marks, batch.places, side="right") - 1
    inside = (above >= 0) & (document[np.maximum(above, 0)] == batch.document_of)
    inside &= asks[np.maximum(above, 0)]
    own = above[inside]
    size_of, rank_of, ends_of, words_of = result
    size_of[inside] = length[run[own]]
    rank_of[inside] = own - begin[run[own]] + 1
    ends_of[inside] = ends[run[own]]
    words_of[inside] = np.minimum(words[run[own]], 400)
    return size_of, rank_of, ends_of, words_of
