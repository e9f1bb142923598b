"""What is asked of every article of a run, and the articles: what travels to the workers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from defiller.compression import Codec
from defiller.features.document import Format
from defiller.outputs import Action, Form

if TYPE_CHECKING:
    from defiller.model.policy import Policy
    from defiller.model.scorer import Scorer


@dataclass(frozen=True, slots=True)
class Task:
    """What is asked of every article of a run; the same for all of them.

    Attributes
    ----------
    action : Action
    policy : Policy
    load : callable
        Gives the scorer of a model.
    format : Format
    form : Form
        What ``annotate`` writes.
    model : Path or None
    reasons, verdicts : bool
        Give reasons with the verdicts; give records a list of their verdicts.
    drop_over : float or None
        Share of words in padding, 0 to 1, over which the whole article is dropped.
    timeout : float or None
        Seconds that one article may take.
    on_page : bool
        The annotated article is a piece of one page.
    debug : bool
        Print the traceback of an error that is none of the input's.
    """

    action: Action
    policy: Policy
    load: Callable[[Path | None], Scorer]
    format: Format = Format.AUTO
    form: Form = Form.TEXT
    model: Path | None = None
    reasons: bool = False
    verdicts: bool = False
    drop_over: float | None = None
    timeout: float | None = None
    on_page: bool = False
    debug: bool = False


@dataclass(frozen=True, slots=True)
class Item:
    """One article, by its path, its bytes or its text.

    ``document`` is its path or id, ``name`` the file name that tells its format, ``fault`` why
    its bytes could not be had.
    """

    document: str
    name: str | None = None
    path: Path | None = None
    codec: Codec = Codec.NONE
    data: bytes | None = None
    text: str | None = None
    title: str | None = None
    fault: str | None = None
