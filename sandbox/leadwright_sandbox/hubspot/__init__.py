"""A HubSpot portal that lives on this machine and speaks HubSpot's wire protocol."""

from leadwright_sandbox.hubspot.portal import HubSpot

__all__ = ["HubSpot"]
