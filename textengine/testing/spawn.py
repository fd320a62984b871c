"""Running a pickled component, or an import, in a clean interpreter."""

from __future__ import annotations

import pickle
import subprocess
import sys
from typing import Any

from textengine.testing.check import LackingError

_RECEIVE = """
import pickle, sys
sys.path[:] = pickle.load(sys.stdin.buffer)
call, texts = pickle.load(sys.stdin.buffer)
results = pickle.dumps([call(text) for text in texts])
sys.stdout.buffer.write(b"results:" + results)
"""


def results_elsewhere(call: Any, texts: list[str]) -> list[Any]:
    """Return ``[call(text) for text in texts]`` from a fresh process, as a worker would. Raises LackingError."""
    try:
        sent = pickle.dumps((call, texts))
    except Exception as error:  # pickling runs the component's own code
        raise LackingError(
            f"it cannot be pickled ({error}); define it at the top of a module, and keep what cannot be pickled, such "
            "as locks, open files and lambdas, out of its attributes"
        ) from error
    done = run_clean(_RECEIVE, pickle.dumps(sys.path) + sent)
    _, found, data = done.stdout.partition(b"results:")
    if done.returncode or not found:
        lines = done.stderr.decode(errors="replace").strip().splitlines() or [f"exit status {done.returncode}"]
        raise LackingError(f"a fresh process that received it failed: {lines[-1]}; can its module be imported there?")
    results: list[Any] = pickle.loads(data)
    return results


def run_clean(code: str, given: bytes) -> subprocess.CompletedProcess[bytes]:
    """Run Python code in a fresh process with `given` on its standard input."""
    command = [sys.executable, "-c", code]
    return subprocess.run(command, input=given, capture_output=True, timeout=120, check=False)
