"""How a parent's children are called from its side, and which of them go into the bin with it.

A line is `Object.Reference Name`, with `cascade` where a deleted parent takes the child along.
"""

from __future__ import annotations

LINES = """
Account.ParentId ChildAccounts
Contact.AccountId Contacts cascade
Opportunity.AccountId Opportunities cascade
Opportunity.CampaignId Opportunities
OpportunityContactRole.ContactId OpportunityContactRoles cascade
OpportunityContactRole.OpportunityId OpportunityContactRoles cascade
OpportunityFieldHistory.OpportunityId Histories cascade
OpportunityHistory.OpportunityId OpportunityHistories cascade
OpportunityLineItem.OpportunityId OpportunityLineItems cascade
OpportunityLineItem.PricebookEntryId OpportunityLineItems
OpportunityLineItem.Product2Id OpportunityLineItems
PricebookEntry.Pricebook2Id PricebookEntries cascade
PricebookEntry.Product2Id PricebookEntries cascade
LeadHistory.LeadId Histories cascade
Task.WhatId Tasks cascade
Task.WhoId Tasks cascade
Event.WhatId Events cascade
Event.WhoId Events cascade
Campaign.ParentId ChildCampaigns
CampaignMember.CampaignId CampaignMembers cascade
CampaignMember.ContactId CampaignMembers cascade
CampaignMember.LeadId CampaignMembers cascade
GroupMember.GroupId GroupMembers cascade
ObjectPermissions.ParentId ObjectPerms cascade
PermissionSetAssignment.PermissionSetId Assignments cascade
PermissionSetAssignment.AssigneeId PermissionSetAssignments
FieldPermissions.ParentId FieldPerms cascade
User.ManagerId ManagedUsers
User.ProfileId Users
User.UserRoleId Users
"""

# (object, reference) -> the children's name, whether they are deleted with the parent
CHILDREN: dict[tuple[str, str], tuple[str, bool]] = {
    (place[0], place[2]): (words[1], "cascade" in words)
    for words in map(str.split, LINES.strip().splitlines())
    if (place := words[0].partition("."))
}
