"""The command line's root: which commands there are, and how each end of a run is told."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer
from typer.core import TyperCommand, TyperGroup

from defiller import __version__, settings
from defiller.faults import InputError, UsageError, show

COMMANDS = {
    "strip": ("defiller.cli.strip", "Cut the padding out of articles."),
    "annotate": ("defiller.cli.annotate", "Mark the padding in articles, and cut nothing."),
    "score": ("defiller.cli.score", "Give the verdict on every paragraph as JSON lines."),
    "explain": ("defiller.cli.explain", "Say of one article what counted for each verdict."),
    "train": ("defiller.cli.train", "Train a model on labels, and say how good it is."),
    "tune": ("defiller.cli.tune", "Measure a model's loss curve on labels of one's own."),
    "evaluate": ("defiller.cli.evaluate", "Measure a model on labels that it has not seen."),
    "benchmark": ("defiller.cli.benchmark", "Measure speed and quality beside other filters."),
    "labels": ("defiller.cli.labels", "Convert, check and count label files."),
    "signals": ("defiller.cli.signals", "List the signals that the model looks at."),
    "demo": ("defiller.cli.demo", "Show three padded articles before and after."),
}
"""Each command's module, whose ``app`` has it, and what --help says of it. The module is
imported only when the command is used."""

_DEBUG = "--debug"
_SETTINGS = "defiller.settings"
_INTERRUPTED = 130
_NOT_IN_SETTINGS = ("help", "install_completion", "show_completion")


class _Deferred(TyperCommand):
    """Stands for a command until it is used."""

    def __init__(self, name: str, module: str, sentence: str) -> None:
        super().__init__(name, help=sentence)
        self._module = module

    def load(self) -> TyperCommand | TyperGroup:
        """The command itself."""
        command = typer.main.get_command(importlib.import_module(self._module).app)
        assert isinstance(command, (TyperCommand, TyperGroup))
        command.name = self.name
        _flow(command)
        # Typer adds these to every app; they belong to the root.
        command.params = [p for p in command.params if p.name not in _NOT_IN_SETTINGS]
        return command

    def make_context(
        self,
        info_name: str | None,
        args: list[str],
        parent: Any = None,  # noqa: ANN401 - click's context has no public name
        **extra: Any,  # noqa: ANN401 - passed on
    ) -> Any:  # noqa: ANN401 - as parent
        return self.load().make_context(info_name, args, parent, **extra)


class Root(TyperGroup):
    """All commands, each loaded when it is used, and one sentence for whatever goes wrong."""

    def __init__(self, **attributes: Any) -> None:  # noqa: ANN401 - passed on
        super().__init__(**attributes)
        _flow(self)
        for name, (module, sentence) in COMMANDS.items():
            self.add_command(_Deferred(name, module, sentence))

    def main(
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        complete_var: str | None = None,
        standalone_mode: bool = True,  # noqa: ARG002 - how it ends is settled here
        windows_expand_args: bool = True,
        **extra: Any,  # noqa: ANN401 - passed on
    ) -> NoReturn:
        """Run, and exit with one of the codes 0, 1, 2 and 130."""
        given = list(sys.argv[1:] if args is None else args)
        try:
            code = super().main(
                _with_debug_first(given),
                prog_name,
                complete_var,
                standalone_mode=False,
                windows_expand_args=windows_expand_args,
                **extra,
            )
        except UsageError as fault:
            _say(str(fault))
            code = _WRONG_USE
        except typer.TyperException as error:
            _say(_sentence(error))
            code = error.exit_code
        except (InputError, ValueError) as error:
            code = _foreseen(error)
            if code is None:
                raise
            _say(str(error))
        sys.exit(code if isinstance(code, int) else 0)

    def invoke(self, ctx: Any) -> Any:  # noqa: ANN401 - click's context has no public name
        """Run the command; an interrupt says what there is to know, where there is anything."""
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt as interrupt:
            _say(str(interrupt) or "interrupted")
            raise typer.Exit(_INTERRUPTED) from None


_WRONG_USE = typer.BadParameter.exit_code
"""Click's code for wrong usage, which is ours too."""

app = typer.Typer(
    cls=Root,
    context_settings={"help_option_names": ["--help", "-h"]},
    pretty_exceptions_enable=False,
)


def _version(asked: bool) -> None:
    if asked:
        from defiller.judging import load_scorer

        typer.echo(f"defiller {__version__}, model {load_scorer(None).model_name}")
        raise typer.Exit


@app.callback(invoke_without_command=True)
def root(
    ctx: typer.Context,
    config: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Settings file, in place of the nearest defiller.toml here or above.",
            show_default=False,
        ),
    ] = None,
    debug: Annotated[
        bool, typer.Option(_DEBUG, help="Show the traceback of an error of defiller itself.")
    ] = False,
    version: Annotated[  # noqa: ARG001 - its callback does it
        bool,
        typer.Option(
            "--version",
            help="Show the version, and that of the shipped model.",
            callback=_version,
            is_eager=True,
        ),
    ] = False,
) -> None:
    """Find the padding in articles, paragraph by paragraph, and cut it.

    defiller strip page.html gives the article without it, defiller annotate page.html the whole
    article with it marked, defiller score page.html the verdicts for a program.

    Any option can be kept in a file defiller.toml, in the folder of the work or above it:
    max-loss = 0.02 at its top counts for all commands, below [strip] for that one.
    """
    ctx.obj = debug
    if ctx.invoked_subcommand is None:
        typer.echo(ctx.get_help())
        raise typer.Exit(_WRONG_USE)
    path = config or settings.find(Path.cwd())
    if path is not None:
        group = ctx.command
        assert isinstance(group, TyperGroup)
        commands = {name: _command(command) for name, command in group.commands.items()}
        options = {"debug": settings.Option("debug", is_flag=True)}
        found = settings.defaults(settings.read(path), settings.Command(options, commands))
        ctx.obj = debug or found.get("debug", False)
        ctx.default_map = found
        ctx.meta[_SETTINGS] = path


def _command(command: Any) -> settings.Command:  # noqa: ANN401 - click's, which has no public name
    """What a command takes, for the settings."""
    if isinstance(command, _Deferred):
        command = command.load()
    options = {}
    for param in command.params:
        if param.param_type_name == "option" and param.name not in _NOT_IN_SETTINGS:
            options[max(param.opts, key=len).lstrip("-")] = settings.Option(
                param.name,
                is_flag=param.is_flag,
                is_list=param.multiple,
                is_path=param.type_descriptor.is_path or param.name == "out",
            )
    below = getattr(command, "commands", {})
    return settings.Command(options, {name: _command(each) for name, each in below.items()})


def _flow(command: Any) -> None:  # noqa: ANN401 - click's, which has no public name
    """Let the paragraphs of a command's help flow: typer keeps the line ends of a docstring.

    Square brackets stand for themselves, where rich would take them for markup.
    """
    paragraphs = (command.help or "").replace("[", "\\[").split("\n\n")
    command.help = "\n\n".join(" ".join(paragraph.split()) for paragraph in paragraphs)
    for each in getattr(command, "commands", {}).values():
        _flow(each)


def _with_debug_first(arguments: list[str]) -> list[str]:
    """The arguments with --debug before the command, wherever it stood: it is the root's."""
    end = arguments.index("--") if "--" in arguments else len(arguments)
    head = [argument for argument in arguments[:end] if argument != _DEBUG]
    found = [_DEBUG] if len(head) < end else []
    return [*found, *head, *arguments[end:]]


def _sentence(error: typer.TyperException) -> str:
    """What typer says of a wrong use, and where to read on."""
    context: Any = getattr(error, "ctx", None)
    param = getattr(error, "param", None)
    sentence = error.format_message().rstrip(".")
    if context is None:
        return sentence
    source = context.get_parameter_source(param.name) if param is not None else None
    if source is not None and source.name == "DEFAULT_MAP":
        return f"{show(context.meta[_SETTINGS])}: {sentence}"
    return f"{sentence} (see {context.command_path} --help)"


def _foreseen(error: Exception) -> int | None:
    """The exit code of an error that carries its own sentence; None for any other."""
    from defiller.features.document import ReadingError
    from defiller.labels.labelled import LabelError

    if isinstance(error, (InputError, ReadingError, LabelError)):
        return 1
    from defiller.model.bundle import ModelError

    return _WRONG_USE if isinstance(error, ModelError) else None


def _say(sentence: str) -> None:
    print(f"defiller: {' '.join(sentence.split())}", file=sys.stderr, flush=True)
