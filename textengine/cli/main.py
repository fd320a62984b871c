"""The command group: global options, built-in commands, and those of plugins."""

from __future__ import annotations

import io
import logging
import os
import signal
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click

import textengine
from textengine.cli.build import build
from textengine.cli.codec import decode, encode
from textengine.cli.demo import demo
from textengine.cli.exits import ExitCode, report
from textengine.cli.inspect import inspect
from textengine.cli.plugins import plugins
from textengine.cli.recipes import recipes
from textengine.cli.state import State, state_of
from textengine.cli.trace import begin_trace, end_trace
from textengine.cli.verify import verify
from textengine.components import Kind
from textengine.errors import TextEngineError, suggest

if TYPE_CHECKING:
    from types import FrameType


class EngineGroup(click.Group):
    """Commands of the engine in the order of use, then those of plugins.

    A plugin's command that has the name of a built-in one is reached by its qualified name.
    """

    def list_commands(self, ctx: click.Context) -> list[str]:
        registry = state_of(ctx).registry
        found = registry.all(Kind.COMMAND)
        names = (registry.shortest(item) if item.name not in self.commands else item.qualified for item in found)
        return [*self.commands, *sorted(names)]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        command = super().get_command(ctx, cmd_name)
        if command is not None:
            return command
        registry = state_of(ctx).registry
        if registry.find(Kind.COMMAND, cmd_name):
            found: click.Command = registry.get(Kind.COMMAND, cmd_name).value
            return found
        return None

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        # Help is shown as soon as it is met, and lists the commands of plugins: what is said of plugins comes first.
        options, _, _ = self.make_parser(ctx).parse_args(list(args))
        state = ctx.ensure_object(State)
        state.discover = not options.get("no_plugins", False)
        state.disabled = tuple(options.get("disable_plugin", ()))
        return super().parse_args(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except (click.ClickException, click.exceptions.Exit, click.Abort, TextEngineError, OSError):
            raise
        except Exception as error:
            name = ctx.invoked_subcommand or ""
            if name in self.commands or name == "":
                raise
            owner = state_of(ctx).registry.get(Kind.COMMAND, name)
            raise owner.fault(f"{type(error).__name__}: {error}") from error

    def resolve_command(self, ctx: click.Context, args: list[str]) -> tuple[Any, Any, list[str]]:
        if self.get_command(ctx, args[0]) is None and not args[0].startswith("-"):
            near = suggest(args[0], self.list_commands(ctx))
            raise click.UsageError(f"no command is named {args[0]!r}{near}", ctx)
        return super().resolve_command(ctx, args)


@click.group(cls=EngineGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(textengine.__version__, message="%(prog)s %(version)s")
@click.option("--no-plugins", is_flag=True, help="Load no plugins but the built-in one.")
@click.option(
    "--disable-plugin",
    metavar="DIST",
    multiple=True,
    help="Do not load the plugins of this distribution. Repeatable; so does TEXTENGINE_DISABLED_PLUGINS.",
)
@click.option("--debug", is_flag=True, help="Show the traceback of an error. May stand anywhere.")
@click.option(
    "--trace-plugins",
    is_flag=True,
    help="Show each call of a hook, and at the end what each component cost. May stand anywhere.",
)
def group(no_plugins: bool, disable_plugin: tuple[str, ...], debug: bool, trace_plugins: bool) -> None:
    """Raw text to ids and a committed corpus, by plugins.

    Begin with `textengine demo`.
    """


for _command in (demo, build, inspect, encode, decode, verify, recipes, plugins):
    group.add_command(_command)


def run(arguments: Sequence[str]) -> int:
    """Run the command line with `arguments`; return the exit status."""
    own, anywhere = _taken_out(arguments, ("--debug", "--trace-plugins"))
    debug = "--debug" in anywhere
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # a terminal that lacks a character shows its number
            stream.reconfigure(errors="backslashreplace")
    _log_to_stderr(debug)
    state = State(trace=begin_trace() if "--trace-plugins" in anywhere else None)
    _end_on_interrupts(state)
    code = _run(own, state, debug)
    if state.trace is not None:
        end_trace(state.trace)
    return code


def _taken_out(arguments: Sequence[str], anywhere: Sequence[str]) -> tuple[list[str], set[str]]:
    """Return the arguments without the options that may stand anywhere before ``--``, and those options."""
    end = arguments.index("--") if "--" in arguments else len(arguments)
    before = arguments[:end]
    return [item for item in before if item not in anywhere] + list(arguments[end:]), set(before) & set(anywhere)


def _run(own: list[str], state: State, debug: bool) -> int:
    try:
        code = group.main(args=own, prog_name="textengine", standalone_mode=False, obj=state)
        sys.stdout.flush()
    except click.exceptions.Exit as leaving:
        return leaving.exit_code
    except BrokenPipeError:
        # Whoever read our output has seen enough. Python would complain once more while it flushes at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return ExitCode.RUN_FAILED
    except BaseException as error:  # noqa: BLE001 - the one place where errors become exit statuses
        if type(error).__name__ == "NoArgsIsHelpError":
            click.echo(error.format_message(), err=True)  # type: ignore[attr-defined]
            return ExitCode.USAGE
        if isinstance(error, SystemExit):
            return error.code if isinstance(error.code, int) else ExitCode.RUN_FAILED
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.SIG_IGN)  # nothing is left to interrupt but the way out
        return report(error, debug)
    return code if isinstance(code, int) else ExitCode.OK


class _Warnings(logging.Handler):
    """Shows what the library logs as lines on standard error."""

    def emit(self, record: logging.LogRecord) -> None:
        click.echo(f"{record.levelname.lower()}: {record.getMessage()}", err=True)
        if record.exc_info:
            click.echo(logging.Formatter().formatException(record.exc_info), err=True)


def _log_to_stderr(debug: bool) -> None:
    logger = logging.getLogger("textengine")
    logger.handlers = [_Warnings()]
    logger.propagate = False
    logger.setLevel(logging.DEBUG if debug else logging.WARNING)


def _end_on_interrupts(state: State) -> None:
    """Let Ctrl-C and SIGTERM raise KeyboardInterrupt, and note them for long work to ask for.

    The exception is lost where it strikes while an object is being destroyed, as happens while libraries load.
    """

    def interrupt(number: int, frame: FrameType | None) -> None:
        state.interrupted = True
        signal.signal(number, _give_up)
        raise KeyboardInterrupt

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, interrupt)
    tell = sys.unraisablehook
    sys.unraisablehook = lambda lost: None if state.interrupted else tell(lost)


def _give_up(number: int, frame: FrameType | None) -> None:
    """End at once, for whoever cannot wait until things are tidied up; a later build tidies up too."""
    import multiprocessing

    for process in multiprocessing.active_children():
        process.kill()
    os._exit(ExitCode.INTERRUPTED)
