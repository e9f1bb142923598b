"""The vocabulary of labels: fourteen kinds in three groups (see GUIDELINES.md)."""

from __future__ import annotations

from enum import StrEnum


class Group(StrEnum):
    """What a kind means for stripping."""

    SUBSTANCE = "substance"
    BOILERPLATE = "boilerplate"
    FILLER = "filler"


class Kind(StrEnum):
    """What a paragraph is; ``SUBSTANCE`` is kept, every other kind is padding."""

    SUBSTANCE = "substance"
    NAVIGATION = "navigation"
    RELATED = "related"
    PROMOTION = "promotion"
    LEGAL = "legal"
    BYLINE = "byline"
    COMMENTS = "comments"
    FAQ = "faq"
    CALLOUT = "callout"
    RECAP = "recap"
    ENGAGEMENT = "engagement"
    EVERGREEN = "evergreen"
    FLUFF = "fluff"
    DUPLICATE = "duplicate"

    @property
    def group(self) -> Group:
        """The group this kind belongs to."""
        return GROUP_OF[self]

    @property
    def is_padding(self) -> bool:
        """True for every kind but substance."""
        return self is not Kind.SUBSTANCE


_BOILERPLATE = (
    Kind.NAVIGATION,
    Kind.RELATED,
    Kind.PROMOTION,
    Kind.LEGAL,
    Kind.BYLINE,
    Kind.COMMENTS,
)
GROUP_OF: dict[Kind, Group] = {
    kind: Group.SUBSTANCE
    if kind is Kind.SUBSTANCE
    else Group.BOILERPLATE
    if kind in _BOILERPLATE
    else Group.FILLER
    for kind in Kind
}
KINDS: tuple[Kind, ...] = tuple(Kind)
PADDING_KINDS: tuple[Kind, ...] = tuple(kind for kind in Kind if kind.is_padding)


def kinds_named(names: str | tuple[str, ...] | list[str]) -> frozenset[Kind]:
    """The padding kinds that names of kinds and groups stand for.

    Parameters
    ----------
    names : str or sequence of str
        Names of kinds ("faq") or of groups ("filler"); a string may list several with commas.

    Raises
    ------
    ValueError
        For a name that is neither, with the names there are; and for "substance", which is
        never dropped.
    """
    if isinstance(names, str):
        names = names.split(",")
    found: set[Kind] = set()
    for raw in names:
        name = raw.strip().lower()
        if not name:
            continue
        if name == Kind.SUBSTANCE.value:
            raise ValueError("'substance' is always kept and cannot be named here")
        if name in {g.value for g in Group}:
            found.update(k for k in PADDING_KINDS if k.group == name)
        elif name in {k.value for k in PADDING_KINDS}:
            found.add(Kind(name))
        else:
            known = ", ".join([g.value for g in Group if g is not Group.SUBSTANCE])
            known += "; " + ", ".join(k.value for k in PADDING_KINDS)
            raise ValueError(f"unknown kind or group {name!r}; known are {known}")
    return frozenset(found)
