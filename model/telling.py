"""Forms in which a signal's value is told, each true whatever the value is.

A form is given its wording and makes a function of the value and the scene.
"""

from __future__ import annotations

import math
from collections.abc import Callable

from defiller.model.scene import Scene

Tell = Callable[[float, Scene], str]


def percent(share: float) -> str:
    """A share as a percentage, never rounded to none or to all.

    Examples
    --------
    >>> percent(0.914), percent(0.001), percent(0.999)
    ('91 %', 'under 1 %', 'over 99 %')
    """
    if 0 < share < 0.01:
        return "under 1 %"
    return "over 99 %" if 0.99 < share < 1 else f"{share * 100:.0f} %"


def rounded(value: float) -> str:
    """A number, whole where it is whole, else to two figures."""
    if value.is_integer():
        return str(int(value))
    return f"{value:.0f}" if abs(value) >= 10 else f"{value:.2g}"


def counted(value: float, one: str, many: str | None = None) -> str:
    """A number of things: "1 question", "2 questions"."""
    return f"1 {one}" if value == 1 else f"{rounded(value)} {many or one + 's'}"


def flag(yes: str, no: str) -> Tell:
    """One sentence above 0, one at 0."""
    return lambda value, _: yes if value > 0 else no


def count(one: str, where: str = "", many: str | None = None) -> Tell:
    """How many: "2 exclamation marks", "no exclamation mark"."""
    tail = f" {where}" if where else ""
    return lambda value, _: (f"no {one}" if value == 0 else counted(value, one, many)) + tail


def rate(sentence: str) -> Tell:
    """A number that is no count, in the place of ``{}``; for paragraphs with words."""
    return lambda value, scene: (
        sentence.format(rounded(value)) if scene.has_words else "has no word and no figure"
    )


def share(all_of: str, rest: str) -> Tell:
    """A share of something: "91 % of its lines are short"."""
    return lambda value, _: _part(value, all_of, rest)


def word_share(rest: str) -> Tell:
    """A share of its words."""
    return lambda value, scene: (
        _part(value, "its words", rest) if scene.has_words else "has no word and no figure"
    )


def list_share(what: str, name: str) -> Tell:
    """A share of its words that stand in a word list, some of them quoted."""

    def tell(value: float, scene: Scene) -> str:
        if not scene.has_words:
            return "has no word and no figure"
        words = scene.listed(name)
        part = _part(value, "its words", f"are in the list of {what}")
        return f"{part}: {words}" if words else part

    return tell


def list_count(what: str, name: str) -> Tell:
    """How many words of a word list, some of them quoted."""

    def tell(value: float, scene: Scene) -> str:
        words = scene.listed(name)
        number = "no word" if value == 0 else counted(value, "word")
        told = f"{number} in the list of {what}"
        return f"{told}: {words}" if words else told

    return tell


def content_share(rest: str) -> Tell:
    """A share of its content words: those that are no function words."""
    return lambda value, scene: (
        _part(value, "its content words", rest) if scene.has_content_words else _NO_CONTENT
    )


def content_rate(sentence: str) -> Tell:
    """The exponential of a mean over its content words, in the place of ``{}``."""
    return lambda value, scene: (
        sentence.format(rounded(math.exp(value))) if scene.has_content_words else _NO_CONTENT
    )


def cue(what: str, name: str) -> Tell:
    """Whether it has a phrase of a cue, and which."""

    def tell(value: float, scene: Scene) -> str:
        if value == 0:
            return f"has no known wording of {what}"
        phrase = scene.phrase(name)
        return f"has wording of {what}: {phrase}" if phrase else f"has wording of {what}"

    return tell


def under(what: str) -> Tell:
    """The heading above, and whether it has a cue of something."""

    def tell(value: float, scene: Scene) -> str:
        if value > 0:
            return f"{scene.under}, which is a cue of {what}"
        return f"{scene.under}, which is no cue of {what}" if scene.heading else scene.under

    return tell


def below(what: str) -> Tell:
    """How far below the last paragraph that announces something."""

    def tell(value: float, scene: Scene) -> str:
        if math.isnan(value):
            return f"no short line above it has a cue of {what}"
        if value == 0:
            return f"has itself a cue of {what}"
        line = scene.named(-int(value))
        return f"{counted(value, 'paragraph')} below {line}, a cue of {what}"

    return tell


def about(by: int, yes: str, no: str) -> Tell:
    """Something about a neighbour, which is quoted; NaN where there is none."""
    where = {-2: "two above", -1: "above", 1: "below", 2: "two below"}[by]

    def tell(value: float, scene: Scene) -> str:
        line = scene.neighbour(by)
        if not line:
            return f"there is no paragraph {where}"
        return f"the paragraph {where}, {line}, {(yes if value > 0 else no).format(rounded(value))}"

    return tell


def at_least(what: str, where: str) -> Tell:
    """How many cues, counted up to a bound a paragraph."""

    def tell(value: float, _: Scene) -> str:
        if value == 0:
            return f"no cue of {what} {where}"
        number = "a cue" if value == 1 else f"{rounded(value)} cues or more"
        return f"{number} of {what} {where}"

    return tell


def bounded(one: str, where: str, most: int, none: str | None = None) -> Tell:
    """How many, told as "or more" from the bound on that the signal has."""

    def tell(value: float, _: Scene) -> str:
        if value == 0:
            return none or f"no {one} {where}"
        told = f"{most} {one}s or more" if value >= most else counted(value, one)
        return f"{told} {where}"

    return tell


def likely(what: str, wording: str, missing: str = "") -> Tell:
    """The log-odds that the linear model of words gives, as a percentage."""

    def tell(value: float, scene: Scene) -> str:
        if math.isnan(value):
            return missing
        line = wording.format(
            above=scene.neighbour(-1),
            below=scene.neighbour(1),
            heading=scene.heading,
            lead=scene.lead,
            layout=scene.layout,
        )
        chance = 1 / (1 + math.exp(-max(-700.0, min(700.0, value))))
        if value >= 0:
            return f"{line} speaks for {what} ({percent(chance)})"
        return f"{line} makes {what} {percent(chance)} likely"

    return tell


_NO_CONTENT = "has no word but function words"


def _part(value: float, all_of: str, rest: str) -> str:
    if value == 0:
        return f"none of {all_of} {rest}"
    return f"all of {all_of} {rest}" if value == 1 else f"{percent(value)} of {all_of} {rest}"
