"""The review page: articles with their verdicts, in one file that opens anywhere.

The page loads nothing and runs nothing but its own script; see `defiller.model.page.shell`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from defiller.labels.kinds import PADDING_KINDS, Group
from defiller.model.page.paragraphs import paragraph_shown, showable
from defiller.model.page.shell import asset, environment, in_shell
from defiller.model.policy import Policy
from defiller.model.verdict import Because, ScoredDocument

_FIRST = 3
"""Among so many paragraphs the title stands in the article itself, where it does."""

_STYLES = ("base.css", "paragraph.css", "page.css")
_PLACE = "\x00articles\x00"  # no text on the page can hold it: showable() takes NUL away
_DEFAULT = Policy()


@dataclass(frozen=True, slots=True)
class Frame:
    """What stands before and after the articles; between them go the pieces of `article_piece`."""

    head: str
    tail: str


def review_page(
    scored: Sequence[ScoredDocument],
    names: Sequence[str | None] | None = None,
    *,
    policy: Policy = _DEFAULT,
) -> str:
    """One page with all the articles; with more than one it has a list of them.

    Parameters
    ----------
    scored : sequence of ScoredDocument
        All at one threshold, by one model.
    names : sequence of str or None, optional
        Path or id of each.
    policy : Policy, optional
        What they were scored under: which kinds can go, and how much of an article may.

    Returns
    -------
    str
        HTML; nothing in it refers to anything outside.

    Raises
    ------
    ValueError
        Where the articles differ in threshold or model, or there is not one name an article.
    ModuleNotFoundError
        Where jinja2, the extra ``page``, is not installed.
    """
    names = [None] * len(scored) if names is None else names
    if len(names) != len(scored):
        raise ValueError(f"{len(names)} names were given for {len(scored)} articles")
    points = {(s.threshold, s.model) for s in scored}
    if len(points) > 1:
        raise ValueError("articles of one page need one threshold and one model; score them anew")
    threshold, model = points.pop() if points else (1.0, "no model")
    frame = page_frame(
        threshold,
        model,
        policy,
        title=_title(scored[0], names[0]) if len(scored) == 1 else None,
        several=len(scored) > 1,
    )
    pieces = [article_piece(s, n, policy=policy) for s, n in zip(scored, names, strict=True)]
    return frame.head + "".join(pieces) + frame.tail


def page_frame(
    threshold: float, model: str, policy: Policy, *, title: str | None = None, several: bool = True
) -> Frame:
    """The page around the articles, for those who write them one after the other.

    Parameters
    ----------
    threshold : float
        The one that the articles are scored at, 0 to 1.
    model : str
    policy : Policy
    title : str, optional
        Of the page.
    several : bool
        Whether there is a list of articles.
    """
    by_group = [
        (str(group), [str(kind) for kind in PADDING_KINDS if kind.group is group])
        for group in (Group.BOILERPLATE, Group.FILLER)
    ]
    page = in_shell(
        environment().get_template("page.jinja"),
        "".join(asset(name) for name in _STYLES),
        asset("page.js"),
        title=showable(f"{title} · defiller" if title else "defiller: articles in review"),
        threshold=repr(float(threshold)),
        max_cut=repr(float(policy.max_cut)),
        groups=by_group,
        dropped={str(kind) for kind in policy.dropped},
        kept=policy.dropped != frozenset(PADDING_KINDS),
        model=showable(model),
        several=several,
        articles=_PLACE,
    )
    head, tail = page.split(_PLACE)
    return Frame(head, tail)


def article_piece(
    scored: ScoredDocument, name: str | None = None, *, policy: Policy = _DEFAULT
) -> str:
    """One article as HTML, to stand between head and tail of a `Frame`."""
    document = scored.document
    title = _title(scored, name)
    opening = {p.content for p in document.paragraphs[:_FIRST]}
    facts = [f"threshold {scored.threshold:.3f}", scored.model]
    if scored.language is not None:
        facts.insert(0, f"language {scored.language}")
    pairs = zip(document.paragraphs, scored.verdicts, strict=True)
    return (
        environment()
        .get_template("article.jinja")
        .render(
            title=title,
            headline=None if document.title in opening else showable(document.title or ""),
            name=None if name is None else showable(name),
            url=None if document.url is None else showable(document.url),
            facts=showable(" · ".join(facts)),
            warnings=[showable(warning) for warning in scored.warnings],
            foreign=any(v.because is Because.LANGUAGE for v in scored.verdicts),
            paragraphs=[paragraph_shown(p, v, policy) for p, v in pairs],
        )
    )


def _title(scored: ScoredDocument, name: str | None) -> str:
    return showable(scored.document.title or name or "An article without a title")
