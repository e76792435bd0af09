"""Whether the API user sees every record of an object: sharing hides the others without a word."""

from __future__ import annotations

from collections.abc import Iterable

from leadwright.connectors.base import Finding
from leadwright.connectors.errors import AuthError, SchemaDriftError
from leadwright.connectors.salesforce import answers, soql
from leadwright.connectors.salesforce.errors import RefusedError
from leadwright.connectors.salesforce.transport import Transport

_CHECK = "Salesforce sharing"
SHARED = ("Lead", "Contact", "Account", "Opportunity", "Campaign")
"""Objects whose records an org may share with some users only; others follow them."""


def of(org: Transport, reads: Iterable[str]) -> Finding:
    """Whether permissions show the API user all records of the objects that are read."""
    wanted = [name for name in SHARED if name in set(reads)]
    try:
        partly = _not_by_permission(org, wanted)
    except (AuthError, RefusedError, SchemaDriftError):
        return Finding(_CHECK, True, "the API user may not ask which permissions he has; not known")
    if not partly:
        return Finding(_CHECK, True, "the API user sees all records")
    return Finding(
        _CHECK,
        True,
        f"the API user sees of {', '.join(partly)} what is shared with him: all of it only where the org's sharing "
        "says so",
        "Give him 'View All' for these objects in a permission set, or compare a count with an administrator's.",
    )


def _not_by_permission(org: Transport, objects: list[str]) -> list[str]:
    """Those of `objects` of which no permission of the user shows every record."""
    user = org.read("asking who is logged in", answers.identified, lambda sf: sf.oauth2("userinfo"))
    mine = f"(SELECT PermissionSetId FROM PermissionSetAssignment WHERE AssigneeId = {soql.literal(user)})"
    all_data = soql.where(f"Id IN {mine}", "PermissionsViewAllData = true")
    if org.query("reading permissions", soql.select(["Id"], "PermissionSet", all_data)):
        return []
    of_objects = soql.where(f"ParentId IN {mine}", "PermissionsViewAllRecords = true")
    text = soql.select(["SobjectType"], "ObjectPermissions", of_objects)
    shown = {row["SobjectType"] for row in org.query("reading object permissions", text)}
    return [name for name in objects if name not in shown]
