"""The whole article with its verdicts beside it: for reading, for correcting, for programs."""

from __future__ import annotations

import json
import re
from dataclasses import asdict
from typing import Any

from defiller.labels.formats.marked import mark_document
from defiller.model.callouts import with_callouts
from defiller.model.policy import Policy
from defiller.model.verdict import ScoredDocument, Verdict

TARGETS = ("text", "markdown", "html", "json", "terminal")
"""What ``annotate`` writes."""

_LONE_SURROGATE = re.compile("[\ud800-\udfff]")


def annotate(
    scored: ScoredDocument,
    to: str = "text",
    *,
    name: str | None = None,
    policy: Policy | None = None,
) -> str:
    """The article as read, with what was decided on every paragraph.

    Parameters
    ----------
    scored : ScoredDocument
    to : {"text", "markdown", "html", "json", "terminal"}
        ``text`` is marked-up text, which reads back as labels once it has been corrected (see
        `defiller.labels.formats.marked`); ``markdown`` puts the padding into callouts that
        GitHub renders; ``html`` is a page to look at, with a slider for the threshold (see
        `defiller.model.page.review`); ``json`` is one object on one line; ``terminal`` has
        colours where standard output is a terminal.
    name : str, optional
        The document's path or id, where the form has a place for it.
    policy : Policy, optional
        What the document was scored under, for the page; the default policy unless given.

    Returns
    -------
    str
        Ends with a line ending, except for Markdown, which ends as the article does.

    Raises
    ------
    ValueError
        For another ``to``, with those there are.
    ModuleNotFoundError
        For ``html`` without jinja2, which comes with the extra ``page``.
    """
    if to == "text":
        return _marked(scored, name)
    if to == "markdown":
        return with_callouts(scored)
    if to == "json":
        return to_json(document_record(scored, name)) + "\n"
    if to == "html":
        from defiller.model.page.review import review_page

        return review_page([scored], [name], policy=policy or Policy())
    if to == "terminal":
        from defiller.model.terminal import in_terminal

        return in_terminal(scored, name)
    raise ValueError(f"cannot annotate to {to!r}; there are {', '.join(TARGETS)}")


def _marked(scored: ScoredDocument, name: str | None) -> str:
    document = scored.document
    known = {
        "id": name,
        "title": None if document.title_is_guess else document.title,
        "url": document.url,
        "model": scored.model,
    }
    return mark_document(
        [v.text for v in scored.verdicts],
        [v.kind for v in scored.verdicts],
        [v.padding for v in scored.verdicts],
        {key: value for key, value in known.items() if value is not None},
    )


def verdict_record(verdict: Verdict) -> dict[str, Any]:
    """A verdict's fields by name, as JSON can hold them; ``reasons`` only where asked for."""
    record: dict[str, Any] = {
        "start": verdict.start,
        "end": verdict.end,
        "text": verdict.text,
        "padding": verdict.padding,
        "kind": str(verdict.kind),
        "kinds": {str(kind): share for kind, share in verdict.kinds.items()},
        "strip": verdict.strip,
        "because": str(verdict.because),
        "cut_at": verdict.cut_at,
    }
    if verdict.reasons is not None:
        record["reasons"] = [asdict(reason) for reason in verdict.reasons]
    return record


def document_record(scored: ScoredDocument, name: str | None = None) -> dict[str, Any]:
    """A scored document by name of its fields, as JSON can hold them.

    ``document`` (path or id) comes first, ``paragraphs`` last: verdicts with their ``index``
    and ``role``.
    """
    document = scored.document
    return {
        "document": name,
        "title": document.title,
        "url": document.url,
        "format": str(document.format),
        "language": scored.language,
        "model": scored.model,
        "threshold": scored.threshold,
        "words": scored.words,
        "words_cut": scored.words_cut,
        "padding_share": scored.padding_share,
        "warnings": list(scored.warnings),
        "paragraphs": [
            {"index": index, "role": str(paragraph.role), **verdict_record(verdict)}
            for index, (paragraph, verdict) in enumerate(
                zip(document.paragraphs, scored.verdicts, strict=True)
            )
        ],
    }


def to_json(record: dict[str, Any]) -> str:
    r"""A record as one line of JSON, readable in any script, that UTF-8 can always hold.

    Lone surrogates, which no encoding takes, are written as JSON escapes.

    Examples
    --------
    >>> to_json({"text": "Ünter\ud800"})
    '{"text": "Ünter\\ud800"}'
    """
    line = json.dumps(record, ensure_ascii=False, allow_nan=False)
    return _LONE_SURROGATE.sub(lambda found: f"\\u{ord(found[0]):04x}", line)
