"""What the commands share: settings, threads, and tables of scores."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

import click


def settings(ctx: click.Context, parameter: click.Parameter, items: tuple[str, ...]) -> dict[str, Any]:
    """Return KEY=VALUE arguments as a mapping, the values to be read as the options ask."""
    from textengine.recipe.options import RawValue

    found: dict[str, Any] = {}
    for item in items:
        key, equals, value = item.partition("=")
        if not equals or not key.strip():
            raise click.BadParameter(f"{item!r} is not KEY=VALUE, such as units=512")
        found[key.strip()] = RawValue(value)
    return found


def calm_threads() -> None:
    """Let torch's threads sleep while they wait; call before torch is imported, in a process of our own only.

    They spin by default, which on cores that something else uses too makes a step up to thirty times slower.
    """
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")


def number(value: float | None, digits: int = 4) -> str:
    """Return a number as tables show it, a dash for None."""
    return "-" if value is None else f"{value:,.{digits}f}"


def score_rows(name: str, result: Mapping[str, Any]) -> list[tuple[str, ...]]:
    """Return the rows of a table for what `evaluate` returned: the model, its mixture, and the baselines."""
    baselines = result["baselines"]
    named = [(name, result)]
    if "mixed" in result:
        named.append((f"{result['mixed']['weight']:.0%} {name}, rest n-gram", result["mixed"]))
    named += [(f"n-gram of order {baselines['ngram']['order']}", baselines["ngram"]), ("uniform", baselines["uniform"])]
    return [
        (
            label,
            number(item["nats_per_token"]),
            number(item["bits_per_token"]),
            number(item["bits_per_char"]),
            number(item["perplexity"], 3),
        )
        for label, item in named
    ]


def show_directions(found: Mapping[str, Any]) -> None:
    """Print what `compare_directions` returned, as `textengine forecast` prints its own."""
    tokens = found["forward"]["tokens"]
    click.echo(f"log-likelihood of {tokens:,} tokens of {found['split']}, in nats per token:")
    for name, meaning in (("forward", "each given those before it"), ("backward", "each given those after it")):
        click.echo(f"  {name:<10} {-found[name]['nats_per_token']:+.4f}  {meaning}")
    mean, error = (found["difference"][name] for name in ("nats_per_token", "standard_error"))
    click.echo(f"  difference {-mean:+.4f}  with a standard error of {error:.4f}\n")
