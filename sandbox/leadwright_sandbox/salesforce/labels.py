"""What people call the fields whose label is not their name with spaces, as a real org describes them."""

from __future__ import annotations

from leadwright_sandbox.salesforce.fields import spaced

LINES = """
IsDeleted: Deleted
LastActivityDate: Last Activity
PhotoUrl: Photo URL
NumberOfEmployees: Employees
Jigsaw: Data.com Key
Account.Name: Account Name
Account.Type: Account Type
Account.ParentId: Parent Account ID
Account.Phone: Account Phone
Account.Fax: Account Fax
Account.Sic: SIC Code
Account.Description: Account Description
Account.Rating: Account Rating
Account.Site: Account Site
Account.DunsNumber: D-U-N-S Number
Account.NaicsCode: NAICS Code
Account.NaicsDesc: NAICS Description
Account.SicDesc: SIC Description
Account.DandbCompanyId: D&B Company ID
Account.OperatingHoursId: Operating Hour ID
Contact.Name: Full Name
Contact.Phone: Business Phone
Contact.Fax: Business Fax
Contact.AssistantPhone: Asst. Phone
Contact.AssistantName: Assistant's Name
Contact.Description: Contact Description
Contact.LastCURequestDate: Last Stay-in-Touch Request Date
Contact.LastCUUpdateDate: Last Stay-in-Touch Save Date
Lead.Name: Full Name
User.Name: Full Name
"""
LABELS = dict(line.split(": ") for line in LINES.strip().splitlines())
ENDINGS = {"State": "State/Province", "PostalCode": "Zip/Postal Code"}


def label_of(object_name: str, name: str) -> str:
    """The label of a standard field."""
    known = LABELS.get(f"{object_name}.{name}") or LABELS.get(name)
    if known:
        return known
    for ending, called in ENDINGS.items():
        if name.endswith(ending):
            return f"{spaced(name.removesuffix(ending))} {called}".strip()
    return spaced(name)
