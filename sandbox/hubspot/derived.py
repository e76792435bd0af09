"""Properties that HubSpot fills itself when others are written."""

from __future__ import annotations

from collections.abc import Mapping

STAGE_OF = {"contacts": "lifecyclestage", "deals": "dealstage"}
LIFECYCLE = (
    "subscriber", "lead", "marketingqualifiedlead", "salesqualifiedlead", "opportunity", "customer", "evangelist",
    "other",
)  # fmt: skip
DEAL_STAGES = (
    "appointmentscheduled", "qualifiedtobuy", "presentationscheduled", "decisionmakerboughtin", "contractsent",
    "closedwon", "closedlost",
)  # fmt: skip
TRACKED = {"contacts": LIFECYCLE, "deals": DEAL_STAGES}


def reads(object_name: str, values: Mapping[str, str]) -> list[str]:
    """Properties whose present value `on_update` needs."""
    return [name for name in ("hubspot_owner_id", STAGE_OF.get(object_name, "")) if name in values]


def _owner(values: Mapping[str, str | None], now: str) -> dict[str, str]:
    return {"hubspot_owner_assigneddate": now} if values.get("hubspot_owner_id") else {}


def _entered(object_name: str, stage: str | None, now: str) -> dict[str, str]:
    if not stage or stage not in TRACKED.get(object_name, ()):
        return {}
    entered = {f"hs_v2_date_entered_{stage}": now}
    if object_name == "contacts":
        entered[f"hs_lifecyclestage_{stage}_date"] = now
    else:
        entered |= {
            "hs_is_closed": str(stage in ("closedwon", "closedlost")).lower(),
            "hs_is_closed_won": str(stage == "closedwon").lower(),
            "hs_is_closed_lost": str(stage == "closedlost").lower(),
        }
    return entered


def on_create(object_name: str, row: Mapping[str, str], now: str) -> dict[str, str]:
    """What a new record gets beside the values that it was given."""
    filled = _owner(row, now) | _entered(object_name, row.get(STAGE_OF.get(object_name, "")), now)
    if object_name == "contacts":
        filled |= {
            "hs_all_contact_vids": row["hs_object_id"],
            "hs_is_contact": "true",
            "hs_is_unworked": "true",
        }
        filled |= {"hs_pipeline": row.get("hs_pipeline") or "contacts-lifecycle-pipeline"} | _email_domain(
            row
        )
    if object_name == "companies" and row.get("domain") and not row.get("website"):
        filled["website"] = row["domain"]
    return filled


def on_update(
    object_name: str, before: Mapping[str, str | None], values: Mapping[str, str], now: str
) -> dict[str, str]:
    """What changes beside the values written."""
    filled: dict[str, str] = {}
    if values.get("hubspot_owner_id") != before.get("hubspot_owner_id"):
        filled |= _owner(values, now)
    stage = STAGE_OF.get(object_name, "")
    former = before.get(stage)
    if stage in values and values[stage] != former:
        filled |= _entered(object_name, values[stage], now)
        if former in TRACKED[object_name]:
            filled[f"hs_v2_date_exited_{former}"] = now
    if object_name == "contacts":
        filled |= _email_domain(values)
    return filled


def _email_domain(values: Mapping[str, str]) -> dict[str, str]:
    email = values.get("email")
    return {"hs_email_domain": email.partition("@")[2]} if email else {}
