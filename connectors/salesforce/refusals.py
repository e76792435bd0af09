"""What to do where Salesforce refuses a record."""

from __future__ import annotations

REMEDIES = {
    "CAMPAIGN_NOT_FOUND": (
        "Correct the name or id in rules/nurture.csv, or let the API user read campaigns. A campaign that was deleted "
        "can be restored from the recycle bin."
    ),
    "SEVERAL_CAMPAIGNS": "Write the campaign's id into rules/nurture.csv: names need not be unique.",
    "CAMPAIGN_INACTIVE": "Set the campaign to active, or name another one in rules/nurture.csv.",
    "FIELD_CUSTOM_VALIDATION_EXCEPTION": (
        "A validation rule of the org refuses the record as it is. Fill in what it asks for, or let it pass over the "
        "API user: name his profile or a custom permission in its condition."
    ),
    "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST": (
        "The picklist is restricted and lacks the value, or the record's type does. Add the value to the field and to "
        "the record type."
    ),
    "ENTITY_IS_LOCKED": (
        "The record is locked by an approval. It is taken once that is decided; to write meanwhile the API user needs "
        "the permission to edit locked records."
    ),
    "DUPLICATES_DETECTED": (
        "A duplicate rule blocks the record. Merge the duplicates it names, or let the rule pass over the API user."
    ),
    "DUPLICATE_VALUE": "Another record has the same value in a unique field. Merge the two.",
    "CANNOT_UPDATE_CONVERTED_LEAD": "The lead was converted. The next run writes to its contact.",
    "ENTITY_IS_DELETED": "The record was deleted. The next pull sees that.",
    "INSUFFICIENT_ACCESS_OR_READONLY": (
        "The API user may not change this record. Share it with him, or give him 'Modify All' on the object."
    ),
    "INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY": (
        "The API user may not see a record that this one belongs to, or its new owner. Share it with him."
    ),
    "INVALID_FIELD_FOR_INSERT_UPDATE": (
        "The API user may not edit the field that is named. Give him Edit in a permission set."
    ),
    "INACTIVE_OWNER_OR_USER": (
        "The owner is not active. Take him out of routing_pool.csv; where it is the present owner who left, give the "
        "API user the permission 'Update Records with Inactive Owners'."
    ),
    "TRANSFER_REQUIRES_READ": "The new owner may not read the object. Give him a profile or permission set that may.",
    "REQUIRED_FIELD_MISSING": "A field that the org requires is empty in the record. Fill it in.",
    "STRING_TOO_LONG": "Somebody made one of our fields shorter. Give it its length again.",
    "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY": (
        "An Apex trigger of the org fails over the record. Its words are for whoever wrote it."
    ),
    "CANNOT_EXECUTE_FLOW_TRIGGER": "A flow of the org fails over the record. Its words are for whoever built it.",
}
"""What to do, by Salesforce's status code of a row."""
