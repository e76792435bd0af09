"""Brings what the CRMs hold into raw tables."""
