"""Running a command as a whole process: its wall time, its memory at the peak, and what it printed (Linux).

Memory of one process is the kernel's own figure, from ``wait4``. That figure starts from the memory of the process
that started the command, so where it is no more than that, the highest seen in ``/proc`` is taken instead. Of a command
that starts processes, ``wait4`` knows only the largest: for those, the proportional set sizes of the whole tree are
added up again and again, and the highest sum is taken.
"""

from __future__ import annotations

import contextlib
import os
import re
import resource
import signal
import subprocess
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path

INTERVAL = 0.02
TREE_INTERVAL = 0.1  # adding up a tree costs the processes themselves some time


class CommandError(Exception):
    """A command failed, or took longer than it may."""


@dataclass(frozen=True)
class Sample:
    """One run. seconds: wall time. peak_mib: memory at its peak. printed: the standard output."""

    seconds: float
    peak_mib: float
    printed: str


def run(command: list[str], env: dict[str, str], *, tree: bool = False, limit: float | None = None) -> Sample:
    """Run a command to its end. tree: count its children's memory. limit: in seconds. Raises CommandError."""
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        started = time.perf_counter()
        process = subprocess.Popen(command, stdout=out, stderr=err, env=env, start_new_session=True)
        watch = Watch(process.pid, tree, limit)
        watch.start()
        try:
            _, status, usage = os.wait4(process.pid, 0)
            seconds = time.perf_counter() - started
        except BaseException:
            kill_all(process.pid)
            process.wait()
            raise
        finally:
            watch.stop()
        process.returncode = os.waitstatus_to_exitcode(status)
        if watch.expired:
            raise CommandError(f"cut off after {seconds:.0f} s")
        if process.returncode:
            err.seek(0)
            lines = err.read().decode(errors="replace").strip().splitlines() or [f"exit status {process.returncode}"]
            raise CommandError(lines[-1])
        out.seek(0)
        largest = usage.ru_maxrss / 1024
        own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        exact = not tree and largest > own
        return Sample(seconds, largest if exact else watch.peak_mib or largest, out.read().decode())


def kill_all(pid: int) -> None:
    """End a process that leads a session, and all it started."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(pid, signal.SIGKILL)


class Watch(threading.Thread):
    """Looks at a process from time to time, and ends it when its time is over."""

    def __init__(self, pid: int, tree: bool, limit: float | None) -> None:
        super().__init__(daemon=True)
        self.peak_mib = 0.0
        self.expired = False
        self._pid, self._tree = pid, tree
        self._deadline = None if limit is None else time.monotonic() + limit
        self._ended = threading.Event()

    def run(self) -> None:
        while not self._ended.wait(TREE_INTERVAL if self._tree else INTERVAL):
            seen = tree_kib(self._pid) if self._tree else _kib(f"/proc/{self._pid}/status", "VmHWM")
            self.peak_mib = max(self.peak_mib, seen / 1024)
            if self._deadline is not None and time.monotonic() > self._deadline:
                self.expired = True
                kill_all(self._pid)
                break

    def stop(self) -> None:
        """Look no more."""
        self._ended.set()
        self.join()


def tree_kib(pid: int) -> int:
    """Return the proportional set sizes of a process and all its descendants, added up."""
    total, found = 0, [pid]
    while found:
        pid = found.pop()
        total += _kib(f"/proc/{pid}/smaps_rollup", "Pss")
        for children in Path(f"/proc/{pid}/task").glob("*/children"):
            found.extend(map(int, _read(str(children)).split()))
    return total


def _kib(path: str, name: str) -> int:
    found = re.search(rf"^{name}:\s+(\d+)", _read(path), re.MULTILINE)
    return int(found[1]) if found else 0


def _read(path: str) -> str:
    try:
        return Path(path).read_text()
    except OSError:  # it has ended
        return ""
