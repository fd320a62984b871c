"""Where and with what a run took place: nothing that names the machine, its user or its folders."""

from __future__ import annotations

import json
import os
import platform
import re
import subprocess
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from row import PEERS

OURS = ("textengine", "numpy", "numba", "llvmlite")
THEIRS = ("tokenizers", "scikit-learn", "pyarrow", "numpy")


def machine() -> dict[str, object]:
    """Return processor, cores, memory and system."""
    found = re.search(r"model name\s*:\s*(.+)", Path("/proc/cpuinfo").read_text())
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return {
        "processor": found[1].strip() if found else platform.machine(),
        "cores": len(os.sched_getaffinity(0)),
        "memory_gib": round(memory / 2**30),
        "system": f"Linux {platform.release().split('-')[0]}",
        "libc": " ".join(platform.libc_ver()),
    }


def versions() -> dict[str, str]:
    """Return the versions of Python, of ours, of the peers' packages and of wc."""
    found = {"python": platform.python_version()}
    for name in OURS:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = "missing"
    wc = subprocess.run(["wc", "--version"], capture_output=True, text=True, check=False).stdout
    found["wc"] = f"{wc.splitlines()[0].removeprefix('wc ')}, LC_ALL=C.UTF-8" if wc else "not GNU"
    if PEERS.exists():
        code = f"import importlib.metadata as m, json; print(json.dumps([m.version(name) for name in {THEIRS}]))"
        done = subprocess.run([PEERS, "-c", code], capture_output=True, text=True, check=True)
        found |= dict(zip((f"peers' {name}" for name in THEIRS), json.loads(done.stdout), strict=True))
    return found
