"""One figure beside its target, and the table of all of them."""

from __future__ import annotations

import os
import platform
from dataclasses import dataclass, field

import torch


@dataclass(frozen=True)
class Figure:
    """What was measured, and what it must be: at most `target`, or at least that; None: only said, with no target."""

    what: str
    measured: float
    unit: str
    target: float | None = None
    at_least: bool = False

    @property
    def verdict(self) -> str:
        """Whether the target is met, as one word."""
        if self.target is None:
            return ""
        return (
            "holds" if (self.measured >= self.target if self.at_least else self.measured <= self.target) else "MISSED"
        )

    @property
    def wanted(self) -> str:
        """The target as text."""
        return "" if self.target is None else f"{'>=' if self.at_least else '<='} {self.target:g}"


@dataclass
class Figures:
    """The figures of one run, printed as they come, and all together in the end."""

    found: list[Figure] = field(default_factory=list)

    def say(
        self, what: str, measured: float, unit: str, target: float | None = None, *, at_least: bool = False
    ) -> None:
        """Print a figure and keep it."""
        figure = Figure(what, measured, unit, target, at_least)
        self.found.append(figure)
        print(f"  {what}: {measured:.4g} {unit}  {figure.wanted}  {figure.verdict}".rstrip(), flush=True)

    def show(self) -> None:
        """Print the table, as Markdown."""
        width = max((len(figure.what) for figure in self.found), default=4)
        print(f"| {'what':{width}} | {'measured':>24} | {'target':>9} |        |")
        print(f"|{'-' * (width + 2)}|{'-' * 25}:|{'-' * 10}:|--------|")
        for each in self.found:
            measured = f"{each.measured:.4g} {each.unit}"
            print(f"| {each.what:{width}} | {measured:>24} | {each.wanted:>9} | {each.verdict:6} |")

    @property
    def missed(self) -> int:
        """How many targets were not met."""
        return sum(figure.verdict == "MISSED" for figure in self.found)


def machine() -> str:
    """Return what the figures were measured on, and how much else ran there meanwhile."""
    able = getattr(torch.cpu, "get_capabilities", dict)()
    fast = "with" if able.get("avx512_bf16") or able.get("amx_bf16") else "without"
    load = os.getloadavg()[0]
    line = (
        f"{os.cpu_count()} cores, {fast} bfloat16 instructions, torch {torch.__version__}, {torch.get_num_threads()} "
        f"threads, Python {platform.python_version()}, load {load:.1f}"
    )
    if load > 0.5:
        line += "\nsomething else uses these cores: what is timed, and the LSTM, would do better alone"
    return line
