"""Extractors: peers that find the article of a page, and drop the page around it."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from defiller.benchmark.articles import Article
from defiller.benchmark.engine import Engine

if TYPE_CHECKING:
    from defiller.training.dataset import Dataset
    from defiller.training.figures import Judged


class _Extractor(Engine):
    """A page in, text out."""

    @abstractmethod
    def extract(self, html: str) -> str:
        """The text that it takes for the article."""

    def run(self, articles: Sequence[Article]) -> None:
        for article in articles:
            if article.html is not None:
                self.extract(article.html)

    def judge(self, data: Dataset, pages: Mapping[str, str]) -> tuple[Judged, bool] | None:
        from defiller.benchmark.quality import judged_by_output

        self.start()
        outputs = [
            self.extract(pages[one.id]) if one.id in pages else None for one in data.labelled
        ]
        return judged_by_output(data, outputs)


class Trafilatura(_Extractor):
    """trafilatura at its defaults."""

    def start(self) -> None:
        """Import it."""
        from trafilatura import extract

        self._extract = extract

    def extract(self, html: str) -> str:
        """The article as text."""
        return self._extract(html) or ""


class TrafilaturaRecall(_Extractor):
    """trafilatura with the options that defiller reads pages by."""

    def start(self) -> None:
        """Import nothing yet: the function imports trafilatura when it is called."""
        from defiller.features.reading.html import extract_page

        self._extract = extract_page

    def extract(self, html: str) -> str:
        """The article as Markdown."""
        from defiller.features.document import ReadingError

        try:
            return self._extract(html).markdown
        except ReadingError:  # no article on the page
            return ""


class JusText(_Extractor):
    """jusText with its English stop words."""

    def start(self) -> None:
        """Import it and read the stop words."""
        import justext

        self._justext = justext.justext
        self._stop_words = justext.get_stoplist("English")

    def extract(self, html: str) -> str:
        """Its paragraphs that are no boilerplate."""
        found = self._justext(html, self._stop_words)
        return "\n".join(part.text for part in found if not part.is_boilerplate)


class Resiliparse(_Extractor):
    """resiliparse, main content only."""

    def start(self) -> None:
        """Import it."""
        from resiliparse.extract.html2text import extract_plain_text

        self._extract = extract_plain_text

    def extract(self, html: str) -> str:
        """The main content as text."""
        text: str = self._extract(html, main_content=True, comments=False)
        return text
