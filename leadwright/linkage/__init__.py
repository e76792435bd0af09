"""Learns which records of people that share no address are one person."""
