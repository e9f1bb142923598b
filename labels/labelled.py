"""A labelled document: paragraphs with their kinds, and what is known of where they came from."""

from __future__ import annotations

from contextvars import ContextVar
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from defiller.features.document import Role
from defiller.labels.kinds import KINDS, Kind

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


class LabelError(ValueError):
    """A label file that cannot be used; the message is one sentence: file, line and cure.

    Attributes
    ----------
    path : Path or None
        The file.
    line : int or None
        Line of the file, from 1, where the format has lines.
    """

    def __init__(
        self, problem: str, path: str | Path | None = None, line: int | None = None
    ) -> None:
        self.path = None if path is None else Path(path)
        self.line = line
        where = "" if path is None else f"{path}: " if line is None else f"{path}, line {line}: "
        super().__init__(where + problem)


@dataclass(frozen=True, slots=True)
class Prediction:
    """What a model said of a paragraph, as plain values.

    Attributes
    ----------
    kind : Kind
    padding : float
        Probability, 0 to 1, that the paragraph is padding.
    """

    kind: Kind
    padding: float


@dataclass(frozen=True, slots=True)
class LabelledParagraph:
    """One paragraph and its label.

    Attributes
    ----------
    text : str
        Usually one line; several where a Markdown block was labelled whole. With a role it is
        the paragraph's content as a reader gave it, and not read again; blank only then (a
        table's row of dashes).
    kind : Kind or None
        None for context: a paragraph that is there and was not labelled.
    prediction : Prediction or None
        A model's guess, for files that go out to be checked by people.
    extra : mapping
        Keys of the paragraph's record that the format does not know, kept as they were.
    role : Role or None
        What the paragraph is in its article's layout; None where that is to be read from its
        text. All paragraphs of a document have one, or none has.
    level, links : int or None
        As in `defiller.features.document.Paragraph`; only with a role.
    """

    text: str
    kind: Kind | None
    prediction: Prediction | None = None
    extra: Mapping[str, Any] = field(default_factory=dict, hash=False)
    role: Role | None = None
    level: int | None = None
    links: int | None = None


@dataclass(frozen=True, slots=True)
class LabelledDocument:
    """An article whose paragraphs carry labels.

    Attributes
    ----------
    id : str
        Unique over all files that are used together.
    source : str
        The data set it comes from; figures are given per source. The label file's name where
        the record has none.
    url : str or None
    domain : str or None
    group : str
        What must stay on one side when data is split: the publisher, the blog, the writer.
        Where the record has none: its domain, else its source, else its id; `group_is_guess`
        is then True.
    paragraphs : tuple of LabelledParagraph
        In order.
    title : str or None
    file : str or None
        Its file in its data set.
    model : str or None
        What made the paragraphs' predictions, as "name@hash".
    extra : mapping
        Keys of the record that the format does not know, kept as they were.
    line : int or None
        Line of the label file where the record begins, from 1. Not compared.
    group_is_guess : bool
        Not compared.
    view_of : str or None
        Id of the document that this is another reading of, as `defiller.labels.project` makes
        it; what is decided by a document's id is decided by that one.
    """

    id: str
    source: str
    url: str | None
    domain: str | None
    group: str
    paragraphs: tuple[LabelledParagraph, ...]
    title: str | None = None
    file: str | None = None
    model: str | None = None
    extra: Mapping[str, Any] = field(default_factory=dict, hash=False)
    line: int | None = field(default=None, compare=False, repr=False)
    group_is_guess: bool = field(default=False, compare=False, repr=False)
    view_of: str | None = None

    @property
    def article(self) -> str:
        """Id of the article, the same for all its views: lists of ids and locks go by it."""
        return self.view_of or self.id


own_kinds: ContextVar[Callable[[str], Kind] | None] = ContextVar("own_kinds", default=None)
"""How files that are being read name kinds, where they have kinds of their own (`kind_map`)."""


def kind_named(name: str) -> Kind:
    """The kind of that name, whatever its case and the white space around it.

    Raises
    ------
    ValueError
        For an unknown name, with the names there are.
    """
    own = own_kinds.get()
    if own is not None:
        return own(name)
    try:
        return Kind(name.strip().lower())
    except ValueError:
        known = ", ".join(KINDS)
        raise ValueError(f"unknown kind {name!r}; the kinds are {known}") from None


def source_of(path: str | Path) -> str:
    """The name a label file gives its documents where they name no source: its own, bare."""
    return Path(path).name.split(".", 1)[0] or Path(path).name
