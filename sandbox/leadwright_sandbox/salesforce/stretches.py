"""The rows of a query for a Bulk job, read so that others are answered in between."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from leadwright_sandbox.salesforce.soql import Plan
from leadwright_sandbox.salesforce.values import Stored
from leadwright_sandbox.salesforce.work import Run
from leadwright_sandbox.store import Store, quoted

STRETCH = 5000  # rows of the object
Statement = tuple[str, dict[str, Stored]]  # with its parameters


async def read_all(
    store: Store, plan: Plan, expressions: list[str], under_way: Run, take: Callable[[Statement], int]
) -> None:
    """Let `take` have the rows of a query: at once where that takes a moment, else stretch by stretch of the ids.

    Others are answered between two stretches, so a row that changes meanwhile is read as before or as after; the
    real service reads large tables in chunks, too.
    """
    whole = plan.statement(expressions), plan.parameters
    statements = iter([whole])
    if not _is_whole(plan):
        done = store.briefly(lambda: take(whole)) is not None
        statements = iter(()) if done else _stretches(store, plan, expressions)
    async for part in under_way.slices(statements, 1):
        for statement in part:
            take(statement)


def _is_whole(plan: Plan) -> bool:
    """Whether the rows are only right all at once: in an order, or up to a number of them."""
    return plan.limit is not None or " order by " in plan.tail


def _stretches(store: Store, plan: Plan, expressions: list[str]) -> Iterator[Statement]:
    named = [f"{sql} as c{place}" for place, sql in enumerate(expressions)]
    columns = ", ".join(f"c{place}" for place in range(len(expressions)))
    inner = plan.statement([f"{plan.root_id} as record", *named])
    sql = f"select {columns} from ({inner}) where record > :after and record <= :last"
    ids = f'select "Id" from {quoted(plan.object.table)} where "Id" > ? order by "Id" limit {STRETCH}'
    after = ""
    while last := store.db.execute(f'select max("Id") from ({ids})', [after]).fetchone()[0]:
        yield sql, plan.parameters | {"after": after, "last": last}
        after = last
