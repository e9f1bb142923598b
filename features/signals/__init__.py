"""The families of signals, one file a family."""

from __future__ import annotations

from defiller.features.signals.byline import Byline
from defiller.features.signals.callout import Callout
from defiller.features.signals.comments import Comments
from defiller.features.signals.engagement import Engagement
from defiller.features.signals.evergreen import Evergreen
from defiller.features.signals.family import Family, Signal
from defiller.features.signals.faq import Faq
from defiller.features.signals.fluff import Fluff
from defiller.features.signals.legal import Legal
from defiller.features.signals.navigation import Navigation
from defiller.features.signals.place import Place
from defiller.features.signals.promotion import Promotion
from defiller.features.signals.recap import Recap
from defiller.features.signals.related import Related
from defiller.features.signals.repetition import Repetition
from defiller.features.signals.shape import Shape
from defiller.features.signals.specifics import Specifics

__all__ = ["FAMILIES", "Family", "Signal"]

FAMILIES: tuple[Family, ...] = (
    Faq(),
    Callout(),
    Recap(),
    Related(),
    Navigation(),
    Promotion(),
    Legal(),
    Byline(),
    Comments(),
    Engagement(),
    Evergreen(),
    Fluff(),
    Shape(),
    Specifics(),
    Repetition(),
    Place(),
)
