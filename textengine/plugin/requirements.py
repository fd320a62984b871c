"""What a distribution says that it needs, beside what is installed."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, requires, version


def unmet(distribution: str) -> list[str]:
    """Return a phrase for each requirement of a distribution that is not met: what is needed, and what to run.

    Empty for what is not installed as a distribution. Requirements of extras are not looked at, nor any that cannot be
    read.
    """
    from packaging.requirements import InvalidRequirement, Requirement

    try:
        declared = requires(distribution) or []
    except PackageNotFoundError:
        return []
    found = []
    for line in declared:
        try:
            requirement = Requirement(line)
        except InvalidRequirement:
            continue
        if requirement.marker is not None and not requirement.marker.evaluate({"extra": ""}):
            continue
        needed = f"{requirement.name}{requirement.specifier}"
        try:
            there = version(requirement.name)
        except PackageNotFoundError:
            found.append(f"it needs {needed}, which is not installed; run: pip install '{needed}'")
            continue
        if not requirement.specifier.contains(there, prereleases=True):
            found.append(f"it needs {needed}, and {there} is installed; run: pip install '{needed}'")
    return found
