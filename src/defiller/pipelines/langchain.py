"""A LangChain document transformer that takes the padding out of documents.

Takes the extra ``langchain``: pip install 'defiller[langchain]'.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Unpack

from defiller.features.document import Document, Format, ReadingError
from defiller.features.reading import read
from defiller.judging import load_scorer
from defiller.model.policy import Policy
from defiller.model.scorer import Wishes
from defiller.model.strip import cut, cut_ranges
from defiller.model.verdict import ScoredDocument
from defiller.pipelines.extras import from_extra

with from_extra("langchain"):
    from langchain_core.documents import BaseDocumentTransformer
    from langchain_core.documents import Document as LangChainDocument

FIELDS = ("padding_share", "removed", "language", "model", "error")


class DefillerTransformer(BaseDocumentTransformer):  # type: ignore[misc]
    """Hands documents on without their padding.

    Put it before the splitter: whether a paragraph repeats the article or belongs to a list of
    others cannot be seen in a chunk. The model is loaded with the first documents, once in a
    process, and the transformer itself can be pickled.

    Parameters
    ----------
    format : {"text", "wrapped", "markdown", "html", "auto"}
        How every page content is read; ``text`` has a paragraph a line.
    model : path or None
        A model folder; None for the shipped model.
    removed : bool
        Keep what was cut in the metadata, as a list of start, end, kind, padding and text.
        Vector stores that take only plain values need it switched off.
    prefix : str
        Start of the names that are added to the metadata.
    **wishes
        Keywords of `defiller.model.policy.Policy`: drop, keep, max_loss, threshold, max_cut,
        any_language.

    Raises
    ------
    ValueError
        For wishes out of range, and for an unknown format.
    """

    def __init__(
        self,
        format: Format | str = Format.TEXT,  # noqa: A002 - the word that users know
        *,
        model: str | Path | None = None,
        removed: bool = True,
        prefix: str = "defiller_",
        **wishes: Unpack[Wishes],
    ) -> None:
        self.format = Format(format)
        self.model = None if model is None else Path(model)
        self.removed = removed
        self.prefix = prefix
        self.wishes = wishes
        Policy.from_names(**wishes)  # what is wrong with it is said now

    def transform_documents(
        self,
        documents: Sequence[LangChainDocument],
        **kwargs: Any,  # noqa: ANN401, ARG002 - LangChain's signature
    ) -> Sequence[LangChainDocument]:
        """New documents, one for each, in order, with the padding cut out of the page content.

        Metadata and id stay; added are, each with the prefix, ``padding_share`` (of words, 0 to
        1), ``removed``, ``language`` (where it is known) and ``model``. A document that cannot
        be read, as HTML without an article, comes back as it was, with ``error``.

        Raises
        ------
        ValueError
            Where the metadata has one of these names already.
        """
        self._check(documents)
        read_ones = [self._read(document) for document in documents]
        good = (document for document in read_ones if isinstance(document, Document))
        scored = load_scorer(self.model).score_many(good, **self.wishes)
        return [
            self._given_up(document, one)
            if isinstance(one, ReadingError)
            else self._stripped(document, scored)
            for document, one in zip(documents, read_ones, strict=True)
        ]

    def _read(self, document: LangChainDocument) -> Document | ReadingError:
        title = document.metadata.get("title")
        try:
            return read(
                document.page_content,
                self.format,
                title=title if isinstance(title, str) else None,
            )
        except ReadingError as error:
            return error

    def _stripped(
        self, document: LangChainDocument, scores: Iterator[ScoredDocument]
    ) -> LangChainDocument:
        scored = next(scores)
        strips = scored.strips.tolist()
        added: dict[str, Any] = {"padding_share": scored.padding_share, "model": scored.model}
        if scored.language is not None:
            added["language"] = scored.language
        if self.removed:
            added["removed"] = [
                {
                    "start": verdict.start,
                    "end": verdict.end,
                    "kind": str(verdict.kind),
                    "padding": verdict.padding,
                    "text": verdict.text,
                }
                for verdict in scored.verdicts
                if verdict.strip
            ]
        text = cut(scored.document.text, cut_ranges(scored.document, strips))
        return self._with(document, text, added)

    def _given_up(self, document: LangChainDocument, error: ReadingError) -> LangChainDocument:
        return self._with(document, document.page_content, {"error": str(error)})

    def _with(
        self, document: LangChainDocument, text: str, added: dict[str, Any]
    ) -> LangChainDocument:
        named = {f"{self.prefix}{name}": value for name, value in added.items()}
        return document.model_copy(
            update={"page_content": text, "metadata": {**document.metadata, **named}}
        )

    def _check(self, documents: Sequence[LangChainDocument]) -> None:
        names = {f"{self.prefix}{field}" for field in FIELDS}
        for place, document in enumerate(documents):
            for name in sorted(names & document.metadata.keys()):
                raise ValueError(
                    f"the metadata of document {place} has {name!r} already; choose another prefix"
                )
