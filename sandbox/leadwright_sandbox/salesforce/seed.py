"""What a fresh org holds before anything is loaded: itself, a profile, the integration user, statuses, stages."""

from __future__ import annotations

from typing import Any

from leadwright_sandbox.salesforce.picklists import LEAD_STATUSES, STAGES

PROFILE_ID = "00eLw0000000001AAA"
ADMIN_SET_ID = "0PSLw0000000001AAA"
INTEGRATION_USERNAME = "integration@sandbox.example"

Rows = list[dict[str, Any]]


def fresh_rows(org_id: str, user_id: str) -> dict[str, Rows]:
    """Rows per object; `user_id` is the integration user's."""
    statuses = [
        {
            "MasterLabel": name,
            "ApiName": name,
            "SortOrder": place,
            "IsDefault": place == 1,
            "IsConverted": converted,
        }
        for place, (name, converted) in enumerate(LEAD_STATUSES, 1)
    ]
    stages = [
        {
            "MasterLabel": name,
            "ApiName": name,
            "IsActive": True,
            "SortOrder": place,
            "IsClosed": closed,
            "IsWon": won,
            "ForecastCategory": category,
            "ForecastCategoryName": category,
            "DefaultProbability": probability,
        }
        for place, (name, closed, won, category, probability) in enumerate(STAGES, 1)
    ]
    return {
        "Organization": [
            {
                "Id": org_id,
                "Name": "Sandbox",
                "OrganizationType": "Developer Edition",
                "InstanceName": "LW0",
                "IsSandbox": True,
                "LanguageLocaleKey": "en_US",
                "TimeZoneSidKey": "UTC",
                "FiscalYearStartMonth": 1,
            }
        ],
        "Profile": [{"Id": PROFILE_ID, "Name": "System Administrator", "UserType": "Standard"}],
        "User": [
            {
                "Id": user_id,
                "Username": INTEGRATION_USERNAME,
                "Email": INTEGRATION_USERNAME,
                "FirstName": "Integration",
                "LastName": "User",
                "Alias": "integ",
                "ProfileId": PROFILE_ID,
                # not 'Standard': a reader that lists the sales team must not find the API's own user among it
                "UserType": "CloudIntegrationUser",
            }
        ],
        "PermissionSet": [
            {
                "Id": ADMIN_SET_ID,
                "Name": "X00eLw0000000001AAA",
                "Label": "System Administrator",
                "IsOwnedByProfile": True,
                "ProfileId": PROFILE_ID,
                "Type": "Profile",
                "PermissionsViewAllData": True,
            }
        ],
        "PermissionSetAssignment": [{"PermissionSetId": ADMIN_SET_ID, "AssigneeId": user_id}],
        "LeadStatus": statuses,
        "OpportunityStage": stages,
    }
