"""What a peer is to the benchmark: something that is started, fed articles, and perhaps judged."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from defiller.benchmark.articles import Article

if TYPE_CHECKING:
    from defiller.training.dataset import Dataset
    from defiller.training.figures import Judged


@dataclass(frozen=True, slots=True)
class Setting:
    """What an engine may need besides articles.

    Attributes
    ----------
    model : str or None
        A model folder of defiller's; the shipped one else.
    labels : tuple of str
        Label files to learn from: those given, else the written corpus.
    folder : str
        Where an engine keeps what it prepares; its own.
    """

    model: str | None
    labels: tuple[str, ...]
    folder: str

    @property
    def place(self) -> Path:
        """The folder as a path."""
        return Path(self.folder)


class Engine(ABC):
    """A peer at work in a process of its own.

    Whatever it imports is imported in its methods, so that it counts as its start-up.

    Parameters
    ----------
    setting : Setting
    """

    def __init__(self, setting: Setting) -> None:
        self.setting = setting

    def prepare(self) -> None:  # noqa: B027 - most have nothing to prepare
        """Do what is done once and not measured, such as training; in a process of its own."""

    @abstractmethod
    def start(self) -> None:
        """Import and load all that work takes."""

    @abstractmethod
    def run(self, articles: Sequence[Article]) -> None:
        """Work through articles as its users would."""

    def judge(self, data: Dataset, pages: Mapping[str, str]) -> tuple[Judged, bool] | None:
        """What it would strip of labelled articles.

        Parameters
        ----------
        data : Dataset
        pages : mapping of str to str
            HTML by id of document, where there is any.

        Returns
        -------
        tuple of Judged and bool, or None
            The verdicts on paragraphs with labels, and whether ``padding`` ranks paragraphs
            (else it says no more than ``strip``). None where it has nothing to say of them.
        """
        raise NotImplementedError
