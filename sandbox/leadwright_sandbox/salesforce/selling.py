"""Objects that readers of everything ask for: roles and what is sold. Only loading fills them."""

from __future__ import annotations

USER_ROLE = """Name string(80) !, ParentRoleId reference(UserRole), RollupDescription string(80),
OpportunityAccessForAccountOwner picklist, CaseAccessForAccountOwner picklist,
ContactAccessForAccountOwner picklist, ForecastUserId reference(User), MayForecastManagerShare boolean ro,
LastModifiedDate datetime ro, LastModifiedById reference(User) ro, SystemModstamp datetime ro,
DeveloperName string(80), PortalAccountId reference(Account), PortalType picklist ro,
PortalAccountOwnerId reference(User)"""

PRODUCT = """Name string(255) !, ProductCode string(255), Description textarea(4000), IsActive boolean,
Family picklist, ExternalId string(255), DisplayUrl url(1000), QuantityUnitOfMeasure picklist,
StockKeepingUnit string(180), IsArchived boolean ro, LastViewedDate datetime ro, LastReferencedDate datetime ro"""

PRICEBOOK = """Name string(255) !, Description string(255), IsActive boolean, IsStandard boolean ro,
IsArchived boolean ro, LastViewedDate datetime ro, LastReferencedDate datetime ro"""

PRICEBOOK_ENTRY = """Name string(255) ro, Pricebook2Id reference(Pricebook2) ! once,
Product2Id reference(Product2) ! once, UnitPrice currency !, IsActive boolean, UseStandardPrice boolean,
ProductCode string(255) ro, IsArchived boolean ro"""

LINE_ITEM = """OpportunityId reference(Opportunity) ! once, SortOrder int,
PricebookEntryId reference(PricebookEntry) once, Product2Id reference(Product2) once, ProductCode string(255) ro,
Name string(376) ro, Quantity double !, TotalPrice currency, UnitPrice currency, ListPrice currency ro,
ServiceDate date, Description string(255), LastViewedDate datetime ro, LastReferencedDate datetime ro"""
