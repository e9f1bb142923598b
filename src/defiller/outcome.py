"""What becomes of one article: its output, what was removed, and the figures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from defiller.features.document import Document, Format
from defiller.outputs import Action
from defiller.records import Judged
from defiller.summary import Tally
from defiller.task import Item, Task

if TYPE_CHECKING:
    from defiller.features.reading import Decoded
    from defiller.model.verdict import ScoredDocument, Verdict


@dataclass(slots=True)
class Outcome:
    """What became of one article.

    Attributes
    ----------
    judged : Judged
        The fields of a record; ``text`` is what goes out, or None for scores.
    output : bytes or None
        The output file, or the lines of scores; None where it failed or was dropped.
    removed : list of dict
        What was cut, for the file of removed paragraphs.
    tally : Tally
    warnings : tuple of str
    """

    judged: Judged
    output: bytes | None = None
    removed: list[dict[str, Any]] = field(default_factory=list)
    tally: Tally = field(default_factory=Tally)
    warnings: tuple[str, ...] = ()

    @property
    def error(self) -> str | None:
        """Why the article failed, as a sentence without its name."""
        return self.judged.error


def failed(sentence: str) -> Outcome:
    """The outcome of an article that could not be done."""
    return Outcome(Judged(error=sentence), tally=Tally(failed=1))


def outcome_of(task: Task, item: Item, scored: ScoredDocument, decoded: Decoded | None) -> Outcome:
    """The output of a scored article."""
    document = scored.document
    # Verdicts are made when they are asked for; an article that stays whole needs none.
    going = (
        [(i, v) for i, v in enumerate(scored.verdicts) if v.strip] if scored.strips.any() else []
    )
    judged = Judged(
        padding_share=scored.padding_share,
        removed=[_removed(v) for _, v in going],
        language=scored.language,
        model=scored.model,
    )
    outcome = Outcome(
        judged,
        tally=_tally(scored, [v for _, v in going]),
        warnings=tuple(dict.fromkeys([*document.warnings, *scored.warnings])),
    )
    if task.verdicts and item.text is not None:
        from defiller.model.annotate import verdict_record

        judged.verdicts = [verdict_record(v) for v in scored.verdicts]
    if task.action is Action.SCORE:
        outcome.output = _scores(item, scored.verdicts)
    elif task.action is Action.ANNOTATE:
        judged.text = _annotated(task, item, scored)
        outcome.output = judged.text.encode("utf-8", "surrogatepass")
    elif task.drop_over is not None and scored.padding_share > task.drop_over:
        judged.dropped = True
        outcome.tally.dropped = 1
        outcome.removed = [_whole(item, scored)]
    else:
        outcome.removed = [
            {"document": item.document, "index": index, **_removed(v)} for index, v in going
        ]
        judged.text = _stripped(scored)
        if decoded is not None:
            outcome.output = _encoded(judged.text, document, decoded)
    return outcome


def _annotated(task: Task, item: Item, scored: ScoredDocument) -> str:
    if task.on_page:
        from defiller.model.page.review import article_piece

        return article_piece(scored, item.document, policy=task.policy)
    from defiller.model.annotate import annotate

    return annotate(scored, task.form, name=item.document, policy=task.policy)


def _scores(item: Item, verdicts: Sequence[Verdict]) -> bytes:
    """A line of JSON for every verdict."""
    from defiller.model.annotate import to_json, verdict_record

    lines = [
        to_json({"document": item.document, "index": index, **verdict_record(verdict)}) + "\n"
        for index, verdict in enumerate(verdicts)
    ]
    return "".join(lines).encode()


def _stripped(scored: ScoredDocument) -> str:
    from defiller.model.strip import cut, cut_ranges

    document = scored.document
    return cut(document.text, cut_ranges(document, scored.strips.tolist()))


def _encoded(text: str, document: Document, decoded: Decoded) -> bytes:
    from defiller.features.reading import encode

    # The Markdown of a page is ours; any other text goes out as it came in.
    return text.encode() if document.format is Format.HTML else encode(text, decoded)


def _removed(verdict: Verdict) -> dict[str, Any]:
    return {
        "start": verdict.start,
        "end": verdict.end,
        "kind": str(verdict.kind),
        "padding": verdict.padding,
        "text": verdict.text,
    }


def _whole(item: Item, scored: ScoredDocument) -> dict[str, Any]:
    """The entry of a dropped article: no paragraph, and all of the text."""
    text = scored.document.text
    return {
        "document": item.document,
        "index": None,
        "start": 0,
        "end": len(text),
        "kind": None,
        "padding": scored.padding_share,
        "text": text,
    }


def _tally(scored: ScoredDocument, going: Sequence[Verdict]) -> Tally:
    from defiller.model.verdict import Because

    guarded, foreign = (scored.left_whole is b for b in (Because.GUARD, Because.LANGUAGE))
    tally = Tally(1, scored.words, scored.words_cut, guarded=guarded, foreign=foreign)
    words = scored.paragraph_words[scored.strips].tolist()
    for verdict, count in zip(going, words, strict=True):
        counts = tally.cut.setdefault(str(verdict.kind), [0, 0])
        counts[0] += 1
        counts[1] += count
    tally.emptied = int(0 < scored.words == scored.words_cut)
    return tally
