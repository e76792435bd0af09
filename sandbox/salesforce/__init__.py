"""The sandbox's Salesforce: REST, Tooling and Bulk over an SQLite store."""

from sandbox.salesforce.rules import AssignmentEntry, DuplicateRule, ValidationRule
from sandbox.salesforce.service import Salesforce

__all__ = ["AssignmentEntry", "DuplicateRule", "Salesforce", "ValidationRule"]
