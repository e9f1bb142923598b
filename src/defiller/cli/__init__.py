"""The command line: each module reads the options of one command and calls a plain function."""

from defiller.cli.root import app

__all__ = ["app"]
