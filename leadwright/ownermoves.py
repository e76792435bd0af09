"""Who would get and lose how many leads by planned writes, from the marts and the plan."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from leadwright import warehouse
from leadwright.settings import Settings
from leadwright.writeback import Written

_MOVES = """
    with planned as (
        select unnest($crms) as crm, unnest($records) as record_id, unnest($owners) as owner_id
    ),
    records as (
        select r.lead_id, r.rep_id as rep_before,
            case when p.owner_id is null then r.rep_id else a.rep_id end as rep_after
        from marts.dim_crm_records r
        left join planned p on p.crm = r.crm and p.record_id = r.record_id
        left join marts.dim_rep_accounts a on a.crm = p.crm and a.owner_id = p.owner_id
        where not r.is_deleted
    ),
    shown as (
        select lead_id, rep_before as rep_id, 1 as before, 0 as after from records where rep_before is not null
        union all
        select lead_id, rep_after, 0, 1 from records where rep_after is not null
        union all
        select lead_id, null, (count(rep_before) = 0)::int, (count(rep_after) = 0)::int from records group by lead_id
    ),
    leads as (
        select lead_id, rep_id, max(before) as before, max(after) as after from shown group by lead_id, rep_id
    )
    select coalesce(any_value(r.full_name), 'nobody') as name, coalesce(any_value(r.is_active), true) as is_active,
        sum(before)::int as leads_before, count(*) filter (after > before) as gets,
        count(*) filter (before > after) as loses, sum(after)::int as leads_after
    from leads left join marts.dim_reps r using (rep_id)
    group by rep_id having gets > 0 or loses > 0
    order by rep_id is null, gets desc, loses desc, name
"""


@dataclass(frozen=True, slots=True)
class OwnerMove:
    """What planned writes mean for one person, counted in leads; a lead with two owners in two CRMs counts for both.

    Attributes:
        name: of the person, or `nobody`: leads of which no record shows an owner who is a person.
        is_active: has not left.
    """

    name: str
    is_active: bool
    leads_before: int
    gets: int
    loses: int
    leads_after: int

    def as_dict(self) -> dict[str, Any]:
        """The move as plain values."""
        return asdict(self)


def owner_moves(planned: Sequence[Written], settings: Settings) -> list[OwnerMove]:
    """Everybody who gets or loses leads, most first, `nobody` last; empty where no owner would change."""
    changes = [(w.crm, record, owner) for w in planned for record, owner in w.new_owners.items()]
    if not changes:
        return []
    crms, records, owners = (list(column) for column in zip(*changes, strict=True))
    with warehouse.writer(settings.warehouse_file, settings.lock_wait_seconds) as db:
        rows = db.execute(_MOVES, {"crms": crms, "records": records, "owners": owners}).fetchall()
    return [OwnerMove(*row) for row in rows]
