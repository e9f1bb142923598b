"""Filters of text: peers that drop documents, lines or blocks by rules."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from defiller.benchmark.articles import Article
from defiller.benchmark.engine import Engine

if TYPE_CHECKING:
    from defiller.training.dataset import Dataset
    from defiller.training.figures import Judged


class _Filter(Engine):
    """Text in, what is left of it out; nothing is left of a document that is dropped."""

    @abstractmethod
    def filter(self, text: str) -> str:
        """What is left of a text."""

    def run(self, articles: Sequence[Article]) -> None:
        for article in articles:
            self.filter(article.text)

    def judge(self, data: Dataset, pages: Mapping[str, str]) -> tuple[Judged, bool] | None:  # noqa: ARG002
        from defiller.benchmark.quality import judged_by_output

        self.start()
        return judged_by_output(data, [self.filter(document.text) for document in data.documents])


class _Datatrove(_Filter):
    """A filter of datatrove's, at its defaults for English."""

    name: str

    def start(self) -> None:
        """Import it and load its tokeniser, which a text that fails early would not need."""
        from datatrove import data
        from datatrove.pipeline import filters
        from datatrove.utils.text import split_into_words

        self._document: Any = data.Document
        self._filter: Any = getattr(filters, self.name)()
        split_into_words("Soup is hot.", self._filter.language)

    def filter(self, text: str) -> str:
        document = self._document(text=text, id="")
        kept = self._filter.filter(document)
        if isinstance(kept, tuple):  # (False, why)
            kept = kept[0]
        return str(document.text) if kept else ""


class FineWebQuality(_Datatrove):
    """Drops documents by the shape of their lines."""

    name = "FineWebQualityFilter"


class C4Quality(_Datatrove):
    """Drops lines without end punctuation and documents of few sentences."""

    name = "C4QualityFilter"


class GopherQuality(_Datatrove):
    """Drops documents by counts of words and signs."""

    name = "GopherQualityFilter"


class GopherRepetition(_Datatrove):
    """Drops documents that repeat themselves."""

    name = "GopherRepetitionFilter"


class Winnow(_Filter):
    """winnow-md by its rules alone: its model would be fetched.

    It reads Markdown, where a blank line ends a paragraph, so it gets each line for itself.
    """

    def start(self) -> None:
        """Import it."""
        from winnow import clean

        self._clean: Any = clean

    def filter(self, text: str) -> str:
        """The blocks that it leaves."""
        if "\n\n" not in text:
            text = text.replace("\n", "\n\n")
        return str(self._clean(text, use_model=False).markdown)
