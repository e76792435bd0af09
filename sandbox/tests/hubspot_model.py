"""What the sandbox's contacts should hold after changes through the API: a plain model beside the portal."""

from __future__ import annotations

from dataclasses import dataclass, field

STAGES = ["", "lead", "customer", "other"]
FIELDS = [
    "firstname", "lifecyclestage", "email", "hs_additional_emails", "hs_merged_object_ids", "associatedcompanyid",
]  # fmt: skip


@dataclass
class Person:
    """What a contact should hold."""

    firstname: str = ""
    lifecyclestage: str = ""
    email: str = ""
    further: list[str] = field(default_factory=list)
    former: list[str] = field(default_factory=list)
    companies: list[str] = field(default_factory=list)
    primary: str = ""
    listed: bool = False
    names: list[str] = field(default_factory=list)

    def call_it(self, name: str) -> None:
        if name != self.firstname:
            self.names.append(name)
        self.firstname = name

    def take(self, email: str) -> None:
        """Be found by `email` first; one of the further ones changes places with the first."""
        if email in self.further:
            self.further = [it for it in (self.email if it == email else it for it in self.further) if it]
        self.email = email

    def link(self, company: str, primary: bool) -> None:
        if company not in self.companies:
            self.companies.append(company)
        if primary or not self.primary:
            self.primary = company

    def unlink(self, company: str) -> None:
        self.companies = [it for it in self.companies if it != company]
        self.primary = "" if self.primary == company else self.primary

    def shown(self) -> dict[str, str]:
        values = [
            self.firstname,
            self.lifecyclestage,
            self.email,
            *map(";".join, (self.further, self.former)),
        ]
        return dict(zip(FIELDS, [*values, self.primary], strict=True))


def merged(primary_id: str, primary: Person, other_id: str, other: Person) -> Person:
    """The person who takes the place of two."""
    emails = [
        it for it in dict.fromkeys([primary.email, other.email, *primary.further, *other.further]) if it
    ]
    return Person(
        primary.firstname or other.firstname,
        max(primary.lifecyclestage, other.lifecyclestage, key=STAGES.index),
        *(emails[0] if emails else "", emails[1:]),
        [*primary.former, primary_id, *other.former, other_id],
        list(dict.fromkeys([*primary.companies, *other.companies])),
        primary.primary or other.primary,
        primary.listed,
        [*primary.names, *other.names],
    )
