"""Inline markup, reduced to the words that a reader sees.

The signals must see the same words whether an article came as plain text or as Markdown, so
plain text is freed of the inline Markdown that extractors leave in it. A mark goes only where
it is balanced and hugs its words; multiplication signs, ``snake_case`` and footnote stars stay.
Markdown has more (escapes, entities, HTML, references); what the quick reduction cannot judge
goes to markdown-it.

Every pattern walks over a line once: character classes exclude the closing mark and
quantifiers are possessive, so hostile text cannot make them backtrack.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

# A target holds no white space and at most one level of parentheses (Wikipedia's addresses).
_TARGET = r"(?:[^\s()]|\([^\s()]*+\))*+(?: (?:\"[^\"]*+\"|'[^']*+'))?+"
# "f[0](x)" in an article about code is no link: a target is empty or holds one of / # : . @ ?
_LINK_LIKE = r"(?=\)|[^\s()]*[/#:.@?])"
_IMAGE = re.compile(rf"!\[([^\[\]]*+)\]\({_LINK_LIKE}{_TARGET}\)")
_LINK = re.compile(rf"\[((?:[^\[\]]|\[[^\[\]]*+\])*+)\]\({_LINK_LIKE}{_TARGET}\)")

_CODE = re.compile(r"(?<![`\\])(`++)(?=[^\s`])([^`]++)(?<=[^\s`])\1(?!`)")
# Between letters a lone star may be a footnote's or a product's. A double star there is
# emphasis too ("word**bold**"), unless it is a power (2**8) or letters go on at both ends
# ("f**k ... f**k").
_STAR = re.compile(r"(?<![*\w\\])\*(?=[^\s*])([^*]++)(?<=[^\s*])\*(?![*\w])")
_STARS = re.compile(
    r"(?<![*\w\\])(\*{2,3}+)(?=[^\s*])([^*]++)(?<=[^\s*])\1(?!\*)"
    r"|(?<![*\d\\])(\*{2,3}+)(?=[^\s*])([^*]++)(?<=[^\s*])\3(?![*\w])"
)
_UNDERSCORE = re.compile(r"(?<![\w\\])(_{1,3}+)(?=[^\s_])([^_]++)(?<=[^\s_])\1(?!\w)")
_STRIKE = re.compile(r"(?<![~\\])~~(?=[^\s~])([^~]++)(?<=[^\s~])~~(?!~)")

MARKS = "*_`~["
"""The characters without one of which a line has nothing to reduce."""


def reduce_inline(text: str) -> tuple[str, int]:
    """Visible text of a line of prose, and the number of links that it held.

    Parameters
    ----------
    text : str
        One line, white space already collapsed.

    Returns
    -------
    tuple of str and int
        The text without emphasis marks, code marks, link targets and image sources; the links
        whose targets went (images are not links).

    Examples
    --------
    >>> reduce_inline("A **bold** word, [a link](https://example.org/) and 5 * 3 * 2.")
    ('A bold word, a link and 5 * 3 * 2.', 1)
    >>> reduce_inline("Set snake_case_names* by *hand*.")
    ('Set snake_case_names* by hand.', 0)
    """
    links = 0
    if "`" in text:
        text = _CODE.sub(r"\2", text)
    if "](" in text:
        if "![" in text:
            text = _IMAGE.sub(r"\1", text)
        text, links = _LINK.subn(r"\1", text)
        # A picture without a text leaves the spaces on both sides of it.
        text = " ".join(text.split())
    if "*" in text:
        # Single stars inside double ones first, then the other way round.
        text = _STAR.sub(r"\1", text)
        if "**" in text:
            text = _STARS.sub(r"\2\4", text)
            text = _STAR.sub(r"\1", text)
    if "_" in text:
        text = _UNDERSCORE.sub(r"\2", text)
    if "~~" in text:
        text = _STRIKE.sub(r"\1", text)
    return text, links


# Marks of Markdown; a block without one needs no parser.
_SPECIAL = re.compile(r"[\\`*_\[<&~]")
# What the quick reduction cannot judge: escapes, code, HTML, entities; and marks that it left.
_UNSURE = re.compile(r"[\\`<&]")
_LEFT = re.compile(r"[*\[\]~]|(?<!\w)_|_(?!\w)")
# More marks than a block of prose has. Some of markdown-it's inline rules take quadratic time
# on such text; the reduction does not.
_MAX_MARKS = 400
# Emphasis that does not open or close by the letter ("**Price: **$5") still means emphasis;
# between letters or figures ("f**k", "2**8") two stars mean something else.
_STRAY_STARS = re.compile(r"(?<!\w)\*{2,}+|\*{2,}+(?!\w)")
_IMAGE_ONLY = frozenset({"image", "softbreak", "hardbreak", "link_open", "link_close"})


@lru_cache(maxsize=1)
def _parser() -> MarkdownIt:
    # Imported here: scoring plain text must not pay for a Markdown parser.
    from markdown_it import MarkdownIt

    parser = MarkdownIt("commonmark").enable("strikethrough")
    # Escaped marks must stay apart from marks that found no partner.
    parser.core.ruler.disable("text_join")
    return parser


class MarkdownInline:
    """Reads the inline content of the blocks of one Markdown text.

    Parameters
    ----------
    env : dict
        markdown-it's environment of the text, which holds its reference definitions.
    """

    def __init__(self, env: dict[str, Any]) -> None:
        self._env = env

    def read(self, content: str) -> tuple[str, int]:
        """Visible text of a block on one line, and the number of its links."""
        marks = _SPECIAL.findall(content)
        if not marks:
            return " ".join(content.split()), 0
        if not _UNSURE.search(content):
            reduced, links = reduce_inline(" ".join(content.split()))
            if not _LEFT.search(reduced):
                return reduced, links
        if len(marks) > _MAX_MARKS:
            return reduce_inline(" ".join(content.split()))
        text, links = _visible(self._tokens(content))
        return " ".join(text.split()), links

    def caption(self, content: str) -> str | None:
        """Texts of the images of a block that holds nothing else, else None."""
        if len(_SPECIAL.findall(content)) > _MAX_MARKS:
            return None
        tokens = self._tokens(content)
        images = [token for token in tokens if token.type == "image"]
        if not images or any(t.type not in _IMAGE_ONLY and t.content.strip() for t in tokens):
            return None
        return " ".join(" ".join(_visible([image])[0] for image in images).split())

    def _tokens(self, content: str) -> Sequence[Token]:
        return _parser().parseInline(content, self._env)[0].children or []


def _visible(tokens: Sequence[Token]) -> tuple[str, int]:
    parts: list[str] = []
    links = 0
    for token in tokens:
        if token.type == "image":
            parts.append(_visible(token.children or [])[0])
        elif token.type in ("softbreak", "hardbreak"):
            parts.append(" ")
        elif token.type == "html_inline":
            tag = token.content.lower()
            links += tag.startswith("<a ")
            parts.append(" " if tag.startswith("<br") else "")
        elif token.type == "text":
            parts.append(_STRAY_STARS.sub("", token.content))
        else:
            links += token.type == "link_open"
            parts.append(token.content)
    return "".join(parts), links
