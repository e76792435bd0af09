"""A local CRM that speaks the wire protocols of HubSpot and Salesforce; it imports nothing of ours."""
