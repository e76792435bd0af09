"""The sandbox's Salesforce: REST, Tooling and Bulk over an SQLite store."""

from leadwright_sandbox.salesforce.rules import (
    AssignmentEntry,
    BreakingTrigger,
    DuplicateRule,
    ValidationRule,
)
from leadwright_sandbox.salesforce.service import Salesforce

__all__ = ["AssignmentEntry", "BreakingTrigger", "DuplicateRule", "Salesforce", "ValidationRule"]
