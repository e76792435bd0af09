"""Maven's CRM as a Salesforce org: accounts, users with their manager and office, opportunities."""

from __future__ import annotations

from pathlib import Path

from tests.real_data import tables

_STAGES = {
    "Won": "Closed Won",
    "Lost": "Closed Lost",
    "Engaging": "Qualification",
    "Prospecting": "Prospecting",
}


def convert(source: Path, target: Path) -> Path:
    """Write the Salesforce import folder `target` from the folder `source` of the data set; return `target`."""
    accounts = tables.read(source / "accounts.csv")
    tables.write(
        target,
        "Account",
        ["Id", "Name", "Industry", "AnnualRevenue", "NumberOfEmployees", "BillingCountry"],
        (
            {
                "Id": _key("001", row["account"]),
                "Name": row["account"],
                "Industry": row["sector"],
                "AnnualRevenue": str(round(float(row["revenue"]) * 1_000_000)),
                "NumberOfEmployees": row["employees"],
                "BillingCountry": row["office_location"],
            }
            for row in accounts
        ),
    )
    teams = tables.read(source / "sales_teams.csv")
    managers = sorted({(row["manager"], row["regional_office"]) for row in teams})
    people = [(row["sales_agent"], row["manager"], row["regional_office"]) for row in teams]
    people += [(manager, "", office) for manager, office in managers]
    tables.write(
        target,
        "User",
        ["Id", "FirstName", "LastName", "Name", "Email", "IsActive", "UserType", "ManagerId", "Division"],
        (_user(name, manager, office) for name, manager, office in people),
    )
    deals = tables.read(source / "sales_pipeline.csv")
    tables.write(
        target,
        "Opportunity",
        ["Id", "Name", "AccountId", "OwnerId", "StageName", "Amount", "CreatedDate", "CloseDate"],
        (
            {
                "Id": deal["opportunity_id"],
                "Name": deal["product"],
                "AccountId": _key("001", deal["account"]) if deal["account"] else "",
                "OwnerId": _key("005", deal["sales_agent"]),
                "StageName": _STAGES[deal["deal_stage"]],
                "Amount": deal["close_value"],
                "CreatedDate": f"{deal['engage_date']}T00:00:00Z" if deal["engage_date"] else "",
                "CloseDate": deal["close_date"],
            }
            for deal in deals
        ),
    )
    return target


def _user(name: str, manager: str, office: str) -> tables.Row:
    first, _, last = name.partition(" ")
    return {
        "Id": _key("005", name),
        "FirstName": first,
        "LastName": last or first,
        "Name": name,
        "Email": f"{name.lower().replace(' ', '.')}@sales.example",
        "IsActive": "true",
        "UserType": "Standard",
        "ManagerId": _key("005", manager) if manager else "",
        "Division": office,
    }


def _key(prefix: str, name: str) -> str:
    return prefix + "".join(character for character in name if character.isalnum())
