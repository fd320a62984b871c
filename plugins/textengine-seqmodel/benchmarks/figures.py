"""Every figure of this plugin that has a target, each beside its peer in the same run; about eight minutes.

    python benchmarks/figures.py [shakespeare] [timemachine] [small] [loader] [sine] [book]

Without a name, all of them but the last: `book` trains the d2l book's three networks for 500 epochs each (about
eight minutes more). The texts are looked for in the folder that TEXTENGINE_TEST_DATA names:
timemachine.txt, and tinyshakespeare.txt. The exit status is 1 where a target is missed.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Callable

# Before torch is imported: threads that spin while they wait starve whatever else runs.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

import language_models
import series_band
from figure import Figures, machine

PARTS: dict[str, Callable[[str, Figures], None]] = {
    "shakespeare": language_models.shakespeare,
    "timemachine": language_models.timemachine,
    "small": language_models.small,
    "loader": language_models.loader,
    "sine": series_band.sine,
    "book": language_models.book,
}
EXTRA = ("book",)


def main() -> int:
    names = sys.argv[1:] or [name for name in PARTS if name not in EXTRA]
    for name in names:
        if name not in PARTS:
            sys.exit(f"no part is named {name!r}; there is: {', '.join(PARTS)}")
    if missing := language_models.missing_texts(names):
        sys.exit(f"not found: {', '.join(map(str, missing))}; name the folder that holds them in TEXTENGINE_TEST_DATA")
    print(machine())
    figures, started = Figures(), time.perf_counter()
    try:
        for name in names:
            print(flush=True)
            with tempfile.TemporaryDirectory() as folder:
                PARTS[name](folder, figures)
    except KeyboardInterrupt:
        print("\ninterrupted; what was measured so far:")
    print(f"\n{time.perf_counter() - started:.0f} s\n")
    figures.show()
    return 1 if figures.missed else 0


if __name__ == "__main__":
    sys.exit(main())
