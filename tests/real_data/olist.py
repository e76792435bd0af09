"""Olist as a HubSpot portal: leads are contacts, SDRs and sales reps are owners, wins are closed-won deals."""

from __future__ import annotations

from pathlib import Path

from tests.real_data import tables

# HubSpot's own original-source values; what it has no value for stays readable in the drill-down field.
_SOURCES = {
    "organic_search": "ORGANIC_SEARCH",
    "paid_search": "PAID_SEARCH",
    "social": "SOCIAL_MEDIA",
    "direct_traffic": "DIRECT_TRAFFIC",
    "email": "EMAIL_MARKETING",
    "referral": "REFERRALS",
    "display": "OTHER_CAMPAIGNS",
    "other": "OTHER_CAMPAIGNS",
    "other_publicities": "OTHER_CAMPAIGNS",
    "unknown": "OFFLINE",
    "": "",
}


def convert(source: Path, target: Path) -> Path:
    """Write the HubSpot import folder `target` from the folder `source` of the data set; return `target`."""
    leads = tables.read(source / "olist_marketing_qualified_leads_dataset.csv")
    deals = tables.read(source / "olist_closed_deals_dataset.csv")
    owner_of = {deal["mql_id"]: deal["sr_id"] for deal in deals}
    tables.write(
        target,
        "contacts",
        [
            "hs_object_id",
            "createdate",
            "hs_analytics_source",
            "hs_analytics_source_data_1",
            "landing_page_id",
            "hubspot_owner_id",
            "lifecyclestage",
        ],
        (
            {
                "hs_object_id": lead["mql_id"],
                "createdate": f"{lead['first_contact_date']}T00:00:00Z",
                "hs_analytics_source": _SOURCES[lead["origin"]],
                "hs_analytics_source_data_1": lead["origin"],
                "landing_page_id": lead["landing_page_id"],
                "hubspot_owner_id": owner_of.get(lead["mql_id"], ""),
                "lifecyclestage": "customer" if lead["mql_id"] in owner_of else "marketingqualifiedlead",
            }
            for lead in leads
        ),
    )
    people = sorted({deal[role] for deal in deals for role in ("sdr_id", "sr_id")})
    tables.write(
        target,
        "owners",
        ["id", "email", "firstName", "lastName"],
        (
            {"id": who, "email": f"{who}@sales.example", "firstName": "Rep", "lastName": who[:6]}
            for who in people
        ),
    )
    tables.write(
        target,
        "deals",
        ["hs_object_id", "dealname", "dealstage", "pipeline", "createdate", "closedate", "hubspot_owner_id"],
        (
            {
                "hs_object_id": f"deal-{deal['mql_id']}",
                "dealname": deal["business_segment"],
                "dealstage": "closedwon",
                "pipeline": "default",
                "createdate": _utc(deal["won_date"]),
                "closedate": _utc(deal["won_date"]),
                "hubspot_owner_id": deal["sr_id"],
            }
            for deal in deals
        ),
    )
    tables.write(
        target,
        "associations",
        ["from_object", "from_id", "to_object", "to_id"],
        (
            {
                "from_object": "deals",
                "from_id": f"deal-{deal['mql_id']}",
                "to_object": "contacts",
                "to_id": deal["mql_id"],
            }
            for deal in deals
        ),
    )
    return target


def _utc(moment: str) -> str:
    return moment.replace(" ", "T") + "Z"
