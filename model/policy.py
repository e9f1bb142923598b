"""What the caller wants cut, and how much may be lost for it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import isfinite

from defiller.labels.kinds import PADDING_KINDS, Kind, kinds_named

DEFAULT_MAX_LOSS = 0.01
"""Share of substance words that may go when nothing else is asked: about one short paragraph in
a hundred, well under what two careful readers disagree about."""

DEFAULT_MAX_CUT = 0.95
"""An article of which more would go was read wrongly more often than it is all padding."""

_ALL = frozenset(PADDING_KINDS)


@dataclass(frozen=True, slots=True)
class Policy:
    """Which paragraphs go.

    Attributes
    ----------
    drop : frozenset of Kind
        Padding kinds to drop; all of them by default.
    keep : frozenset of Kind
        Padding kinds that stay even where ``drop`` names them.
    max_loss : float or None
        Share of substance words that may be lost, above 0 and at most 1; picks the threshold
        from the model's loss curve. None means ``DEFAULT_MAX_LOSS`` unless ``threshold`` is
        given.
    threshold : float or None
        Lowest summed probability of the dropped kinds at which a paragraph goes, 0 to 1.
    max_cut : float
        An article of which a larger share of words would go is left whole, above 0 and at
        most 1.
    any_language : bool
        Strip articles in languages that the model does not know, too.

    Raises
    ------
    ValueError
        For a value out of its range, for substance among the kinds, and where both
        ``max_loss`` and ``threshold`` are given; one sentence.

    Examples
    --------
    >>> policy = Policy.from_names(drop="filler", keep="faq")
    >>> sorted(policy.dropped)[:3]
    [<Kind.CALLOUT: 'callout'>, <Kind.DUPLICATE: 'duplicate'>, <Kind.ENGAGEMENT: 'engagement'>]
    """

    drop: frozenset[Kind] = _ALL
    keep: frozenset[Kind] = frozenset()
    max_loss: float | None = None
    threshold: float | None = None
    max_cut: float = DEFAULT_MAX_CUT
    any_language: bool = False

    def __post_init__(self) -> None:
        for name, kinds in (("drop", self.drop), ("keep", self.keep)):
            if not kinds <= _ALL:
                raise ValueError(f"{name} takes padding kinds only, not {_names(kinds - _ALL)}")
        if self.max_loss is not None and self.threshold is not None:
            raise ValueError(
                "give either max_loss, which picks the threshold, or threshold, not both"
            )
        if self.threshold is not None and not 0 <= _finite("threshold", self.threshold) <= 1:
            raise ValueError(f"threshold must lie between 0 and 1, not {self.threshold}")
        for name, share in (("max_loss", self.max_loss), ("max_cut", self.max_cut)):
            if share is not None and not 0 < _finite(name, share) <= 1:
                raise ValueError(f"{name} must be above 0 and at most 1, not {share}")

    @property
    def dropped(self) -> frozenset[Kind]:
        """The kinds that go: those of ``drop`` less those of ``keep``."""
        return self.drop - self.keep

    @property
    def loss(self) -> float | None:
        """The share of substance that may be lost; None where the threshold was set outright."""
        if self.threshold is not None:
            return None
        return DEFAULT_MAX_LOSS if self.max_loss is None else self.max_loss

    @classmethod
    def from_names(
        cls,
        drop: str | Iterable[str] | None = None,
        keep: str | Iterable[str] | None = None,
        *,
        max_loss: float | None = None,
        threshold: float | None = None,
        max_cut: float = DEFAULT_MAX_CUT,
        any_language: bool = False,
    ) -> Policy:
        """A policy from names of kinds and groups.

        Parameters
        ----------
        drop, keep : str or iterable of str, optional
            Names of kinds ("faq") and groups ("filler"), one string of which may list several
            with commas. ``drop`` None means both groups; an empty one means nothing goes.
        max_loss, threshold, max_cut, any_language
            As in the class.

        Raises
        ------
        ValueError
            As the class, and for an unknown name, with the names there are.
        """
        return cls(
            drop=_ALL if drop is None else kinds_named(_listed(drop)),
            keep=frozenset() if keep is None else kinds_named(_listed(keep)),
            max_loss=max_loss,
            threshold=threshold,
            max_cut=max_cut,
            any_language=any_language,
        )


def _listed(names: str | Iterable[str]) -> list[str]:
    """Names one by one, whether they came in one string, in several, or with commas in some."""
    given: Sequence[str] = [names] if isinstance(names, str) else list(names)
    return [part for name in given for part in str(name).split(",")]


def _names(kinds: Iterable[Kind]) -> str:
    return ", ".join(sorted(repr(str(kind)) for kind in kinds))


def _finite(name: str, value: float) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise ValueError(f"{name} must be a number, not {value!r}")
    if not isfinite(value):
        raise ValueError(f"{name} must be a finite number, not {value}")
    return value
