"""Finds the padding in articles, paragraph by paragraph, and cuts it.

``score``, ``score_many``, ``strip``, ``annotate`` and ``explain`` are methods of the default
`Scorer`, the one with the shipped model, which is loaded once, when one of them is first asked
for. ``load`` makes another from a model folder::

    import defiller

    short = defiller.strip(article)
    scored = defiller.score(article, format="markdown", keep="faq")
    mine = defiller.load("my-model")

Importing the package loads none of the libraries that scoring needs.
"""

from __future__ import annotations

from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from defiller.labels.kinds import Group, Kind
    from defiller.model.policy import Policy
    from defiller.model.scorer import Scorer, load
    from defiller.model.verdict import ScoredDocument, Verdict

    _shipped = load()
    score = _shipped.score
    score_many = _shipped.score_many
    strip = _shipped.strip
    annotate = _shipped.annotate
    explain = _shipped.explain

__version__ = "0.1.0"

__all__ = [
    "Group",
    "Kind",
    "Policy",
    "ScoredDocument",
    "Scorer",
    "Verdict",
    "__version__",
    "annotate",
    "explain",
    "load",
    "score",
    "score_many",
    "strip",
]

_HOME = {
    "Group": "defiller.labels.kinds",
    "Kind": "defiller.labels.kinds",
    "Policy": "defiller.model.policy",
    "ScoredDocument": "defiller.model.verdict",
    "Scorer": "defiller.model.scorer",
    "Verdict": "defiller.model.verdict",
    "load": "defiller.model.scorer",
}
_METHODS = frozenset(["annotate", "explain", "score", "score_many", "strip"])


@cache
def _default_scorer() -> Scorer:
    """The scorer with the shipped model (two threads at once may load it twice, to no harm)."""
    from defiller.model.scorer import load

    return load()


def __getattr__(name: str) -> Any:  # noqa: ANN401 - PEP 562: any of the names above
    if name in _METHODS:
        return getattr(_default_scorer(), name)
    if name in _HOME:
        return getattr(import_module(_HOME[name]), name)
    raise AttributeError(f"module 'defiller' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*globals(), *_HOME, *_METHODS])
