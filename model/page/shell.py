"""What every page has around it: templates that escape, and a policy that lets nothing in.

A page loads nothing and runs nothing but its own script: its Content-Security-Policy allows the
stylesheet and the script by their hashes and forbids all else, and whatever comes from an article
is text, escaped by jinja2.
"""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from jinja2 import Environment, Template

_HERE = "defiller.model.page"


@cache
def environment(*packages: str) -> Environment:
    """The templates of this package, and those of others before them.

    Parameters
    ----------
    *packages : str
        Names of packages that hold templates of their own.

    Raises
    ------
    ModuleNotFoundError
        Where jinja2, of the extras ``page`` and ``report``, is not installed.
    """
    from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined

    return Environment(
        loader=ChoiceLoader([PackageLoader(name, "") for name in (*packages, _HERE)]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        keep_trailing_newline=True,
    )


@cache
def asset(name: str, package: str = _HERE) -> str:
    """The text of a stylesheet or a script of a package."""
    # Read with universal newlines, as a browser hashes them.
    return (files(package) / name).read_text("utf-8")


def in_shell(template: Template, style: str, script: str | None = None, **values: object) -> str:
    """A page: a template that extends ``shell.jinja``, with its stylesheet and script.

    Parameters
    ----------
    template : jinja2.Template
    style, script : str
        Of this project, since they are put in as they are. Without a script none can run.
    **values
        What the template shows, ``title`` among it; strings are escaped.
    """
    return template.render(
        security=security(style, script),
        style=trusted(style),
        script=None if script is None else trusted(script),
        **values,
    )


def security(style: str, script: str | None = None) -> str:
    """The policy that lets this stylesheet and this script in, and nothing else."""
    return "; ".join(
        (
            "default-src 'none'",
            f"style-src '{_hash(style)}'",
            "script-src 'none'" if script is None else f"script-src '{_hash(script)}'",
            "base-uri 'none'",
            "form-action 'none'",
            # Not even the script itself can turn text into markup.
            "require-trusted-types-for 'script'",
            "trusted-types 'none'",
        )
    )


def trusted(markup: str) -> str:
    """Markup that this project made, which templates put in as it is."""
    from markupsafe import Markup

    return Markup(markup)  # noqa: S704 - for files of the project and what it draws itself


def _hash(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
