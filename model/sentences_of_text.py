"""What is said of a paragraph's form, its particulars and what it repeats."""

from __future__ import annotations

from defiller.model.scene import Scene
from defiller.model.telling import (
    Tell,
    content_rate,
    content_share,
    count,
    counted,
    cue,
    flag,
    list_count,
    list_share,
    percent,
    rate,
    share,
    word_share,
)

_ELSEWHERE = "stand {} in the article"


def _bare(value: float, scene: Scene) -> str:
    if value == 1:
        return scene.bare()
    if value == 0:
        return f"each of its sentences has a {_PARTICULAR.format('a ')}"
    return f"{percent(value)} of its sentences have no {_PARTICULAR.format('')}"


_PARTICULAR = "figure, {0}double quotation mark or {0}capitalised word after the first"


def _code(value: float, scene: Scene) -> str:
    if value == 0:
        long = len(scene.content) >= 2000
        return "is too long to be looked through for code" if long else "no sign of code"
    return counted(value, "sign of code", "signs of code")


def _around(value: float, _: Scene) -> str:
    where = "in the ten paragraphs around it"
    if value == 0:
        return f"no three-word sequence {where} stands earlier in the article"
    part = f"{percent(value)} or more of a paragraph's three-word sequences"
    return f"{where}, {part} stand earlier on average"


TEXT: dict[str, Tell] = {
    "words": count("word or figure", many="words and figures"),
    "characters": rate("has {} characters a word, spaces included"),
    "sentences": count("sentence"),
    "sentence_words": rate("has {} words a sentence"),
    "heading": flag("reads like a heading", "does not read like a heading"),
    "list_item": flag("is a list item", "is no list item"),
    "table_row": flag("is a table row", "is no table row"),
    "quote": flag("is a quotation block", "is no quotation block"),
    "ends_stop": flag("ends with a full stop", "does not end with a full stop"),
    "ends_open": flag("ends with a letter or figure", "does not end with a letter or figure"),
    "punctuation": lambda value, scene: (
        rate("has {} punctuation marks a word")(value, scene)
        if value
        else "has no punctuation mark"
    ),
    "function_words": word_share("are function words"),
    "long_words": word_share("have eight letters or more"),
    "all_caps": word_share("are in capitals"),
    "starts_lower": flag("starts with a lower-case letter", "starts with no lower-case letter"),
    "distinct": share("its words and signs", "are left when each counts once"),
    "particular": cue("particulars", "particular"),
    "figures": count("figure"),
    "figure_share": word_share("are figures"),
    "years": count("figure like a year", many="figures like a year"),
    "names": count("capitalised word", "inside its sentences"),
    "name_share": word_share("are capitalised inside sentences"),
    "quotes": count("double quotation mark"),
    "units": list_share("units and money", "unit"),
    "reports": list_count("reported speech", "report"),
    "code": _code,
    "bare_sentences": _bare,
    "bare_count": lambda value, _: (
        ("no sentence" if not value else counted(value, "sentence"))
        + f" without {_PARTICULAR.format('')}"
    ),
    "known_before": content_share(_ELSEWHERE.format("earlier")),
    "known_after": content_share(_ELSEWHERE.format("later")),
    "known_nowhere": content_share("stand nowhere else in the article"),
    "new_here": content_share("stand here for the first time"),
    "spread": content_rate("its content words stand in {} paragraphs each, as a geometric mean"),
    "rare_before": share("its rarer words", "(those in two to eight paragraphs) stand earlier"),
    "best_before": content_share("are rarer ones that one earlier paragraph has, too"),
    "best_after": content_share("are rarer ones that one later paragraph has, too"),
    "figures_new": count(
        "figure or capitalised word",
        "found nowhere else in the article",
        "figures or capitalised words",
    ),
    "figures_known_before": share(
        "its figures and capitalised words", _ELSEWHERE.format("earlier")
    ),
    "figures_known_after": share("its figures and capitalised words", _ELSEWHERE.format("later")),
    "shingles_before": share("its three-word sequences", _ELSEWHERE.format("earlier")),
    "shingles_after": share("its three-word sequences", _ELSEWHERE.format("later")),
    "copies_before": count("exact copy of it", "earlier in the article", "exact copies of it"),
    "copies_after": count("exact copy of it", "later in the article", "exact copies of it"),
    "copies_near": count("paragraph", "that repeats earlier text among the two before and after"),
    "copied_around": _around,
    "copy_run": count(
        "paragraph", "copied from earlier in the same order, among itself and eight on each side"
    ),
    "copy_run_words": count("word", "in itself and those copied in the same order around it"),
    "heading_later": flag("stands again later as a heading", "its last copy is no later heading"),
    "heading_words": content_share("stand in other headings of the article"),
    "title_words": content_share("stand in an opening paragraph before it"),
}
