"""``defiller.toml``: options of the command line, written down once.

A key is an option's name without its dashes. At the top it stands for every command that has the
option; in a table of the command's name, for that one::

    max-loss = 0.02
    keep = ["faq"]

    [strip]
    out = "clean"

    [labels.check]
    json = true

What is given on the command line comes first, then the command's table, then the top. Paths
are relative to the file.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from defiller.faults import UsageError, reason, show

FILE_NAME = "defiller.toml"


@dataclass(frozen=True, slots=True)
class Option:
    """What a command takes under a name.

    ``is_flag``: true or false; ``is_list``: several values; ``is_path``: relative to the file.
    """

    name: str
    is_flag: bool = False
    is_list: bool = False
    is_path: bool = False


@dataclass(frozen=True, slots=True)
class Command:
    """A command's options by key, and its subcommands by name."""

    options: Mapping[str, Option]
    commands: Mapping[str, Command]

    @property
    def known(self) -> set[str]:
        """All keys that it and its subcommands take."""
        return set(self.options).union(*(command.known for command in self.commands.values()))


@dataclass(frozen=True, slots=True)
class Settings:
    """A settings file as it was read."""

    path: Path
    values: Mapping[str, Any]


def find(start: Path) -> Path | None:
    """The ``defiller.toml`` in a folder or the nearest one above it."""
    for folder in (start, *start.parents):
        candidate = folder / FILE_NAME
        if candidate.is_file():
            return candidate
    return None


def read(path: Path) -> Settings:
    """Read a settings file.

    Raises
    ------
    UsageError
        Where it cannot be read or is no TOML.
    """
    try:
        with path.open("rb") as stream:
            return Settings(path, tomllib.load(stream))
    except OSError as error:
        raise UsageError(f"{show(path)}: {reason(error)}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"{show(path)} is no TOML: {error}") from None


def defaults(settings: Settings, command: Command) -> dict[str, Any]:
    """The values of the settings as nested dicts of parameter names, as click's default_map.

    Parameters
    ----------
    settings : Settings
    command : Command
        The root, with all commands below it.

    Raises
    ------
    UsageError
        For a key that no command takes, or the command whose table it stands in does not, and
        for a value that is no value of its option's sort; with file and key.
    """
    return _defaults(settings, settings.values, command, "", {})


def _defaults(
    settings: Settings,
    values: Mapping[str, Any],
    command: Command,
    table: str,
    inherited: Mapping[str, tuple[str, Any]],
) -> dict[str, Any]:
    own: dict[str, tuple[str, Any]] = {}
    tables: dict[str, Mapping[str, Any]] = {}
    for written, value in values.items():
        where = f"{table}{written}"
        key = written.replace("_", "-")
        if isinstance(value, dict) and written in command.commands:
            tables[written] = value
        elif key in command.known:
            own[key] = where, value
            if isinstance(value, dict):
                raise UsageError(f"{show(settings.path)}: {where!r} is an option and no table")
        else:
            known = sorted(command.known | set(command.commands))
            near = get_close_matches(key, known, 1)
            hint = f"; did you mean {near[0]!r}?" if near else "; see --help for the options"
            raise UsageError(f"{show(settings.path)}: unknown key {where!r}{hint}")
    # A key of this table counts for the tables below it, but for keys of their own.
    given = {**inherited, **own}
    found = {
        option.name: _value(settings, *given[key], option)
        for key, option in command.options.items()
        if key in given
    }
    for name, below in command.commands.items():
        found[name] = _defaults(settings, tables.get(name, {}), below, f"{table}{name}.", given)
    return found


def _value(settings: Settings, where: str, value: object, option: Option) -> object:
    if option.is_list:
        values = value if isinstance(value, list) else [value]
        each = Option(option.name, is_path=option.is_path)
        return [_value(settings, where, v, each) for v in values]
    fits = isinstance(value, bool) == option.is_flag and isinstance(value, (bool, int, float, str))
    if not fits:
        wanted = "true or false" if option.is_flag else "a single value"
        raise UsageError(f"{show(settings.path)}: {where!r} takes {wanted}, not {value!r}")
    if option.is_path and value != "-":
        if not isinstance(value, str):
            raise UsageError(f"{show(settings.path)}: {where!r} takes a path, not {value!r}")
        # Not with pathlib, which drops the slash that says "a folder".
        return os.path.join(settings.path.parent, value)  # noqa: PTH118
    return value if option.is_flag else str(value)
