"""--trace-plugins: each hook call as it happens, and at the end what each component cost. On standard error."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from textengine.trace import Cost, HookCall, Trace

_COLUMNS = ["component", "kind", "what ran", ">calls", ">records", ">seconds", ">share"]


def begin_trace() -> Trace:
    """Return a trace that shows hook calls as they happen."""
    from textengine.trace import Trace

    return Trace(_tell)


def _tell(call: HookCall) -> None:
    size = call.error or ("" if call.size is None else f"{call.size} component{'s' * (call.size != 1)}")
    owner = f"{call.plugin} {call.version}"
    click.echo(f"trace: {call.hook:<25} {owner:<40} {call.seconds * 1e3:8.2f} ms  {size}".rstrip(), err=True)


def end_trace(trace: Trace) -> None:
    """Show what hooks and components cost, the dearest first, and the time of everything."""
    hooks = sum(call.seconds for call in trace.hooks)
    rows = sorted(trace.tally.costs.items(), key=lambda item: -item[1].seconds)
    total = sum(cost.seconds for _, cost in rows)
    if rows:
        from textengine.cli.tables import table

        cells = [_row(*key, cost, total) for key, cost in rows]
        click.echo(err=True)
        table(_COLUMNS, cells, title="time by component, over all workers", err=True)
    wall = f"trace: {trace.seconds:.3f} s in all; {hooks:.3f} s in {len(trace.hooks)} imports and hook calls"
    click.echo(f"{wall}; {total:.3f} s in components, over all workers" if rows else wall, err=True)


def _row(kind: str, component: str, ran: str, cost: Cost, total: float) -> tuple[str, ...]:
    records = f"{cost.records:,}" if cost.records else ""
    kind = kind.replace("vocabulary", "vocab")  # eighty columns are few
    return component, kind, ran, f"{cost.calls:,}", records, f"{cost.seconds:.4f}", f"{cost.seconds / total:.1%}"
