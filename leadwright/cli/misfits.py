"""How findings are printed, by `doctor` and after a run."""

from __future__ import annotations

from collections.abc import Iterable

from leadwright.cli.output import out
from leadwright.cli.terminal import plain
from leadwright.connectors.base import Finding


def show_finding(finding: Finding) -> None:
    """Print one finding, with what to do where it is a fault."""
    mark = "[green]ok[/]  " if finding.ok else "[red]fix[/] "
    out.print(f"{mark} [bold]{plain(finding.check)}[/]: {plain(finding.detail)}")
    if finding.fix and not finding.ok:
        out.print(f"      → {plain(finding.fix)}")


def show_misfits(found: Iterable[Finding]) -> None:
    """Print what a company's tables do not fit, by what a run has built."""
    for finding in found:
        show_finding(finding)
