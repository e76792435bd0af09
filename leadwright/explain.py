"""Why a lead has its score and its owner, from the published marts."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from connectors.errors import ConfigError
from leadwright import warehouse
from leadwright.settings import Settings

_FIND = """
    select lead_id from {marts}.dim_leads
    where lead_id = $key or lower(email) = lower($key)
        or lead_id in (
            select lead_id from {marts}.dim_crm_records
            where record_id = $key or email_key = regexp_replace(lower($key), '[+][^@]*@', '@')
        )
        or lead_id in (select current_lead_id from {marts}.dim_lead_ids where lead_id = $key)
    order by lead_id
"""
_MERGED = """
    select ids.lead_id, max(decisions.decided_at) as merged_at
    from marts.dim_lead_ids ids
    join marts.fct_identity_decisions decisions
        on decisions.previous_lead_id = ids.lead_id and decisions.method = 'merge'
    where ids.lead_id = ? and ids.is_merged
    group by ids.lead_id
"""
_LEAD = """
    select l.*, s.* exclude (lead_id), a.owner_name, a.reason as owner_reason, a.assigned_at
    from marts.dim_leads l
    join marts.fct_lead_scores s on s.lead_id = l.lead_id
    left join marts.fct_lead_assignments a on a.lead_id = l.lead_id
    where l.lead_id = ?
"""
_CONTRIBUTIONS = """
    select dimension, kind, signal_group, rule_id, label, feature, value, points
    from marts.fct_lead_score_contributions
    where lead_id = ?
    order by dimension, kind = 'rule' desc, points desc, rule_id
"""


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
        lead = warehouse.rows(db, _LEAD, [lead_id])[0]
        contributions = warehouse.rows(db, _CONTRIBUTIONS, [lead_id])
        merged = merged_away(key, db)
    return {"lead": lead, "contributions": contributions, "sums": sums(contributions), "merged": merged}


def find(key: str, db: warehouse.Connection, marts: str = "marts") -> str:
    """The id of the one lead that `key` names. Raises ConfigError where none or several have it."""
    found = db.execute(_FIND.format(marts=marts), {"key": key.strip()}).fetchall()
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
    return next(iter(warehouse.rows(db, _MERGED, [key.strip()])), None)


def sums(contributions: list[dict[str, Any]]) -> dict[str, Decimal]:
    """Points by dimension."""
    totals: dict[str, Decimal] = {}
    for row in contributions:
        totals[row["dimension"]] = totals.get(row["dimension"], Decimal(0)) + row["points"]
    return totals
