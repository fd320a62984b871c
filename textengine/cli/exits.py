"""Exit statuses, and how an error becomes one line and a status."""

from __future__ import annotations

import enum
import errno
import sys

import click

from textengine.errors import DamagedError, PluginError, TextEngineError, UsageError, VocabError


class ExitCode(enum.IntEnum):
    """What the exit status of ``textengine`` means."""

    OK = 0
    RUN_FAILED = 1
    USAGE = 2
    PLUGIN = 3
    DAMAGED = 4
    INTERRUPTED = 130


def report(error: BaseException, debug: bool) -> ExitCode:
    """Tell the user about `error` in one line on standard error; return the status to exit with."""
    if debug:
        import traceback

        traceback.print_exception(error, file=sys.stderr)
    code, message = _explained(error)
    line = " ".join(message.split())
    click.echo(f"{'' if code is ExitCode.INTERRUPTED else 'error: '}{line}", err=True)
    return code


def _explained(error: BaseException) -> tuple[ExitCode, str]:
    if isinstance(error, KeyboardInterrupt | click.Abort):
        told = error.__cause__ if isinstance(error, click.Abort) else error  # click raises its own error from ours
        return ExitCode.INTERRUPTED, str(told or "") or "interrupted; nothing was committed"
    if isinstance(error, click.UsageError):
        command = error.ctx.command_path if error.ctx else "textengine"
        return ExitCode.USAGE, f"{error.format_message()} (see '{command} --help')"
    if isinstance(error, click.ClickException):
        return ExitCode.USAGE, error.format_message()
    if isinstance(error, UsageError):
        return ExitCode.USAGE, str(error)
    if isinstance(error, PluginError):
        return ExitCode.PLUGIN, str(error)
    if isinstance(error, DamagedError):
        return ExitCode.DAMAGED, str(error)
    if isinstance(error, VocabError | TextEngineError):
        return ExitCode.RUN_FAILED, str(error)
    if isinstance(error, OSError):
        return ExitCode.RUN_FAILED, _system(error)
    if isinstance(error, MemoryError):
        return ExitCode.RUN_FAILED, "out of memory; build with fewer --workers"
    name = type(error).__name__
    return ExitCode.RUN_FAILED, f"this is a fault of textengine: {name}: {error}; --debug shows where"


def _system(error: OSError) -> str:
    what = error.strerror or str(error)
    where = f"{error.filename}: " if error.filename else ""
    if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return f"{where}{what}: the output could not be written, and nothing was committed; free some space"
    return f"{where}{what}"
