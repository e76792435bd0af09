"""Properties that HubSpot fills itself when others are written."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from leadwright_sandbox.hubspot.objects import ObjectType
from leadwright_sandbox.hubspot.pipelines import Pipelines
from leadwright_sandbox.hubspot.tables import MORE_EMAILS

STAGE_OF = {"contacts": "lifecyclestage", "deals": "dealstage"}
Values = Mapping[str, Any]


class Derived:
    """Fills properties by the portal's pipelines and by the stages that each object type knows."""

    def __init__(self, pipelines: Pipelines) -> None:
        self._pipelines = pipelines

    def on_create(self, kind: ObjectType, row: Values, now: str) -> dict[str, str]:
        """What a new record gets beside the values that it was given."""
        filled = {"hubspot_owner_assigneddate": now} if row.get("hubspot_owner_id") else {}
        filled |= self._entered(kind, row.get(STAGE_OF.get(kind.name, "")), now)
        if kind.name == "contacts":
            filled |= {"hs_all_contact_vids": row["hs_object_id"], "hs_is_contact": "true"}
            filled |= {"hs_is_unworked": "true", "hs_pipeline": "contacts-lifecycle-pipeline"}
            filled |= _email_domain(row)
        if kind.name == "companies" and row.get("domain") and not row.get("website"):
            filled["website"] = row["domain"]
        return filled

    def on_update(self, kind: ObjectType, before: Values, values: Values, now: str) -> dict[str, str]:
        """What changes beside the values written."""
        filled: dict[str, str] = {}
        owner = values.get("hubspot_owner_id")
        if owner and owner != before.get("hubspot_owner_id"):
            filled["hubspot_owner_assigneddate"] = now
        stage = STAGE_OF.get(kind.name, "")
        former = before.get(stage)
        if stage in values and values[stage] != (former or ""):
            filled |= self._entered(kind, values[stage], now)
            if f"hs_v2_date_exited_{former}" in kind.properties:
                filled[f"hs_v2_date_exited_{former}"] = now
        if kind.name == "contacts":
            filled |= _email_domain(values) | _changed_places(before, values)
        return filled

    def on_load(self, kind: ObjectType, row: Values) -> dict[str, str]:
        """What a loaded record gets where its row says nothing: whether its deal is closed."""
        if kind.name != "deals":
            return {}
        return self._closing(row.get("dealstage"))

    def _entered(self, kind: ObjectType, stage: str | None, now: str) -> dict[str, str]:
        if not stage:
            return {}
        filled = self._closing(stage) if kind.name == "deals" else {}
        for name in (f"hs_v2_date_entered_{stage}", f"hs_lifecyclestage_{stage}_date"):
            if name in kind.properties:
                filled[name] = now
        return filled

    def _closing(self, stage: str | None) -> dict[str, str]:
        found = self._pipelines.stage("deals", stage or "")
        if found is None:
            return {}
        metadata = found[1].metadata
        closed = metadata.get("isClosed") == "true"
        won = closed and float(metadata.get("probability") or 0) == 1
        return {
            "hs_is_closed": str(closed).lower(),
            "hs_is_closed_won": str(won).lower(),
            "hs_is_closed_lost": str(closed and not won).lower(),
            "hs_deal_stage_probability": metadata.get("probability") or "0.0",
        }


def _email_domain(values: Values) -> dict[str, str]:
    email = values.get("email")
    return {"hs_email_domain": email.partition("@")[2]} if email else {}


def _changed_places(before: Values, values: Values) -> dict[str, str]:
    """A further e-mail that becomes the contact's own changes places with that one."""
    email, further = values.get("email"), (before.get(MORE_EMAILS) or "").split(";")
    if not email or email not in further:
        return {}
    kept = (before.get("email") or "" if each == email else each for each in further)
    return {MORE_EMAILS: ";".join(each for each in kept if each)}
