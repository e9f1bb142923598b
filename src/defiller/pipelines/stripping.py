"""What every step does to its articles: strips them in bounded pieces, each on its own account."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Unpack

from defiller.features.document import Format
from defiller.judging import judge, load_scorer
from defiller.model.policy import Policy
from defiller.model.scorer import BATCH_CHARACTERS, Wishes
from defiller.outcome import Outcome
from defiller.outputs import Action
from defiller.task import Item, Task

MOST_ARTICLES = 4096
"""Articles are scored together up to as many characters as `Scorer.score_many` takes at a time, or
up to so many articles, because empty ones have no characters."""


class Stripping:
    """What is asked of every article, and the model, which is loaded once in a process.

    It can be pickled; the model stays behind and is loaded again where it is needed.

    Parameters
    ----------
    format : {"text", "wrapped", "markdown", "html", "auto"}
        How every text is read; ``text`` has a paragraph a line.
    model : path or None
        A model folder, which every worker must have; None for the shipped model.
    verdicts : bool
        Give the verdicts on all paragraphs.
    longest : int or None
        Characters, 1 or more; a longer text fails. None for the limits of reading, 10 million
        and for HTML 20; at 10 million a text takes about 600 MB while it is scored.
    **wishes
        Keywords of `defiller.model.policy.Policy`: drop, keep, max_loss, threshold, max_cut,
        any_language.

    Raises
    ------
    ValueError
        For wishes out of range, an unknown format, or a `longest` below 1.
    """

    def __init__(
        self,
        format: Format | str = Format.TEXT,  # noqa: A002 - the word that users know
        *,
        model: str | Path | None = None,
        verdicts: bool = False,
        longest: int | None = None,
        **wishes: Unpack[Wishes],
    ) -> None:
        if longest is not None and longest < 1:
            raise ValueError(f"longest must be 1 character or more, not {longest}")
        self.longest = longest
        self._task = Task(
            Action.STRIP,
            Policy.from_names(**wishes),
            load_scorer,
            Format(format),
            model=None if model is None else Path(model),
            verdicts=verdicts,
        )

    def load(self) -> None:
        """Load the model, unless this process has it, and see that it can do what is asked.

        LightGBM runs one thread: the engine has a worker for every core already.

        Raises
        ------
        UsageError
            Where the model cannot be loaded.
        ValueError
            For a ``max_loss`` below what the model supports.
        """
        self._task.load(self._task.model).threshold(self._task.policy)

    def item(self, text: str | None, title: str | None = None, *, of: str = "text") -> Item:
        """An article to be stripped; one that cannot be, with its reason, where there is no text.

        Parameters
        ----------
        text, title : str or None
        of : str
            Where the text comes from, for the reason.
        """
        if text is None:
            return Item("", fault=f"it holds no text: {of!r} is null")
        if self.longest is not None and len(text) > self.longest:
            return Item(
                "",
                fault=f"it is over {self.longest:,} characters; split it, or raise the limit "
                "with longest",
            )
        return Item("", text=text, title=title if title and title.strip() else None)

    @staticmethod
    def pieces(items: Iterable[Item]) -> Iterator[list[Item]]:
        """The articles in lists to be judged together, none empty; no more than one read ahead."""
        piece: list[Item] = []
        characters = 0
        for item in items:
            piece.append(item)
            characters += len(item.text or "")
            if characters >= BATCH_CHARACTERS or len(piece) >= MOST_ARTICLES:
                yield piece
                piece, characters = [], 0
        if piece:
            yield piece

    def outcomes(self, piece: Sequence[Item]) -> list[Outcome]:
        """What becomes of each article; the failure of one costs the others nothing.

        Raises
        ------
        UsageError, ValueError
            As `load`.
        """
        self.load()
        return judge(self._task, piece)
