"""Industries, company sizes, sources of leads and forms, with what each is worth (hidden)."""

from __future__ import annotations

from dataclasses import dataclass

from leadwright_sandbox.population.draws import Weighted


@dataclass(frozen=True, slots=True)
class Industry:
    """An industry: its plain label, HubSpot's and Salesforce's value for it."""

    label: str
    hubspot: str
    salesforce: str
    nouns: tuple[str, ...]
    appeal: float


@dataclass(frozen=True, slots=True)
class Source:
    """Where a lead comes from; `warmth` shifts intent, `form` is the chance that a form was filled at once."""

    hubspot: str
    detail: str
    salesforce: str
    campaign: str
    warmth: float
    form: float


def _industry(label: str, hubspot: str, salesforce: str, nouns: str, appeal: float) -> Industry:
    return Industry(label, hubspot, salesforce, tuple(nouns.split()), appeal)


INDUSTRIES = Weighted(
    (
        (_industry("Computer Software", "COMPUTER_SOFTWARE", "Technology",
                   "Software Cloud Labs Systems Apps Data", 1.0), 22),
        (_industry("Information Technology and Services", "INFORMATION_TECHNOLOGY_AND_SERVICES", "Technology",
                   "Digital Networks Tech Consulting Hosting", 0.95), 12),
        (_industry("Financial Services", "FINANCIAL_SERVICES", "Finance", "Capital Finance Payments Leasing", 0.8), 9),
        (_industry("Marketing and Advertising", "MARKETING_AND_ADVERTISING", "Media",
                   "Media Studio Agency Brands", 0.8), 9),
        (_industry("Machinery", "MACHINERY", "Manufacturing", "Werke Machines Industries Tools Robotics", 0.6), 10),
        (_industry("Telecommunications", "TELECOMMUNICATIONS", "Telecommunications", "Telecom Mobile Fibre", 0.7), 4),
        (_industry("Logistics and Supply Chain", "LOGISTICS_AND_SUPPLY_CHAIN", "Transportation",
                   "Logistics Freight Cargo", 0.5), 6),
        (_industry("Retail", "RETAIL", "Retail", "Market Stores Retail Trade", 0.4), 8),
        (_industry("Hospital & Health Care", "HOSPITAL_HEALTH_CARE", "Healthcare", "Health Care Clinics", 0.4), 7),
        (_industry("Construction", "CONSTRUCTION", "Construction", "Bau Construction Builders", 0.25), 5),
        (_industry("Hospitality", "HOSPITALITY", "Hospitality", "Hotels Catering Resorts", 0.15), 3),
        (_industry("Higher Education", "HIGHER_EDUCATION", "Education", "Academy Institute College", 0.1), 3),
        (_industry("Government Administration", "GOVERNMENT_ADMINISTRATION", "Government", "Agency Office", 0.1), 2),
    )
)  # fmt: skip

# (fewest, most, appeal) with the weight of each band
SIZES = Weighted(
    (((1, 10, 0.1), 14), ((11, 50, 0.5), 24), ((51, 200, 0.9), 27), ((201, 1000, 1.0), 20), ((1001, 5000, 0.8), 10),
     ((5001, 60000, 0.6), 5))
)  # fmt: skip

SOURCES = Weighted(
    (
        (Source("ORGANIC_SEARCH", "Unknown keywords (SSL)", "Web", "Content", 0.06, 0.8), 25),
        (Source("PAID_SEARCH", "google", "Paid Search", "Advertisement", 0.02, 0.9), 14),
        (Source("PAID_SOCIAL", "LinkedIn", "Paid Social", "Advertisement", -0.06, 0.85), 9),
        (Source("SOCIAL_MEDIA", "LinkedIn", "Social", "Content", -0.03, 0.5), 7),
        (Source("EMAIL_MARKETING", "Newsletter", "Email", "Email", 0.0, 0.6), 8),
        (Source("REFERRALS", "partner.example", "Partner Referral", "Referral Program", 0.2, 0.5), 8),
        (Source("DIRECT_TRAFFIC", "www.leadwright.example", "Web", "Content", 0.08, 0.7), 13),
        (Source("OFFLINE", "CONFERENCE", "Trade Show", "Conference", -0.02, 0.0), 7),
        (Source("OFFLINE", "WEBINAR", "Webinar", "Webinar", 0.03, 1.0), 5),
        (Source("OFFLINE", "IMPORT", "Purchased List", "List", -0.3, 0.0), 4),
    )
)

HAND_RAISES = Weighted((("Demo request", 5), ("Pricing enquiry", 3), ("Contact us", 4)))
SOFT_FORMS = Weighted((("Whitepaper download", 5), ("Webinar registration", 4), ("Newsletter", 4)))

_FIRST_WORDS = (
    "Alder Amber Arc Aspen Atlas Aurora Basalt Beacon Birch Blue Bright Bronze Cedar Cinder Clear Cobalt Copper Coral "
    "Crest Delta Drift Eagle Echo Elm Ember Fern Field Flint Forge Fox Glacier Gold Granite Green Harbor Hazel Helio "
    "Iron Ivory Jade Juniper Kestrel Lark Lumen Lynx Maple Marble Meadow Mint Moss Nord North Oak Ocean Onyx Opal "
    "Orchid Otter Pearl Pine Polar Prairie Quartz Raven Red River Robin Rowan Sable Sage Silver Sky Slate Solar "
    "Sparrow Spruce Stone Summit Swift Teal Terra Thistle Tide Timber Topaz Umber Vale Velvet Vista Walnut Willow "
    "Winter Zenith"
)
_SECOND_WORDS = (
    "bank bay beam berg bird bridge brook burn cliff coast craft crest dale dell dorf edge fall feld fern field fjord "
    "flow ford forge gate glen grove hafen haven heim hill hold house kant lake land leaf light line lock mark mill "
    "moor mount path peak point pool port reach ridge ring rise rock root run shore side spring stadt star stead step "
    "stone stream tal thal thorn tower vale view wald wall ward water wave way well wind wing wold wood works yard "
    "zweig"
)
PAGES = {"Demo request": "/demo", "Pricing enquiry": "/pricing", "Contact us": "/contact",
         "Whitepaper download": "/resources/whitepaper", "Webinar registration": "/webinars",
         "Newsletter": "/blog"}  # fmt: skip
READING = Weighted(
    (("/blog/lead-scoring", 5), ("/product", 4), ("/customers", 2), ("/integrations", 2), ("/", 3))
)

COMPANY_FIRST = tuple(_FIRST_WORDS.split())
COMPANY_SECOND = tuple(_SECOND_WORDS.split())
LEGAL = {"US": ", Inc.", "GB": " Ltd", "DE": " GmbH", "FR": " SAS", "ES": " S.L.", "IT": " S.r.l.", "NL": " B.V.",
         "SE": " AB", "PL": " Sp. z o.o.", "BR": " Ltda.", "MX": " S.A. de C.V."}  # fmt: skip

OWN_DOMAIN = "leadwright.example"
COMPETITOR_DOMAINS = ("leadpilot.example", "scorewise.example", "pipelinely.example", "qualifast.example")
FREE_MAIL = Weighted(
    (("gmail.com", 50), ("outlook.com", 13), ("yahoo.com", 11), ("hotmail.com", 9), ("icloud.com", 5), ("gmx.de", 5),
     ("web.de", 3), ("proton.me", 4))
)  # fmt: skip
ROLE_MAILBOXES = ("info", "sales", "office", "contact", "kontakt", "hello", "admin", "support", "marketing")
