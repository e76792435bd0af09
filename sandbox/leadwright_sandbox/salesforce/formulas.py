"""Fields that are worked out when they are read: they have no column and never move SystemModstamp.

A formula is an SQLite expression; `{Field}` and `{Relationship.Field}` stand for fields of the record.
"""

from __future__ import annotations

PARTS = ("street", "city", "state", "postalCode", "country", "latitude", "longitude", "geocodeAccuracy")


def compound_address(prefix: str) -> str:
    """All parts of an address as one JSON text, or null where all are empty."""
    columns = {part: "{" + prefix + part[0].upper() + part[1:] + "}" for part in PARTS}
    pairs = ", ".join(f"'{part}', {columns[part]}" for part in sorted(PARTS))
    return f"case when coalesce({', '.join(columns.values())}) is not null then json_object({pairs}) end"


FORMULAS: dict[tuple[str, str], str] = {
    **{
        ("*", f"{prefix}Address"): compound_address(prefix)
        for prefix in ("", "Billing", "Shipping", "Mailing", "Other")
    },
    **{(name, "PhotoUrl"): "'/services/images/photo/' || {Id}" for name in ("Lead", "Contact", "Account")},
    ("Contact", "IsEmailBounced"): "({EmailBouncedDate} is not null)",
    ("Opportunity", "ExpectedRevenue"): "({Amount} * {Probability} / 100.0)",
    ("Opportunity", "FiscalYear"): "cast(strftime('%Y', {CloseDate}) as integer)",
    ("Opportunity", "FiscalQuarter"): "((cast(strftime('%m', {CloseDate}) as integer) + 2) / 3)",
    # archived: activities of more than a year ago, tasks only once they are closed
    ("Task", "IsArchived"): (
        "({IsClosed} and coalesce({ActivityDate}, substr({CreatedDate}, 1, 10)) < date({now}, '-365 days'))"
    ),
    ("Event", "IsArchived"): "(coalesce({ActivityDate} < date({now}, '-365 days'), 0))",
    ("Task", "IsHighPriority"): "coalesce({Priority} = 'High', 0)",
}
