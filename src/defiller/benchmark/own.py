"""defiller itself, in the ways that it is used."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import TYPE_CHECKING

from defiller.benchmark.articles import Article
from defiller.benchmark.engine import Engine

if TYPE_CHECKING:
    from defiller.training.dataset import Dataset
    from defiller.training.figures import Judged


class _Own(Engine):
    """One scorer, loaded once."""

    def start(self) -> None:
        from defiller.model.scorer import load

        self.scorer = load(self.setting.model)

    def judge(self, data: Dataset, pages: Mapping[str, str]) -> tuple[Judged, bool] | None:  # noqa: ARG002
        from defiller.model.bundle import load_bundle
        from defiller.training.evaluate import evaluate

        return evaluate(load_bundle(self.setting.model), data).judged, True


class ScoreMany(_Own):
    """All articles as a stream, reading included."""

    def run(self, articles: Sequence[Article]) -> None:
        """Read and score them, as many in a batch as the scorer takes."""
        for form, group in groupby(articles, key=lambda article: article.format):
            for _ in self.scorer.score_many((article.text for article in group), form):
                pass


class Score(_Own):
    """One article at a time, reading included."""

    def run(self, articles: Sequence[Article]) -> None:
        """Read and score each by itself."""
        for article in articles:
            self.scorer.score(article.text, article.format)


class StripPages(_Own):
    """One page at a time from HTML to stripped Markdown, trafilatura included."""

    def run(self, articles: Sequence[Article]) -> None:
        """Extract, score and strip each page by itself."""
        for article in articles:
            if article.html is not None:
                self.scorer.strip(article.html, "html")
