"""The picklist values of a fresh org, and the rows behind the status and stage picklists."""

from __future__ import annotations

INDUSTRIES = (
    "Agriculture Apparel Banking Biotechnology Chemicals Communications Construction Consulting Education "
    "Electronics Energy Engineering Entertainment Environmental Finance Government Healthcare Hospitality "
    "Insurance Machinery Manufacturing Media Recreation Retail Shipping Technology Telecommunications "
    "Transportation Utilities Other"
)
LEAD_STATUSES = [
    ("Open", False),
    ("New", False),
    ("Working", False),
    ("Nurturing", False),
    ("Marketing Qualified", False),
    ("Sales Qualified", False),
    ("Qualified", True),
    ("Converted", True),
    ("Unqualified", False),
]
# name, closed, won, forecast category, probability
STAGES = [
    ("Prospecting", False, False, "Pipeline", 10),
    ("Qualification", False, False, "Pipeline", 10),
    ("Needs Analysis", False, False, "Pipeline", 20),
    ("Value Proposition", False, False, "Pipeline", 50),
    ("Id. Decision Makers", False, False, "Pipeline", 60),
    ("Perception Analysis", False, False, "Pipeline", 70),
    ("Proposal/Price Quote", False, False, "Pipeline", 75),
    ("Negotiation/Review", False, False, "Pipeline", 90),
    ("Closed Won", True, True, "Closed", 100),
    ("Closed Lost", True, False, "Omitted", 0),
]
SOURCES = ("Web", "Phone Inquiry", "Partner Referral", "Purchased List", "Other")

RESTRICTED = ("GeocodeAccuracy", "CleanStatus")  # what the names of fields end with that take no other value

PICKLISTS: dict[tuple[str, str], tuple[str, ...]] = {
    ("*", "Industry"): tuple(INDUSTRIES.split()),
    ("*", "Rating"): ("Hot", "Warm", "Cold"),
    ("*", "LeadSource"): SOURCES,
    ("*", "AccountSource"): SOURCES,
    ("*", "Salutation"): ("Mr.", "Ms.", "Mrs.", "Dr.", "Prof.", "Mx."),
    ("*", "CleanStatus"): (
        "Matched",
        "Different",
        "Acknowledged",
        "NotFound",
        "Inactive",
        "Pending",
        "SelectMatch",
        "Skipped",
    ),
    ("*", "Ownership"): ("Public", "Private", "Subsidiary", "Other"),
    ("*", "GeocodeAccuracy"): ("Address", "Block", "Street", "Zip", "City", "County", "State", "Unknown"),
    ("Lead", "Status"): tuple(name for name, _ in LEAD_STATUSES),
    ("Opportunity", "StageName"): tuple(stage[0] for stage in STAGES),
    ("Opportunity", "Type"): ("Existing Business", "New Business"),
    ("Account", "Type"): ("Prospect", "Customer", "Partner", "Competitor", "Other"),
    ("Task", "Status"): ("Not Started", "In Progress", "Completed", "Waiting on someone else", "Deferred"),
    ("Task", "Priority"): ("High", "Normal", "Low"),
    ("Task", "TaskSubtype"): ("Task", "Email", "Call", "ListEmail", "LinkedIn"),
    ("Task", "Type"): ("Call", "Email", "Meeting", "Other"),
    ("Event", "Type"): ("Call", "Email", "Meeting", "Other"),
    ("Task", "CallType"): ("Internal", "Inbound", "Outbound"),
    ("Campaign", "Status"): ("Planned", "In Progress", "Completed", "Aborted"),
    ("Campaign", "Type"): ("Conference", "Webinar", "Advertisement", "Email", "Content", "Other"),
    ("CampaignMember", "Status"): ("Sent", "Responded"),
    ("OpportunityContactRole", "Role"): (
        "Business User",
        "Decision Maker",
        "Economic Buyer",
        "Evaluator",
        "Influencer",
        "Technical Buyer",
        "Other",
    ),
    ("Group", "Type"): ("Regular", "Queue"),
}


def choices_of(object_name: str, name: str) -> tuple[str, ...]:
    """The values of a standard picklist; addresses share theirs."""
    shared = "GeocodeAccuracy" if name.endswith("GeocodeAccuracy") else name
    return PICKLISTS.get((object_name, name)) or PICKLISTS.get(("*", shared)) or ()
