"""Why a lead has its score and its owner, from the published marts."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from leadwright import warehouse
from leadwright.connectors.errors import ConfigError
from leadwright.settings import Settings

_FIND = warehouse.statement(__file__, "now_find")
_MERGED = warehouse.statement(__file__, "now_merged")
_LEAD = warehouse.statement(__file__, "now_lead")
_CONTRIBUTIONS = warehouse.statement(__file__, "now_contributions")


def explain(key: str, settings: Settings) -> dict[str, Any]:
    """The lead that `key` names, its score and the contributions that add up to it, its owner and why.

    Args:
        key: e-mail address of any of its records, lead id (an earlier one too), or a CRM's record id.
        settings: says where the published copy is.

    Returns:
        `lead` (one row of lead, score and owner), `contributions` (rows with `points`; their sum per dimension is
        that dimension's score), `sums`, and `merged` as `merged_away` gives it.

    Raises:
        ConfigError: nothing is published, no lead has that key, or several have it.
    """
    with warehouse.reader(settings.serving_file) as db:
        lead_id = find(key, db)
        lead = warehouse.rows(db, _LEAD, {"lead_id": lead_id})[0]
        contributions = warehouse.rows(db, _CONTRIBUTIONS, {"lead_id": lead_id})
        merged = merged_away(key, db)
    return {"lead": lead, "contributions": contributions, "sums": sums(contributions), "merged": merged}


def find(key: str, db: warehouse.Connection, marts: str = "marts", *, with_deleted: bool = False) -> str:
    """The id of the one lead that `key` names; of one in a recycle bin too, where `with_deleted`.

    Raises:
        ConfigError: no lead has that key, or several have it.
    """
    named = {"key": key.strip(), "with_deleted": with_deleted}
    found = db.execute(_FIND.format(marts=marts), named).fetchall()
    if not found:
        raise ConfigError(
            "No lead has that e-mail address or id. Give the address, the lead_id or the CRM's record id; "
            "a lead that was added to the CRM just now appears after the next `leadwright run`."
        )
    if len(found) > 1:  # people whom identity_splits.csv keeps apart may share an address
        raise ConfigError(
            f"{len(found)} leads have that e-mail address. Give one's lead_id: "
            + ", ".join(row[0] for row in found)
        )
    return str(found[0][0])


def merged_away(key: str, db: warehouse.Connection) -> dict[str, Any] | None:
    """`lead_id` and `merged_at` where `key` is the id of a lead that was merged into another; else None."""
    return next(iter(warehouse.rows(db, _MERGED, {"lead_id": key.strip()})), None)


def sums(contributions: list[dict[str, Any]]) -> dict[str, Decimal]:
    """Points by dimension."""
    totals: dict[str, Decimal] = {}
    for row in contributions:
        totals[row["dimension"]] = totals.get(row["dimension"], Decimal(0)) + row["points"]
    return totals
