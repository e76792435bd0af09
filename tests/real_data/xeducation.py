"""X Education as a Salesforce org: leads with what the form asked as custom fields, converted or not."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.real_data import tables

_FIRST = 579_533
_STANDARD = {"Prospect ID", "Lead Number", "Lead Source", "Converted", "Country", "City", "Do Not Email"}
_START = datetime(2016, 1, 1, tzinfo=UTC)


def convert(source: Path, target: Path) -> Path:
    """Write the Salesforce import folder `target` from the folder `source` of the data set; return `target`."""
    leads = tables.read(source / "leads.csv")
    custom = {name: _field(name) for name in leads[0] if name not in _STANDARD}
    standard = ["Id", "LastName", "Company", "LeadSource", "Country", "City", "HasOptedOutOfEmail", "Status"]
    columns = [*standard, "IsConverted", "CreatedDate", "OwnerId", *custom.values()]
    tables.write(target, "Lead", columns, (_lead(row, custom) for row in leads))
    return target


def own_fields(source: Path, workspace: Path) -> Path:
    """Write `fields.csv` of `workspace`, with every custom field as stated at capture; return `workspace`."""
    leads = tables.read(source / "leads.csv")
    fields = []
    for name in (name for name in leads[0] if name not in _STANDARD):
        values = [row[name] for row in leads if _answered(row[name])]
        is_number = all(re.fullmatch(r"-?\d+(\.\d+)?", value) for value in values)
        fields.append(
            {
                "source": "salesforce",
                "object": "Lead",
                "field": _field(name),
                "feature": _field(name).removesuffix("__c").lower(),
                "type": "number" if is_number else "picklist",
                "known_when": "capture",
                "description": name,
            }
        )
    tables.write(workspace, "fields", list(fields[0]), fields)
    return workspace


def _lead(row: tables.Row, custom: dict[str, str]) -> tables.Row:
    won = row["Converted"] == "1"
    return {
        "Id": row["Prospect ID"],
        "LastName": f"Lead {row['Lead Number']}",
        "Company": "X Education applicant",
        "LeadSource": row["Lead Source"],
        "Country": _answered(row["Country"]),
        "City": _answered(row["City"]),
        "HasOptedOutOfEmail": "true" if row["Do Not Email"] == "Yes" else "false",
        "Status": "Closed - Converted" if won else "Open - Not Contacted",
        "IsConverted": "true" if won else "false",
        "CreatedDate": _created(int(row["Lead Number"])),
        "OwnerId": "00G000000000001AAA",
        **{field: _answered(row[name]) for name, field in custom.items()},
    }


def _created(number: int) -> str:
    """The file has no dates; its lead numbers grow with time, so they give the order."""
    return (_START + timedelta(minutes=5 * (number - _FIRST))).strftime("%Y-%m-%dT%H:%M:%SZ")


def _answered(value: str) -> str:
    """`Select` is the form's way to say that nothing was chosen."""
    return "" if value == "Select" else value


def _field(name: str) -> str:
    return re.sub(r"\W+", "_", name).strip("_")[:36] + "__c"
