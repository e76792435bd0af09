"""Salesforce's campaigns, as far as leads and contacts are put into them and taken out.

A person is in a campaign once: Salesforce refuses a second member, so an insert may be repeated. A lead that is
converted takes its membership along; its contact has it then.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from leadwright.connectors.batches import instant, utc
from leadwright.connectors.errors import AuthError, GarbledError
from leadwright.connectors.memberships import DONE, Fate, Listing, Member
from leadwright.connectors.salesforce import soql
from leadwright.connectors.salesforce.errors import RefusedError, over_transaction_limit
from leadwright.connectors.salesforce.rights import require_readable
from leadwright.connectors.salesforce.transport import Transport
from leadwright.connectors.salesforce.writing import HEADERS, error_of, passes

FIX = "Correct rules/nurture.csv, or make the campaign in Salesforce, and make it active."

_ID = re.compile(r"701[0-9a-zA-Z]{12}([0-9a-zA-Z]{3})?")
_LEAD = "00Q"
_GONE = ("ENTITY_IS_DELETED", "INVALID_CROSS_REFERENCE_KEY")


class Campaigns:
    """The campaigns of one org; what a campaign is, is asked once. See `connectors.memberships.Roll`."""

    crm = "Salesforce"
    batch = 200

    def __init__(self, org: Transport) -> None:
        self._org = org
        self._found: dict[str, Listing] = {}

    @property
    def now(self) -> datetime | None:
        """What time it was in Salesforce when it last answered."""
        return self._org.now

    def find(self, name: str) -> Listing:
        """The campaign with this id, else with this name."""
        if name not in self._found:
            self._found[name] = self._asked(name)
        return self._found[name]

    def _asked(self, name: str) -> Listing:
        field = "Id" if _ID.fullmatch(name) else "Name"
        text = soql.select(["Id", "IsActive"], "Campaign", f" WHERE {field} = {soql.literal(name)}")
        rows = self._org.query("asking for a campaign", text)
        if not rows:
            words = f"Salesforce shows its user no campaign with the id or name {name!r}."
            return Listing("", "CAMPAIGN_NOT_FOUND", words, is_there=False)
        if len(rows) > 1:
            words = f"{len(rows)} campaigns have the name {name!r}."
            return Listing("", "SEVERAL_CAMPAIGNS", words)
        if not rows[0]["IsActive"]:
            return Listing(str(rows[0]["Id"]), "CAMPAIGN_INACTIVE", f"The campaign {name!r} is not active.")
        return Listing(str(rows[0]["Id"]))

    def members(self, listing: Listing, people: Sequence[str]) -> Mapping[str, Member]:
        """Those of `people` who are in a campaign now. A converted lead's membership is its contact's, too."""
        leads = [person for person in people if person.startswith(_LEAD)]
        contacts = [person for person in people if not person.startswith(_LEAD)]
        named = {"LeadId": leads, "ContactId": contacts}
        among = " OR ".join(f"{field} IN {soql.literals(ids)}" for field, ids in named.items() if ids)
        where = soql.where(f"CampaignId = {soql.literal(listing.id)}", f"({among})")
        text = soql.select(["Id", "LeadId", "ContactId", "CreatedDate"], "CampaignMember", where)
        found: dict[str, Member] = {}
        for row in self._org.query("asking who is in a campaign", text):
            member = Member(utc(instant(str(row["CreatedDate"]))), str(row["Id"]))
            found |= {row[field]: member for field, ids in named.items() if row[field] in ids}
        return found

    def join(self, listing: Listing, people: Sequence[str]) -> Mapping[str, Fate]:
        """Put leads and contacts into a campaign; who is in it already is missing."""

        def put(some: Sequence[str]) -> Any:
            body = {"allOrNone": False, "records": [_record(listing, person) for person in some]}
            return self._org.send(
                "putting people into a campaign", "POST", "composite/sobjects", body, HEADERS
            )

        return _fates(put, people, unsaid="DUPLICATE_VALUE")

    def leave(self, listing: Listing, people: Mapping[str, Member]) -> Mapping[str, Fate]:
        """Take leads and contacts out of a campaign."""

        def drop(some: Sequence[str]) -> Any:
            path = f"composite/sobjects?ids={','.join(people[person].id for person in some)}&allOrNone=false"
            return self._org.send("taking people out of a campaign", "DELETE", path, None, HEADERS)

        found = _fates(drop, list(people))
        return {person: DONE if fate.code in _GONE else fate for person, fate in found.items()}


def require_rights(org: Transport) -> None:
    """Raise AuthError where the API user may not read campaigns, or not change who is in them."""
    require_readable(org, "Campaign")
    may_edit, _ = require_readable(org, "CampaignMember")
    if not may_edit:
        raise AuthError(
            "Salesforce's user may not put anybody into a campaign. Give him 'Read' on Campaign and 'Edit' on Lead and "
            "Contact in a permission set.",
            missing=("Edit on CampaignMember",),
        )


def _record(listing: Listing, person: str) -> dict[str, Any]:
    field = "LeadId" if person.startswith(_LEAD) else "ContactId"
    return {"attributes": {"type": "CampaignMember"}, "CampaignId": listing.id, field: person}


def _fates(send: Callable[[Sequence[str]], Any], people: Sequence[str], unsaid: str = "") -> dict[str, Fate]:
    """What became of each; where a collection breaks as a whole or over a trigger, its halves are sent.

    Args:
        unsaid: the code that leaves open what became of somebody.
    """
    if not people:
        return {}
    try:
        answers = send(people)
    except GarbledError:
        return {}
    except RefusedError as refusal:
        answers = [{"errors": [{"statusCode": refusal.code, "message": str(refusal)}]}] * len(people)
        if len(people) > 1:
            return _halves(send, people, unsaid)
    if not isinstance(answers, list) or len(answers) != len(people):
        return {}
    said = {person: _fate(answer) for person, answer in zip(people, answers, strict=True)}
    broken = [p for p, fate in said.items() if fate and over_transaction_limit(fate.message or "")]
    again = _halves(send, broken, unsaid) if broken and len(people) > 1 else {}
    return {p: fate for p, fate in said.items() if fate and fate.code != unsaid and p not in again} | again


def _halves(send: Callable[[Sequence[str]], Any], people: Sequence[str], unsaid: str) -> dict[str, Fate]:
    middle = -(-len(people) // 2)
    return {**_fates(send, people[:middle], unsaid), **_fates(send, people[middle:], unsaid)}


def _fate(answer: object) -> Fate | None:
    if isinstance(answer, Mapping) and answer.get("success") is True:
        return DONE
    code, message = error_of(answer)
    if not code:
        return None
    return Fate("deferred" if passes(code, message) else "rejected", code, message)
