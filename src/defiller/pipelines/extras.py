"""A step's engine, which an extra brings."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def from_extra(extra: str) -> Iterator[None]:
    """Let an import in the block that fails for want of a package name the extra.

    Raises
    ------
    ModuleNotFoundError
        One sentence with what to install.
    """
    try:
        yield
    except ModuleNotFoundError as error:
        raise ModuleNotFoundError(
            f"this step takes the package {error.name}; install it with "
            f"pip install 'defiller[{extra}]'",
            name=error.name,
        ) from error
