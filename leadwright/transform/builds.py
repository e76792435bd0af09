"""What became of the nodes of one dbt build, and which models are not whole after one that failed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from leadwright.connectors.errors import FatalError


@dataclass(frozen=True, slots=True)
class NodeResult:
    """What became of one dbt node; `tests` names the models and seeds that it tests."""

    name: str
    kind: str
    status: str
    seconds: float
    message: str
    tests: tuple[str, ...] = ()


_FAILED = {"error", "fail", "runtime error"}


class BuildError(FatalError):
    """Nodes of the dbt project failed.

    Args:
        message: which one, and what dbt said.
        not_whole: models that failed, whose tests failed, or that wait for one of these -> why.
        whole: models that were built and passed.
    """

    def __init__(self, message: str, *, not_whole: Mapping[str, str], whole: frozenset[str]) -> None:
        super().__init__(message)
        self.not_whole = not_whole
        self.whole = whole


def results(found: Any) -> list[NodeResult]:
    """The results of a dbt command, without those of what dbt does before the first node."""
    every = getattr(found, "results", [])
    return [_result(each) for each in every if str(each.node.resource_type) != "operation"]


def failure(nodes: Sequence[NodeResult], reason: str) -> BuildError:
    """The error of a build; `reason` is dbt's own, for where it came to no node."""
    failed = [n for n in nodes if n.status in _FAILED]
    if not failed:
        return BuildError(f"dbt stopped: {reason}", not_whole={}, whole=frozenset())
    first = failed[0]
    more = f" ({len(failed) - 1} more failed after it)" if len(failed) > 1 else ""
    models = {n.name: n for n in nodes if n.kind == "model"}
    not_whole = {n.name: _told(first) for n in models.values() if n.status == "skipped"}
    for node in failed:
        not_whole |= {name: _told(node) for name in (node.name, *node.tests) if name in models}
    return BuildError(
        f"{_told(first, more)}: {first.message}",
        not_whole=not_whole,
        whole=frozenset(models.keys() - not_whole.keys()),
    )


def _told(node: NodeResult, more: str = "") -> str:
    return f"dbt {node.kind} {node.name} failed{more}"


def _result(result: Any) -> NodeResult:
    return NodeResult(
        name=result.node.name,
        kind=str(result.node.resource_type),
        status=str(result.status),
        seconds=result.execution_time,
        message=(result.message or "").strip(),
        tests=_tested(result.node),
    )


def _tested(node: Any) -> tuple[str, ...]:
    return (
        tuple(each.rsplit(".", 1)[-1] for each in node.depends_on.nodes)
        if node.resource_type == "test"
        else ()
    )
