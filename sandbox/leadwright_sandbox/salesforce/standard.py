"""The standard objects of a fresh org, as lines that are read once when the sandbox starts.

A field is `Name kind(length or targets) flags`; flags: `!` a create must give it, `ro` only the system writes
it, `once` can only be set on create, `=default`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from leadwright_sandbox.salesforce.children import CHILDREN
from leadwright_sandbox.salesforce.fields import Field, ObjectType
from leadwright_sandbox.salesforce.formulas import FORMULAS
from leadwright_sandbox.salesforce.labels import label_of
from leadwright_sandbox.salesforce.picklists import RESTRICTED, choices_of
from leadwright_sandbox.salesforce.selling import LINE_ITEM, PRICEBOOK, PRICEBOOK_ENTRY, PRODUCT, USER_ROLE

AUDIT = """CreatedDate datetime ro, CreatedById reference(User) ro, LastModifiedDate datetime ro,
LastModifiedById reference(User) ro, SystemModstamp datetime ro"""
DELETABLE = "IsDeleted boolean ro"
HISTORY = """IsDeleted boolean ro, CreatedById reference(User) ro, CreatedDate datetime ro,
Field picklist(255) ro, DataType picklist(40) ro, OldValue anyType(255) ro, NewValue anyType(255) ro"""


def address(prefix: str) -> str:
    """The parts of one address and the compound field that shows them together."""
    return f"""{prefix}Street textarea(255), {prefix}City string(40), {prefix}State string(80),
    {prefix}PostalCode string(20), {prefix}Country string(80), {prefix}Latitude double, {prefix}Longitude double,
    {prefix}GeocodeAccuracy picklist, {prefix}Address address"""


@dataclass(frozen=True)
class Spec:
    """One standard object before its lines are read."""

    name: str
    prefix: str
    plural: str
    lines: str
    writable: bool = True
    bulk: bool = True
    tooling: bool = False


PERSON = """LastName string(80) !, FirstName string(40), Salutation picklist, Name string(121) ro"""

LEAD = f"""MasterRecordId reference(Lead) ro, {PERSON}, Title string(128), Company string(255) !, {address("")},
Phone phone, MobilePhone phone, Fax phone, Email email, Website url, PhotoUrl url ro, Description textarea(32000),
LeadSource picklist, Status picklist ! =Open, Industry picklist, Rating picklist, AnnualRevenue currency,
NumberOfEmployees int, OwnerId reference(Group|User), HasOptedOutOfEmail boolean, DoNotCall boolean,
HasOptedOutOfFax boolean, IsConverted boolean ro, ConvertedDate date ro, ConvertedAccountId reference(Account) ro,
ConvertedContactId reference(Contact) ro, ConvertedOpportunityId reference(Opportunity) ro,
IsUnreadByOwner boolean, LastActivityDate date ro, FirstEmailDateTime datetime ro, LastViewedDate datetime ro,
LastReferencedDate datetime ro, Jigsaw string(20), EmailBouncedReason string(255), EmailBouncedDate datetime"""

CONTACT = f"""MasterRecordId reference(Contact) ro, AccountId reference(Account), {PERSON}, {address("Other")},
{address("Mailing")}, Phone phone, Fax phone, MobilePhone phone, HomePhone phone, OtherPhone phone,
AssistantPhone phone, ReportsToId reference(Contact), Email email, Title string(128), Department string(80),
AssistantName string(40), LeadSource picklist, Birthdate date, Description textarea(32000),
OwnerId reference(User), HasOptedOutOfEmail boolean, DoNotCall boolean, LastActivityDate date ro,
LastCURequestDate datetime ro, LastCUUpdateDate datetime ro, LastViewedDate datetime ro,
LastReferencedDate datetime ro, EmailBouncedReason string(255), EmailBouncedDate datetime,
IsEmailBounced boolean ro, PhotoUrl url ro, Jigsaw string(20), JigsawContactId string(20) ro,
CleanStatus picklist =Pending, IndividualId reference(Individual)"""

ACCOUNT = f"""MasterRecordId reference(Account) ro, Name string(255) !, Type picklist,
ParentId reference(Account), {address("Billing")}, {address("Shipping")}, Phone phone, Fax phone,
AccountNumber string(40), Website url, PhotoUrl url ro, Sic string(20), Industry picklist, AnnualRevenue currency,
NumberOfEmployees int, Ownership picklist, TickerSymbol string(20), Description textarea(32000), Rating picklist,
Site string(80), OwnerId reference(User), LastActivityDate date ro, LastViewedDate datetime ro,
LastReferencedDate datetime ro, Jigsaw string(20), JigsawCompanyId string(20) ro, CleanStatus picklist =Pending,
AccountSource picklist, DunsNumber string(9), Tradestyle string(255), NaicsCode string(8), NaicsDesc string(120),
YearStarted string(4), SicDesc string(80), DandbCompanyId reference(DandBCompany),
OperatingHoursId reference(OperatingHours)"""

OPPORTUNITY = """AccountId reference(Account), Name string(120) !, Description textarea(32000),
StageName picklist !, Amount currency, Probability percent, ExpectedRevenue currency ro,
TotalOpportunityQuantity double, CloseDate date !, Type picklist, NextStep string(255), LeadSource picklist,
IsClosed boolean ro, IsWon boolean ro, ForecastCategory picklist ro, ForecastCategoryName picklist,
CampaignId reference(Campaign), OwnerId reference(User), ContactId reference(Contact) once,
LastActivityDate date ro, LastStageChangeDate datetime ro, FiscalYear int ro, FiscalQuarter int ro,
LastViewedDate datetime ro, LastReferencedDate datetime ro"""

ACTIVITY = """WhoId reference(Contact|Lead), WhatId reference(Account|Campaign|Opportunity), Subject combobox(255),
OwnerId reference(Group|User), Description textarea(32000), AccountId reference(Account) ro,
IsArchived boolean ro, IsReminderSet boolean, ReminderDateTime datetime"""

TASK = f"""{ACTIVITY}, ActivityDate date, Status picklist ! =Not Started, Priority picklist ! =Normal,
IsHighPriority boolean ro, IsClosed boolean ro, Type picklist, TaskSubtype picklist once, CallDurationInSeconds int,
CallType picklist, CallDisposition string(255), CallObject string(255), CompletedDateTime datetime ro"""

EVENT = f"""{ACTIVITY}, Type picklist, Location string(255), IsAllDayEvent boolean, ActivityDateTime datetime,
ActivityDate date, StartDateTime datetime, EndDateTime datetime, DurationInMinutes int, IsPrivate boolean,
ShowAs picklist, IsChild boolean ro, IsGroupEvent boolean ro, EventSubtype picklist once"""

USER = """Username string(80) !, LastName string(80) !, FirstName string(40), Name string(121) ro,
CompanyName string(80), Division string(80), Department string(80), Title string(80), Email email !,
Phone phone, MobilePhone phone, Alias string(8), IsActive boolean =1, TimeZoneSidKey picklist =UTC,
UserRoleId reference(UserRole), LocaleSidKey picklist =en_US, ProfileId reference(Profile), UserType picklist =Standard,
LanguageLocaleKey picklist =en_US, EmailEncodingKey picklist =UTF-8, EmployeeNumber string(20),
ManagerId reference(User), LastLoginDate datetime ro, FederationIdentifier string(512)"""

CAMPAIGN = """Name string(80) !, ParentId reference(Campaign), Type picklist, Status picklist =Planned,
StartDate date, EndDate date, ExpectedRevenue currency, BudgetedCost currency, ActualCost currency,
ExpectedResponse percent, NumberSent double, IsActive boolean, Description textarea(32000),
OwnerId reference(User), NumberOfLeads int ro, NumberOfConvertedLeads int ro, NumberOfContacts int ro,
NumberOfResponses int ro, NumberOfOpportunities int ro, NumberOfWonOpportunities int ro,
AmountAllOpportunities currency ro, AmountWonOpportunities currency ro, LastActivityDate date ro"""

CAMPAIGN_MEMBER = """CampaignId reference(Campaign) ! once, LeadId reference(Lead) once,
ContactId reference(Contact) once, Status picklist =Sent, HasResponded boolean ro, FirstRespondedDate date ro"""

SPECS = [
    Spec("Lead", "00Q", "Leads", f"{DELETABLE}, {LEAD}, {AUDIT}"),
    Spec("Contact", "003", "Contacts", f"{DELETABLE}, {CONTACT}, {AUDIT}"),
    Spec("Account", "001", "Accounts", f"{DELETABLE}, {ACCOUNT}, {AUDIT}"),
    Spec("Opportunity", "006", "Opportunities", f"{DELETABLE}, {OPPORTUNITY}, {AUDIT}"),
    Spec(
        "OpportunityContactRole",
        "00K",
        "Opportunity Contact Roles",
        f"""{DELETABLE}, OpportunityId reference(Opportunity) ! once, ContactId reference(Contact) !,
        Role picklist, IsPrimary boolean, {AUDIT}""",
    ),
    Spec("Task", "00T", "Tasks", f"{DELETABLE}, {TASK}, {AUDIT}"),
    Spec("Event", "00U", "Events", f"{DELETABLE}, {EVENT}, {AUDIT}"),
    Spec("User", "005", "Users", f"{USER}, {AUDIT}"),
    Spec("UserRole", "00E", "User Roles", USER_ROLE, writable=False),
    Spec(
        "Group",
        "00G",
        "Groups",
        f"""Name string(40) !, DeveloperName string(80), RelatedId string(18) ro, Type picklist =Regular once,
        Email email, OwnerId reference(User) ro, DoesSendEmailToMembers boolean,
        DoesIncludeBosses boolean, {AUDIT}""",
    ),
    Spec(
        "GroupMember",
        "011",
        "Group Members",
        "GroupId reference(Group) !, UserOrGroupId reference(Group|User) !, SystemModstamp datetime ro",
    ),
    Spec("Campaign", "701", "Campaigns", f"{DELETABLE}, {CAMPAIGN}, {AUDIT}"),
    Spec("CampaignMember", "00v", "Campaign Members", f"{DELETABLE}, {CAMPAIGN_MEMBER}, {AUDIT}"),
    Spec("Product2", "01t", "Products", f"{DELETABLE}, {PRODUCT}, {AUDIT}", writable=False),
    Spec("Pricebook2", "01s", "Price Books", f"{DELETABLE}, {PRICEBOOK}, {AUDIT}", writable=False),
    Spec(
        "PricebookEntry",
        "01u",
        "Price Book Entries",
        f"{DELETABLE}, {PRICEBOOK_ENTRY}, {AUDIT}",
        writable=False,
    ),
    Spec(
        "OpportunityLineItem",
        "00k",
        "Opportunity Products",
        f"{DELETABLE}, {LINE_ITEM}, {AUDIT}",
        writable=False,
    ),
    Spec("LeadHistory", "017", "Lead History", f"LeadId reference(Lead) ro, {HISTORY}", writable=False),
    Spec(
        "OpportunityFieldHistory",
        "017",
        "Opportunity Field History",
        f"OpportunityId reference(Opportunity) ro, {HISTORY}",
        writable=False,
    ),
    Spec(
        "OpportunityHistory",
        "008",
        "Opportunity History",
        """OpportunityId reference(Opportunity) ro, CreatedById reference(User) ro, CreatedDate datetime ro,
        StageName picklist ro, Amount currency ro, ExpectedRevenue currency ro, CloseDate date ro,
        Probability percent ro, ForecastCategory picklist ro, SystemModstamp datetime ro, IsDeleted boolean ro""",
        writable=False,
    ),
    Spec(
        "LeadStatus",
        "01J",
        "Lead Status Values",
        f"""MasterLabel string(255), ApiName string(255), SortOrder int, IsDefault boolean,
        IsConverted boolean, {AUDIT}""",
        writable=False,
        bulk=False,
    ),
    Spec(
        "OpportunityStage",
        "01J",
        "Opportunity Stages",
        f"""MasterLabel string(255), ApiName string(255), IsActive boolean, SortOrder int, IsClosed boolean,
        IsWon boolean, ForecastCategory picklist, ForecastCategoryName picklist, DefaultProbability percent,
        Description string(255), {AUDIT}""",
        writable=False,
        bulk=False,
    ),
    Spec(
        "Organization",
        "00D",
        "Organizations",
        f"""Name string(80), PrimaryContact string(80), Country string(80), OrganizationType picklist,
        InstanceName string(5), IsSandbox boolean, LanguageLocaleKey picklist, TimeZoneSidKey picklist,
        NamespacePrefix string(15), FiscalYearStartMonth int, {AUDIT}""",
        writable=False,
    ),
    Spec(
        "EntityDefinition",
        "4ie",
        "Entity Definitions",
        "DurableId string(255), QualifiedApiName string(80), Label string(80)",
        writable=False,
        bulk=False,
    ),
    Spec(
        "FlowDefinitionView",
        "3dd",
        "Flow Definition Views",
        """ApiName string(80), Label string(255), ProcessType picklist, TriggerType picklist,
        RecordTriggerType picklist, TriggerObjectOrEventId reference(EntityDefinition), IsActive boolean""",
        writable=False,
        bulk=False,
    ),
    Spec(
        "ApexTrigger",
        "01q",
        "Apex Triggers",
        f"""Name string(255), TableEnumOrId string(80), Status picklist, UsageBeforeUpdate boolean,
        UsageAfterUpdate boolean, {AUDIT}""",
        writable=False,
        bulk=False,
    ),
    Spec("Profile", "00e", "Profiles", f"Name string(255), UserType picklist, {AUDIT}", writable=False),
    Spec(
        "PermissionSet",
        "0PS",
        "Permission Sets",
        f"""Name string(80) !, Label string(80) !, Description string(255), IsOwnedByProfile boolean ro,
        ProfileId reference(Profile) ro, IsCustom boolean ro, Type picklist ro, NamespacePrefix string(15) ro,
        PermissionsViewAllData boolean, {AUDIT}""",
    ),
    Spec(
        "PermissionSetAssignment",
        "0Pa",
        "Permission Set Assignments",
        """PermissionSetId reference(PermissionSet) ! once, AssigneeId reference(User) ! once,
        IsActive boolean =1 ro, SystemModstamp datetime ro""",
    ),
    Spec(
        "ObjectPermissions",
        "110",
        "Object Permissions",
        """ParentId reference(PermissionSet) ! once, SobjectType picklist ! once, PermissionsRead boolean,
        PermissionsEdit boolean, PermissionsViewAllRecords boolean, SystemModstamp datetime ro""",
    ),
    Spec(
        "FieldPermissions",
        "01k",
        "Field Permissions",
        """ParentId reference(PermissionSet) ! once, SobjectType picklist ! once, Field picklist(255) ! once,
        PermissionsRead boolean, PermissionsEdit boolean, SystemModstamp datetime ro""",
    ),
    Spec(
        "CustomField",
        "00N",
        "Custom Fields",
        f"""DeveloperName string(80) ro, TableEnumOrId string(80) ro, NamespacePrefix string(15) ro,
        FullName string(255) ro, Description string(1000) ro, ManageableState picklist ro, Length int ro,
        Precision int ro, Scale int ro, {AUDIT}""",
        writable=False,
        tooling=True,
    ),
]

NEVER_NULL = frozenset(re.findall(r"(\w+) (?:datetime|reference)", AUDIT)) | {"OwnerId", "Name"}
COORDINATES = ("Latitude", "Longitude")
FIELD_LINE = re.compile(r"(?P<name>\w+) (?P<kind>\w+)(?:\((?P<of>[\w|]+)\))?(?P<flags>.*)")


def read_field(object_name: str, text: str) -> Field:
    """One field from its line."""
    parts = FIELD_LINE.fullmatch(text)
    if parts is None:
        raise ValueError(f"{object_name}: cannot read the field {text!r}")
    name, kind, of, flags = parts["name"], parts["kind"], parts["of"] or "", parts["flags"]
    default = flags.partition("=")[2].removesuffix(" ro").removesuffix(" once").strip() or None
    words = flags.partition("=")[0].split() + (flags.split()[-1:] if default else [])
    children, cascades = CHILDREN.get((object_name, name), (None, False))
    read_only = "ro" in words
    return Field(
        name,
        kind,
        length=int(of) if of.isdigit() else 0,
        references=tuple(of.split("|")) if of and not of.isdigit() else (),
        createable=not read_only,
        updateable=not read_only and "once" not in words,
        nillable="!" not in words and name not in NEVER_NULL,
        default=int(default) if default and kind == "boolean" else default,
        formula=FORMULAS.get((object_name, name))
        or (FORMULAS.get(("*", name)) if kind == "address" else None),
        picklist=choices_of(object_name, name),
        children=children,
        cascades=cascades,
        label=label_of(object_name, name),
        restricted=name.endswith(RESTRICTED),
        precision=18 if name.endswith(COORDINATES) else 0,
        scale=15 if name.endswith(COORDINATES) else 0,
    )


def read_object(spec: Spec) -> ObjectType:
    """One object from its spec."""
    made = ObjectType(
        spec.name,
        spec.prefix,
        re.sub(r"(?<=[a-z])(?=[A-Z])", " ", spec.name),
        spec.plural,
        createable=spec.writable,
        updateable=spec.writable,
        deletable=spec.writable and spec.name not in ("User",),
        bulk=spec.bulk,
        tooling=spec.tooling,
    )
    made.add(Field("Id", "id", createable=False, updateable=False, nillable=False, label=f"{made.label} ID"))
    for line in re.split(r",\s*", " ".join(spec.lines.split())):
        made.add(read_field(spec.name, line))
    return made


def standard_objects() -> list[ObjectType]:
    """The objects of a fresh org."""
    return [read_object(spec) for spec in SPECS]
