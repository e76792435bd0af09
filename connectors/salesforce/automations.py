"""What of the org's own runs when a record is saved, as far as Salesforce shows it to the API user.

Which fields a flow or a trigger looks at is in its code; that it runs at each save of a record is what can be asked.
Assignment rules are none of them: our writes say that they must not run.
"""

from __future__ import annotations

from leadwright.connectors.base import MEMBERSHIPS, Automation
from leadwright.connectors.errors import AuthError, ConfigError, SchemaDriftError
from leadwright.connectors.salesforce import soql
from leadwright.connectors.salesforce.transport import Transport

_ON_UPDATE = ("Update", "CreateAndUpdate")


def at_save(org: Transport, object_name: str) -> list[Automation]:
    """The active flows and Apex triggers that run when a record of the object is changed.

    Raises:
        AuthError: the user may not see them.
        ConfigError: for memberships, which are made and deleted and not changed.
    """
    if object_name == MEMBERSHIPS:
        raise ConfigError(
            "look in Setup for flows and triggers that run when a Campaign Member is made or deleted"
        )
    try:
        return [*_flows(org, object_name), *_triggers(org, object_name)]
    except SchemaDriftError:  # an object that a user may not read looks like one that is not there
        raise AuthError(
            "Salesforce shows its user no flows and triggers. Give him the permission 'View Setup and Configuration'.",
            missing=("View Setup and Configuration",),
        ) from None


def _flows(org: Transport, object_name: str) -> list[Automation]:
    where = soql.where(
        "IsActive = true",
        f"RecordTriggerType IN {soql.literals(_ON_UPDATE)}",
        f"TriggerObjectOrEvent.QualifiedApiName = {soql.literal(object_name)}",
    )
    text = soql.select(["Label"], "FlowDefinitionView", where)
    return [Automation("flow", str(row["Label"])) for row in org.query("asking for flows", text)]


def _triggers(org: Transport, object_name: str) -> list[Automation]:
    where = soql.where(
        "Status = 'Active'",
        f"TableEnumOrId = {soql.literal(object_name)}",
        "(UsageBeforeUpdate = true OR UsageAfterUpdate = true)",
    )
    text = soql.select(["Name"], "ApexTrigger", where)
    return [Automation("Apex trigger", str(row["Name"])) for row in org.query("asking for triggers", text)]
