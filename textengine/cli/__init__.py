"""The command line: the only place that prints, reads signals or exits."""

from __future__ import annotations

import sys


def main() -> None:
    """Run ``textengine`` with this process's arguments, and exit."""
    from textengine.cli.main import run

    sys.exit(run(sys.argv[1:]))
