"""What a distribution says that it needs, beside what is installed."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, requires, version

# What looking into a distribution raises where its metadata is gone, or cannot be read.
_DAMAGED = (TypeError, AttributeError, KeyError, ValueError)


def unmet(distribution: str) -> list[str]:
    """Return a phrase for each requirement of a distribution that is not met: what is needed, and what to run.

    Empty for what is not installed as a distribution. Requirements of extras are not looked at, nor any that cannot be
    read.
    """
    from packaging.requirements import Requirement

    try:
        declared = requires(distribution) or []
    except (PackageNotFoundError, *_DAMAGED):
        return []
    found = []
    for line in declared:
        try:
            requirement = Requirement(line)
            if requirement.marker is not None and not requirement.marker.evaluate({"extra": ""}):
                continue
            needed = f"{requirement.name}{requirement.specifier}"
            there = version(requirement.name)
            if requirement.specifier.contains(there, prereleases=True):
                continue
        except PackageNotFoundError:
            found.append(f"it needs {needed}, which is not installed; run: pip install '{needed}'")
        except _DAMAGED:
            continue
        else:
            found.append(f"it needs {needed}, and {there} is installed; run: pip install '{needed}'")
    return found
