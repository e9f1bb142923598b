"""What is said of the signals that look for one sort of padding each."""

from __future__ import annotations

import math

from defiller.model.scene import Scene
from defiller.model.telling import (
    Tell,
    about,
    below,
    bounded,
    count,
    counted,
    cue,
    flag,
    list_count,
    list_share,
    percent,
    rounded,
    under,
    word_share,
)

_AROUND_SIX = "among the six paragraphs before and after"
_AROUND_THREE = "among the three paragraphs before and after"


def _since_faq(value: float, scene: Scene) -> str:
    line = scene.announcement("faq_heading")
    if math.isnan(value) or not line:
        return "no short line above it has a cue of an FAQ"
    if scene.announces("faq_heading"):
        return "has itself a cue of an FAQ"
    if value == 0:
        return f"stands under {line}, with no heading but questions between"
    told = counted(value, "heading that is no question", "headings that are no questions")
    return f"{told} since {line}"


def _question_above(value: float, scene: Scene) -> str:
    if value == 0:
        return "neither its heading nor the line above is a short question"
    if scene.follows_question:
        return f"comes after the question {scene.neighbour(-1)}"
    return scene.under


def _questions_a_heading(value: float, scene: Scene) -> str:
    if not scene.in_headed_article:
        return "the article has no heading"
    if value == 0:
        return "no question among the article's headings"
    return f"the article has {rounded(value)} questions for each of its headings"


def _questions_above(value: float, scene: Scene) -> str:
    if not scene.heading:
        return "stands under no heading"
    if value == 0:
        return "no question among the headings above it"
    return f"{rounded(value)} questions for each heading above it"


def _vague(value: float, scene: Scene) -> str:
    if not scene.has_words:
        return "has no word and no figure"
    if value == 0:
        return "has as many vague words as figures and capitalised words"
    more, less = ("vague words", "figures and capitalised words")[:: 1 if value > 0 else -1]
    return f"has more {more} than {less}, by {percent(abs(value))} of its words"


def _change(value: float, _: Scene) -> str:
    than = "than the article's paragraphs do on average"
    if abs(value) < 1e-6:
        return "says 'I' as often as the article's paragraphs do on average"
    return f"says 'I' {'more' if value > 0 else 'less'} often {than}"


_FAQ: dict[str, Tell] = {
    "faq_heading": cue("an FAQ's heading", "faq_heading"),
    "faq_marker": cue("questions and answers", "faq_marker"),
    "faq_distance": below("an FAQ"),
    "faq_plain_headings": _since_faq,
    "question": flag(
        "ends with a question mark", "is no short line that ends with a question mark"
    ),
    "question_above": _question_above,
    "questions_near": count("short question", _AROUND_SIX),
    "questions_before": count("short question", "among the six paragraphs before"),
    "questions_after": count("short question", "among the six paragraphs after"),
    "question_headings": _questions_a_heading,
    "question_word": flag("starts with a question word", "starts with no question word"),
    "question_rank": count("question", "as a heading above it"),
    "question_share_before": _questions_above,
    "question_run": bounded(
        "question",
        "in the unbroken run that it belongs to",
        10**9,
        "belongs to no run of questions",
    ),
    "question_run_rank": lambda value, _: (
        f"belongs to question {int(value)} of a run" if value else "belongs to no run of questions"
    ),
    "question_run_ends": flag(
        "belongs to a run of questions that goes on to the last heading",
        "belongs to no run of questions that goes on to the last heading",
    ),
    "question_run_words": lambda value, _: (
        f"in its run a question and its answer have {counted(float(round(value)), 'word')}"
        + (" or more" if value >= 400 else "")
        if value
        else "belongs to no run of questions"
    ),
}

_KINDS_OF_PADDING: dict[str, Tell] = {
    "callout_label": cue("labelled asides", "callout_label"),
    "label_above": about(-1, "is a bare label", "is no bare label of an aside"),
    "colon_early": flag(
        "has a colon after one of its first six words", "opens with no label and colon"
    ),
    "colon_last": flag("ends with a colon", "does not end with a colon"),
    "recap_heading": cue("a summary's heading", "recap_heading"),
    "recap_phrase": cue("summing up", "recap_phrase"),
    "recap_word": list_count("summaries", "recap_word"),
    "under_recap": under("a summary"),
    "recap_distance": below("a summary"),
    "last_section": flag(
        "is in the article's last section", "is not in the article's last section"
    ),
    "related_heading": cue("the heading of a list of articles", "related_heading"),
    "related_pointer": cue("pointers to other articles", "related_pointer"),
    "under_related": under("other articles"),
    "related_distance": below("other articles"),
    "title_case": word_share("are capitalised"),
    "title_like": flag(
        "has four to twenty words and no full stop at the end, as a headline",
        "does not have the form of a headline",
    ),
    "title_like_before": bounded("line", "like headlines directly above it", 8),
    "title_like_after": bounded("line", "like headlines directly below it", 8),
    "title_like_near": count("line", "like headlines among the four paragraphs before and after"),
    "navigation_heading": cue("the heading of contents or menus", "navigation_heading"),
    "navigation_distance": below("contents or menus"),
    "crumbs": lambda value, _: (
        f"{counted(value, 'separator')} as menus and breadcrumbs have"
        if value
        else "is no short text with separators of menus, such as '›' or '|'"
    ),
    "short": flag("has at most three words", "has more than three words"),
    "short_near": count("line", f"of at most three words {_AROUND_THREE}"),
    "newsletter": cue("newsletter prompts", "newsletter"),
    "share": cue("share prompts", "share"),
    "call_to_action": cue("calls to act", "call_to_action"),
    "sponsor": cue("sponsors and adverts", "sponsor"),
    "selling": list_share("offers", "selling"),
    "action": list_count("calls to act", "action"),
    "action_first": flag(
        "starts with a verb of calls to act", "starts with no verb of calls to act"
    ),
    "social": list_count("networks and sharing", "social"),
    "address": flag(
        "has '@', 'http', 'www.' or '.com' in it",
        "has no '@', 'http', 'www.' or '.com' in it",
    ),
    "exclaims": count("exclamation mark"),
    "second_person": list_share("'you' and 'your'", "second_person"),
    "plural_person": list_share("'we' and 'our'", "first_person_plural"),
    "promotion_near": lambda value, _: (
        counted(value, "paragraph") + " with prompts to subscribe, share or act " + _AROUND_THREE
        if value
        else f"no prompt to subscribe, share or act {_AROUND_THREE}"
    ),
    "legal_notice": cue("legal notices", "legal_notice"),
    "legal": list_share("legal notices", "legal"),
    "legal_words": list_count("legal notices", "legal"),
    "byline_line": cue("bylines", "byline_line"),
    "publishing": list_share("bylines and credits", "publishing"),
    "clock": lambda value, _: (
        counted(value, "clock time or numeric date", "clock times or numeric dates")
        if value
        else "is no short line with a clock time or a numeric date"
    ),
    "month": list_share("months and weekdays", "month"),
    "name_only": flag(
        "is two to four capitalised words", "is not just two to four capitalised words"
    ),
    "comments_form": cue("readers' comments", "comments_form"),
    "comments_distance": below("readers' comments"),
    "first_person": list_share("'I' and 'my'", "first_person"),
    "first_person_change": _change,
    "engagement_question": cue("appeals to the reader", "engagement_question"),
    "asks_you": lambda value, _: (
        f"asks something, and addresses the reader with {counted(value, 'word')}"
        if value
        else "does not both ask something and address the reader"
    ),
    "questions_inside": count("question mark"),
    "evergreen_heading": cue("a heading of general background", "evergreen_heading"),
    "evergreen_phrase": cue("general background", "evergreen_phrase"),
    "under_evergreen": under("general background"),
    "fluff_opening": cue("throat-clearing", "fluff_opening"),
    "fluff_announcement": cue("announcements of what the article will do", "fluff_announcement"),
    "fluff_closing": cue("signing off", "fluff_closing"),
    "modal": list_share("modal verbs", "modal"),
    "intensifier": list_share("empty emphasis", "intensifier"),
    "praise": list_share("praise", "praise"),
    "importance": list_share("statements of importance", "importance"),
    "abstract": list_share("abstractions", "abstract"),
    "announce": list_share("what articles say of themselves", "announce"),
    "connective": list_share("connectives", "connective"),
    "generic_subject": list_share("people in general", "generic_subject"),
    "vague": _vague,
    "first_paragraphs": lambda value, _: (
        "opens the article with a phrase of throat-clearing or announcement"
        if value
        else "is no opening with a phrase of throat-clearing or announcement"
    ),
}

PADDING: dict[str, Tell] = {**_FAQ, **_KINDS_OF_PADDING}
