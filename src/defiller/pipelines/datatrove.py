"""datatrove: a step that takes the padding out of documents and keeps what it took.

Takes the extra ``datatrove``: pip install 'defiller[datatrove]'. It brings ``datatrove[io]`` and
not ``datatrove[processing]``, which wants a trafilatura that is older than defiller's.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path
from typing import Unpack

from defiller.features.document import Format
from defiller.model.scorer import Wishes
from defiller.outcome import Outcome
from defiller.pipelines.extras import from_extra
from defiller.pipelines.stripping import Stripping
from defiller.records import Columns
from defiller.task import Item

with from_extra("datatrove"):
    import pyarrow as pa
    from datatrove.data import Document, DocumentsPipeline
    from datatrove.pipeline.base import PipelineStep
    from datatrove.pipeline.writers.disk_base import DiskWriter
    from datatrove.utils.typeshelper import StatHints

    from defiller.arrow_columns import added_fields


class DefillerStep(PipelineStep):  # type: ignore[misc]
    """Hands documents on without their padding.

    The metadata gain the record columns but the text: ``defiller_padding_share`` (of words, 0 to
    1), ``defiller_removed`` (a list of start, end, kind, padding and text), ``defiller_language``,
    ``defiller_model`` and ``defiller_error``, all of them on every document, since writers take
    their columns from the first one. A document that cannot be read keeps its text and has None
    in all but the last, which says why.

    Besides datatrove's own counts (total, forwarded, dropped) it counts ``stripped`` documents,
    ``failed`` ones, those left whole for their ``foreign`` language or because too much would go
    (``guarded``), and the ``words`` and ``words_cut`` of each document.

    Parameters
    ----------
    format : {"text", "wrapped", "markdown", "html", "auto"}
        How every text is read; ``text`` has a paragraph a line. For ``html`` the text that goes
        on is Markdown.
    annotate : bool
        Leave the text as it is; the metadata tell what would go.
    drop_over : float or None
        Share of words in padding, 0 to 1, over which a document is dropped whole.
    exclusion_writer : DiskWriter or None
        Takes the dropped documents, with the text that they came with.
    model : path or None
        A model folder, which every worker must have; None for the shipped model.
    prefix : str
        Begins the names that are added to the metadata.
    verdicts : bool
        Add the verdicts on all paragraphs, as ``defiller_verdicts``.
    longest : int or None
        Characters; a longer document fails. None for the limits of reading, 10 million and for
        HTML 20; at 10 million a text takes about 600 MB while it is scored.
    **wishes
        Keywords of `defiller.model.policy.Policy`: drop, keep, max_loss, threshold, max_cut,
        any_language.

    Raises
    ------
    ValueError
        For wishes out of range, an unknown format, a `longest` below 1, or a `drop_over` that is
        no share.
    """

    type = "✂️ - STRIP"
    name = "🧹 defiller"

    def __init__(
        self,
        format: Format | str = Format.TEXT,  # noqa: A002 - the word that users know
        *,
        annotate: bool = False,
        drop_over: float | None = None,
        exclusion_writer: DiskWriter | None = None,
        model: str | Path | None = None,
        prefix: str = "defiller_",
        verdicts: bool = False,
        longest: int | None = None,
        **wishes: Unpack[Wishes],
    ) -> None:
        super().__init__()
        if drop_over is not None and not 0 <= drop_over <= 1:
            raise ValueError(f"drop_over must lie between 0 and 1, not {drop_over}")
        self.annotate = annotate
        self.drop_over = drop_over
        self.exclusion_writer = exclusion_writer
        # The text has its own place in a document, as with --replace in a record.
        self.columns = Columns.of(prefix, replace=True, verdicts=verdicts)
        self._stripping = Stripping(
            format, model=model, verdicts=verdicts, longest=longest, **wishes
        )

    @property
    def fields(self) -> list[pa.Field]:
        """What the metadata gain, for the schema of a writer of Parquet.

        Left to itself it takes the types from its first document, in whose ``defiller_removed``
        there may be nothing to take them from.
        """
        return added_fields(self.columns)

    def run(self, data: DocumentsPipeline, rank: int = 0, world_size: int = 1) -> DocumentsPipeline:  # noqa: ARG002 - datatrove's signature
        """Strip documents as they come; only one piece of them is in memory at a time.

        Raises
        ------
        ValueError
            Where the metadata of a document have one of the added names already.
        UsageError
            Where the model cannot be loaded.
        """
        waiting: deque[Document] = deque()
        with self.exclusion_writer or nullcontext() as writer:
            for piece in self._stripping.pieces(self._items(data, waiting)):
                with self.track_time("batch"):
                    outcomes = self._stripping.outcomes(piece)
                for outcome in outcomes:
                    document = waiting.popleft()
                    if self._kept(document, outcome):
                        yield document
                    elif writer is not None:
                        writer.write(document, rank)

    def _items(self, data: DocumentsPipeline, waiting: deque[Document]) -> Iterator[Item]:
        names = set(self.columns.names)
        for document in data or ():
            for name in sorted(names & document.metadata.keys()):
                raise ValueError(
                    f"the metadata of document {document.id!r} have {name!r} already; choose "
                    "another prefix with prefix"
                )
            waiting.append(document)
            title = document.metadata.get("title")
            yield self._stripping.item(document.text, title if isinstance(title, str) else None)

    def _kept(self, document: Document, outcome: Outcome) -> bool:
        """Write what became of a document into it and the counts; whether it goes on."""
        judged, tally = outcome.judged, outcome.tally
        document.metadata.update(self.columns.values(judged))
        self.stat_update(StatHints.total)
        if judged.padding_share is None:
            self.stat_update("failed")
        else:
            self.stat_update("words", value=tally.words)
            self.stat_update("words_cut", value=tally.words_cut)
            for name in ("guarded", "foreign"):
                if getattr(tally, name):
                    self.stat_update(name)
            if self.drop_over is not None and judged.padding_share > self.drop_over:
                self.stat_update(StatHints.dropped)
                return False
            if judged.removed:
                self.stat_update("stripped")
            if not self.annotate:
                document.text = judged.text
            self.update_doc_stats(document)
        self.stat_update(StatHints.forwarded)
        return True
