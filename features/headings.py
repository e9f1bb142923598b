"""What reads like a heading, by its content alone.

Plain text has no heading markers and Markdown has them; signals must see the same in both, so
they ask the content and not the role.
"""

from __future__ import annotations

# The longest title-like lines of the labelled articles have 16 words; prose that short ends
# with a stop.
MOST_WORDS = 16
MOST_CHARACTERS = 140

_ENDS = frozenset(".,;…\"”'’)")


def heading_like(content: str) -> bool:
    """Whether a line reads like a heading.

    Short, begins with a capital, a figure or a quotation mark, and does not end like a sentence
    (a question or a colon may end it).

    Parameters
    ----------
    content : str
        A paragraph's content, which is neither a list item nor a table row.
    """
    if not content or len(content) > MOST_CHARACTERS:
        return False
    if content[-1] in _ENDS and not content.endswith(("?”", "?’", ")")):
        return False
    first = content[0]
    if not (first.isupper() or first.isdigit() or first in "\"“'‘#¿¡$£€" or first > "\u2000"):
        return False
    return content.count(" ") < MOST_WORDS
