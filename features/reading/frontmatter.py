"""Front matter: the block of metadata that may open a Markdown file.

Only its extent, title and address are wanted, so no YAML library is asked for.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass

_LINE = re.compile(r"([^\r\n]*)(?:\r\n|\r|\n|\Z)")
# A key is a word or two; "It rained all day: a lot" is prose.
_KEY = re.compile(r"[A-Za-z_][\w.-]*+(?: [\w-]++)?+\s*+[:=](?:\s|$)")
# What a line of YAML or TOML can begin with besides a key: indentation, a list, a comment,
# the end of a bracket, a table's name.
_OTHER = re.compile(r"[ \t\-#\]}\[]|$")
_FENCES = {"---": ("---", "..."), "+++": ("+++",)}
# A rule at the top of a page and another far below are no front matter; metadata is short.
_MAX_LINES = 500


@dataclass(frozen=True, slots=True)
class FrontMatter:
    """Extent and contents of a document's front matter.

    Attributes
    ----------
    end : int
        Code points that it takes at the start of the text, its last line ending included.
    title, url : str or None
    """

    end: int
    title: str | None = None
    url: str | None = None


def find_front_matter(text: str) -> FrontMatter | None:
    r"""Front matter at the top of ``text``, or None.

    The first line is ``---`` (YAML) or ``+++`` (TOML) and the line after it a key; every line
    up to the closing one looks like metadata. A rule followed by prose is none.

    Examples
    --------
    >>> find_front_matter("---\ntitle: Bread\n---\n\nText.")
    FrontMatter(end=21, title='Bread', url=None)
    >>> find_front_matter("---\nA rule, then prose.\n---\n") is None
    True
    """
    if not text.startswith(("---", "+++")):
        return None
    opening = _LINE.match(text)
    closing = _FENCES.get(opening.group(1).rstrip()) if opening else None
    if opening is None or closing is None:
        return None
    position = opening.end()
    lines: list[str] = []
    while position < len(text) and len(lines) <= _MAX_LINES:
        match = _LINE.match(text, position)
        assert match is not None
        line, position = match.group(1), match.end()
        if line.rstrip() in closing:
            if not lines:
                return None
            return FrontMatter(position, _value(lines, "title"), _address(lines))
        if not (_KEY.match(line) or (lines and _OTHER.match(line)) or line.startswith("#")):
            return None
        lines.append(line)
    return None


def _address(lines: list[str]) -> str | None:
    for key in ("url", "canonical_url"):
        value = _value(lines, key)
        if value and value.startswith(("https://", "http://")):
            return value
    return None


def _value(lines: list[str], key: str) -> str | None:
    """A scalar of the top level, its quotes gone; folded and literal blocks on one line."""
    for index, line in enumerate(lines):
        name, mark, value = _partition(line)
        if not mark or name.strip().lower() != key:
            continue
        value = value.strip()
        if value[:1] in (">", "|"):
            parts = []
            for more in lines[index + 1 :]:
                if more.strip() and not more[0].isspace():
                    break
                parts.append(more)
            value = " ".join(parts)
        value = " ".join(_unquote(value).split())
        return value or None
    return None


def _partition(line: str) -> tuple[str, str, str]:
    mark = ":" if 0 <= line.find(":") < (line.find("=") if "=" in line else len(line)) else "="
    return line.partition(mark)


def _unquote(value: str) -> str:
    if len(value) >= 2 and value[0] == value[-1] == '"':
        try:
            return str(json.loads(value))
        except ValueError:  # an escape that YAML has and JSON has not: keep it as it stands
            return value[1:-1]
    if len(value) >= 2 and value[0] == value[-1] == "'":
        return value[1:-1].replace("''", "'")
    # A comment after a bare scalar; a '#' inside a word is part of it.
    return re.split(r"\s#", value, maxsplit=1)[0]
