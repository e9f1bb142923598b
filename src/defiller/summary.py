"""What a run came to, in figures."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(slots=True)
class Tally:
    """Counts over articles; two add up.

    Attributes
    ----------
    articles : int
        Articles that were judged.
    words, words_cut : int
        Words of their paragraphs, and of those that go.
    cut : dict of str to [int, int]
        Paragraphs and words that go, by kind.
    emptied : int
        Articles of which nothing stays.
    dropped : int
        Articles over the share of padding at which whole documents are dropped.
    guarded, foreign : int
        Articles left whole because too much would go, or for their language.
    failed : int
        Inputs, and rows of record files, that could not be done.
    done_before : int
        Inputs and rows that an earlier run had done.
    """

    articles: int = 0
    words: int = 0
    words_cut: int = 0
    cut: dict[str, list[int]] = field(default_factory=dict)
    emptied: int = 0
    dropped: int = 0
    guarded: int = 0
    foreign: int = 0
    failed: int = 0
    done_before: int = 0

    def add(self, other: Tally) -> None:
        """Add another tally to this one."""
        for name, value in asdict(other).items():
            if name != "cut":
                setattr(self, name, getattr(self, name) + value)
        for kind, (paragraphs, words) in other.cut.items():
            mine = self.cut.setdefault(kind, [0, 0])
            mine[0] += paragraphs
            mine[1] += words

    def record(self, *, model: str, seconds: float) -> dict[str, Any]:
        """The figures as JSON can hold them."""
        return {
            "articles": self.articles,
            "words": self.words,
            "words_cut": self.words_cut,
            "cut_by_kind": {
                kind: {"paragraphs": paragraphs, "words": words}
                for kind, (paragraphs, words) in self._by_words()
            },
            "emptied": self.emptied,
            "dropped": self.dropped,
            "left_whole_by_guard": self.guarded,
            "left_whole_for_language": self.foreign,
            "failed": self.failed,
            "done_before": self.done_before,
            "seconds": round(seconds, 3),
            "model": model,
        }

    def sentence(self) -> str:
        """The figures in one line; what is nought is left out, but for words cut."""
        share = self.words_cut / self.words if self.words else 0.0
        cut = f"{self.words_cut:,} of {self.words:,} words ({share:.0%}) cut"
        parts = [f"{_counted(self.articles, 'article')}, {cut}"]
        for count, what in (
            (self.emptied, "emptied"),
            (self.dropped, "dropped"),
            (self.guarded, "left whole by the guard (--max-cut)"),
            (self.foreign, "left whole for the language (--any-language)"),
            (self.failed, "failed"),
            (self.done_before, "done before"),
        ):
            if count:
                parts.append(f"{count:,} {what}")
        return "; ".join(parts)

    def table(self, *, model: str, seconds: float) -> str:
        """The figures as lines of text, with what was cut by kind."""
        lines = [self.sentence()]
        for kind, (paragraphs, words) in self._by_words():
            lines.append(f"  {kind:<12} {words:>10,} words in {_counted(paragraphs, 'paragraph')}")
        lines.append(f"model {model}, {seconds:.1f} seconds")
        return "\n".join(lines)

    def _by_words(self) -> list[tuple[str, list[int]]]:
        return sorted(self.cut.items(), key=lambda pair: (-pair[1][1], pair[0]))


def _counted(number: int, thing: str) -> str:
    return f"{number:,} {thing}" if number == 1 else f"{number:,} {thing}s"
