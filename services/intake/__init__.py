"""Intake: plans and contracts, receptions, requests, checks, cycles."""
