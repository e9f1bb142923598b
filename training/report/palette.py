"""The colours of plots: fixed ones for pictures, which pages replace by those of their scheme."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

PAPER = "#fefefe"
INK = "#1e1d1b"
SOFT = "#5f5c57"
LINE = "#dcd8d0"
MODEL = "#176b87"
AGAINST = "#a8482a"
BOILERPLATE = "#2f63c9"
FILLER = "#c25e00"

VARIABLES: Mapping[str, str] = {
    PAPER: "--paper",
    INK: "--ink",
    SOFT: "--soft",
    LINE: "--line",
    MODEL: "--model",
    AGAINST: "--against",
    BOILERPLATE: "--boilerplate",
    FILLER: "--filler",
}
"""Custom properties of the stylesheets that stand for each colour; nothing else is drawn with."""

_STYLE: dict[str, Any] = {
    "font.family": "DejaVu Sans",  # comes with matplotlib: the same picture on every machine
    "font.size": 10,
    "axes.labelsize": 10,
    "legend.fontsize": 9,
    "legend.frameon": False,
    "text.color": INK,
    "text.parse_math": False,  # names of files may hold dollar signs
    "axes.edgecolor": SOFT,
    "axes.facecolor": "none",
    "axes.labelcolor": INK,
    "axes.axisbelow": True,
    "axes.grid": True,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "grid.color": LINE,
    "grid.linewidth": 0.8,
    "xtick.color": SOFT,
    "xtick.labelcolor": INK,
    "ytick.color": SOFT,
    "ytick.labelcolor": INK,
    "lines.linewidth": 2,
    "figure.facecolor": "none",
    "svg.fonttype": "none",  # text stays text: it can be read aloud, searched and copied
    "svg.hashsalt": "defiller",  # the same figures give the same bytes
}


@contextmanager
def style() -> Iterator[None]:
    """Draw in the project's colours and letters, whatever the user's own settings are."""
    from matplotlib import rc_context, rcdefaults, rcParams

    with rc_context(), warnings.catch_warnings():
        # A name in letters that the font lacks is drawn as boxes in the picture; on the page the
        # browser has them.
        warnings.filterwarnings("ignore", "Glyph .* missing from font")
        rcdefaults()
        settings: Any = rcParams  # its keys are typed from one version on
        settings.update(_STYLE)
        yield
