"""Record ids in the order in which the records were created, as both CRMs hand them out.

A block is made one buying group after the other, and a group in an order of its own: ids in that order would tell
every reader who belongs together and which record is whose second one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from leadwright_sandbox.population.model import Row
from leadwright_sandbox.population.records import Population

_HUBSPOT = {"contacts": "createdate", "companies": "createdate", "deals": "createdate"} | dict.fromkeys(
    ("emails", "calls", "meetings", "tasks", "notes"), "hs_createdate"
)
_LINKS = {  # object -> the fields that hold ids of other records
    "Account": (),
    "Contact": ("AccountId",),
    "Lead": ("ConvertedAccountId", "ConvertedContactId", "ConvertedOpportunityId", "MasterRecordId"),
    "Opportunity": ("AccountId",),
    "OpportunityContactRole": ("OpportunityId", "ContactId"),
    "OpportunityHistory": ("OpportunityId",),
    "CampaignMember": ("LeadId", "ContactId"),
    "Task": ("WhoId", "WhatId"),
    "Event": ("WhoId", "WhatId"),
    "LeadHistory": ("LeadId",),
}


def number_by_creation(population: Population) -> None:
    """Give one block's records their ids anew, in the order of their creation, and keep them in that order."""
    _number_hubspot(population)
    _number_salesforce(population)


def _number_hubspot(population: Population) -> None:
    rows, new = population.hubspot, dict[str, str]()
    for name, created in _HUBSPOT.items():
        new |= _renumbered(rows[name], "hs_object_id", created)
    for row in rows["contacts"]:
        _follow(row, new, ("associatedcompanyid",))
        if "hs_merged_object_ids" in row:
            row["hs_merged_object_ids"] = _all_new(str(row["hs_merged_object_ids"]), new)
    for row in rows["history"]:
        _follow(row, new, ("record_id",))
    for row in rows["form_submissions"] + rows["list_members"]:
        _follow(row, new, ("contact_id",))
    links = population.hubspot_associations
    links[:] = [(one, new[from_id], other, new[to_id]) for one, from_id, other, to_id in links]
    for row in population.truth:
        row["hubspot_ids"] = _all_new(str(row["hubspot_ids"]), new)


def _number_salesforce(population: Population) -> None:
    rows, new = population.salesforce, dict[str, str]()
    for name in _LINKS:
        new |= _renumbered(rows[name], "Id", "CreatedDate")
    for name, links in _LINKS.items():
        for row in rows[name] if links else ():
            _follow(row, new, links)
    for row in population.truth:
        row["salesforce_ids"] = _all_new(str(row["salesforce_ids"]), new)


def _renumbered(rows: list[Row], key: str, created: str) -> dict[str, str]:
    """Former id -> id, for `rows` that are then in the order of both; of one moment, the former order stays."""
    ids = sorted((str(row[key]) for row in rows), key=_place)
    rows.sort(key=lambda row: (str(row[created]), _place(str(row[key]))))
    new = {str(row[key]): record_id for row, record_id in zip(rows, ids, strict=True)}
    for row, record_id in zip(rows, ids, strict=True):
        row[key] = record_id
    return new


def _place(record_id: str) -> tuple[int, str]:
    """Where an id stands among those of its object: HubSpot's are numbers, Salesforce's have one length."""
    return len(record_id), record_id


def _follow(row: Row, new: Mapping[str, str], names: Iterable[str]) -> None:
    for name in names:
        if name in row:
            former = str(row[name])
            row[name] = new.get(former, former)


def _all_new(ids: str, new: Mapping[str, str]) -> str:
    """A list of ids; one that no record has (any more) stays."""
    return ";".join(new.get(each, each) for each in ids.split(";"))
