"""Kinds of one's own, and which of the project's kinds each of them is: a small TOML file.

::

    # own kind = kind of the project, or one of its groups
    advert = "promotion"
    "call to action" = "engagement"
    clutter = "boilerplate"
    body = "substance"

Kinds that the file does not name must be the project's own. A group stands for labels that are
no finer: they count as its commonest kind, so that the group is right and the kind in it says
nothing.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from defiller.labels.files import read_bytes
from defiller.labels.kinds import KINDS, Group, Kind
from defiller.labels.labelled import LabelError, own_kinds

# The commonest kind of each group among the labelled web articles, paragraphs counted.
STANDS_FOR = {
    Group.SUBSTANCE: Kind.SUBSTANCE,
    Group.BOILERPLATE: Kind.PROMOTION,
    Group.FILLER: Kind.FLUFF,
}


@dataclass(frozen=True, slots=True)
class KindMap:
    """What a file says of kinds of one's own.

    Attributes
    ----------
    path : Path
    kinds : mapping of str to Kind
        By the own kind's name in lower case.
    """

    path: Path
    kinds: Mapping[str, Kind]

    def kind(self, name: str) -> Kind:
        """The project's kind of an own one, or of one of the project's that the file leaves.

        Raises
        ------
        ValueError
            For a kind that is neither, with the cure.
        """
        plain = name.strip().lower()
        if plain in self.kinds:
            return self.kinds[plain]
        try:
            return Kind(plain)
        except ValueError:
            raise ValueError(
                f"undeclared kind {name!r}; say in {self.path} which of the project's kinds it is"
            ) from None

    @contextmanager
    def in_force(self) -> Iterator[None]:
        """Label files that are read inside take their kinds by this map."""
        token = own_kinds.set(self.kind)
        try:
            yield
        finally:
            own_kinds.reset(token)


def read_kind_map(path: str | Path) -> KindMap:
    """Read a map of kinds.

    Raises
    ------
    LabelError
        One sentence with file, line and cure: for a file that cannot be read or is no TOML, an
        entry that names neither a kind nor a group, a name given twice, and a map of nothing.
    """
    path = Path(path)
    try:
        text = read_bytes(path).decode("utf-8-sig")
        entries = tomllib.loads(text)
    except UnicodeDecodeError:
        raise LabelError("not UTF-8; save the file as UTF-8", path) from None
    except tomllib.TOMLDecodeError as error:
        raise LabelError(f'no proper TOML ({error}); write own = "kind" a line', path) from None
    if not entries:
        raise LabelError('it maps no kind; write own = "kind" a line', path)
    found: dict[str, Kind] = {}
    for name, value in entries.items():
        plain, line = name.strip().lower(), _line_of(name, text)
        if plain in found:
            problem = f"{name!r} is mapped twice, upper and lower case being one; leave one line"
            raise LabelError(problem, path, line)
        try:
            found[plain] = _target(value)
        except ValueError:
            known = ", ".join(dict.fromkeys([*map(str, KINDS), *map(str, Group)]))
            problem = f"{name!r} is mapped to {value!r}, which is no kind; the kinds and groups are"
            raise LabelError(f"{problem} {known}", path, line) from None
    return KindMap(path, found)


def _target(value: object) -> Kind:
    plain = str(value).strip().lower()
    return STANDS_FOR[Group(plain)] if plain in tuple(Group) else Kind(plain)


def _line_of(name: str, text: str) -> int | None:
    """The line of an entry, from 1; None where its key is written with escapes."""
    entry = re.compile(rf"\s*([\"']?){re.escape(name)}\1\s*[=.]")
    table = re.compile(rf"\s*\[\s*([\"']?){re.escape(name)}\1\s*\]")
    for number, line in enumerate(text.splitlines(), 1):
        if entry.match(line) or table.match(line):
            return number
    return None
