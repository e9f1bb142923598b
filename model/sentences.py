"""What is said of each signal: a form of `defiller.model.telling` with its wording, by name.

Every sentence has the paragraph for its subject, or a number of things in it.
"""

from __future__ import annotations

import math

from defiller.features.signals.place import KINDS
from defiller.labels.kinds import Kind
from defiller.model.scene import Scene
from defiller.model.sentences_of_padding import PADDING
from defiller.model.sentences_of_text import TEXT
from defiller.model.telling import (
    Tell,
    about,
    at_least,
    bounded,
    count,
    likely,
    rounded,
    share,
    under,
)
from defiller.model.words import TARGETS

_AROUND_THREE = "among the three paragraphs before and after"

# What a kind is called in the middle of a sentence.
SPOKEN = {
    Kind.SUBSTANCE: "substance",
    Kind.NAVIGATION: "menus or contents",
    Kind.RELATED: "other articles",
    Kind.PROMOTION: "promotion",
    Kind.LEGAL: "legal notices",
    Kind.BYLINE: "bylines or credits",
    Kind.COMMENTS: "readers' comments",
    Kind.FAQ: "an FAQ",
    Kind.CALLOUT: "labelled asides",
    Kind.RECAP: "a summary",
    Kind.ENGAGEMENT: "appeals to the reader",
    Kind.EVERGREEN: "general background",
    Kind.FLUFF: "empty phrases",
    Kind.DUPLICATE: "repeated text",
}
_TARGETS = {
    "padding": "padding",
    "pointing": "menus or links to other articles",
    "selling": "promotion, notices or credits",
    "faq": "an FAQ",
    "recap": "a summary",
    "vague": "asides, appeals or empty phrases",
}
_AROUND = {
    "above": ("the wording of the paragraph above, {above},", "there is no paragraph above"),
    "below": ("the wording of the paragraph below, {below},", "there is no paragraph below"),
    "near": (f"the average wording {_AROUND_THREE}", "is the article's only paragraph"),
    "section": ("the average wording of its section", ""),
    "document": ("the average wording of the whole article", ""),
    "heading": ("the wording of the heading above, {heading},", "stands under no heading"),
    "run": ("the average wording of the unbroken run of {layout} that it is in", ""),
    "lead": ("in a list or table whose lead-in, {lead},", "is in no list or table with a lead-in"),
}


def _heading_distance(value: float, scene: Scene) -> str:
    if math.isnan(value):
        return "stands under no heading"
    if value == 0:
        return "reads like a heading"
    return f"{scene.under}, {'directly' if value == 1 else f'{int(value)} paragraphs below it'}"


def _run(value: float, scene: Scene) -> str:
    if value == 1:
        return f"no {scene.layout} directly before or after it"
    return f"stands in an unbroken run of {int(value)} {scene.layout}"


_PLACE: dict[str, Tell] = {
    "index": bounded("paragraph", "above it", 50, "is the article's first paragraph"),
    "from_end": bounded("paragraph", "below it", 50, "is the article's last paragraph"),
    "position": share("the article's words", "stand above it"),
    "document_size": count("paragraph", "in the article"),
    "document_words": lambda value, _: f"the article has {value:.0f} words a paragraph on average",
    "document_lists": share("the article's paragraphs", "are list items"),
    "document_headings": share("the article's paragraphs", "read like headings"),
    "document_tables": share("the article's paragraphs", "are table rows"),
    "heading_distance": _heading_distance,
    "section_words": lambda value, _: f"its section has {value:.0f} words a paragraph on average",
    "section_size": count("paragraph", "in its section"),
    "section_number": count("section", "above its own"),
    "sections_left": count("section", "below its own"),
    "list_run": count("list item", "among the eight paragraphs before and after"),
    **{
        f"words_{by:+d}": about(by, "has a length of {} in words", "has no words")
        for by in (-2, -1, 1, 2)
    },
    **{
        f"heading_{by:+d}": about(by, "reads like a heading", "does not read like a heading")
        for by in (-1, 1)
    },
    **{f"list_{by:+d}": about(by, "is a list item", "is no list item") for by in (-1, 1)},
    "colon_above": about(-1, "ends with a colon", "does not end with a colon"),
    **{f"heading_{kind}": under(SPOKEN[Kind(kind)]) for kind in KINDS},
    **{f"near_{kind}": at_least(SPOKEN[Kind(kind)], _AROUND_THREE) for kind in KINDS},
    **{
        f"above_{kind}": about(
            -1, f"has a cue of {SPOKEN[Kind(kind)]}", f"has no cue of {SPOKEN[Kind(kind)]}"
        )
        for kind in KINDS
    },
    "furniture_above": at_least("boilerplate", "in the ten paragraphs above"),
    "furniture_below": at_least("boilerplate", "in the ten paragraphs below"),
    "document_cues": lambda value, _: (
        f"the article has {rounded(value)} cues of padding a paragraph, or more"
        if value
        else "no cue of padding in the whole article"
    ),
    "document_second_person": share("the article's words", "address the reader"),
    "document_first_person": share("the article's words", "say 'I'"),
    "document_reports": lambda value, _: (
        f"the article has {rounded(value)} verbs of reported speech a paragraph"
    ),
    "document_figures": lambda value, _: f"the article has {rounded(value)} figures a paragraph",
}

_WORDS: dict[str, Tell] = {
    **{f"says_{name}": likely(_TARGETS[name], "its wording") for name in TARGETS},
    **{
        f"{place}_says_{name}": likely(_TARGETS[name], *_AROUND[place])
        for name in TARGETS
        for place in _AROUND
    },
    "run_size": _run,
    "run_place": lambda value, scene: (
        f"is number {int(value) + 1} of its unbroken run of {scene.layout}"
    ),
}

SENTENCES: dict[str, Tell] = {**PADDING, **TEXT, **_PLACE, **_WORDS}
"""The form of each signal, by its name."""
