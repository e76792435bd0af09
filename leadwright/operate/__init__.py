"""Keeps an installation going: what runs did, what is wrong, backups, and forgetting people."""
