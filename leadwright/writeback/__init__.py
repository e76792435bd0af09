"""Sends to the CRMs what differs from what they show, and keeps a ledger of it."""
