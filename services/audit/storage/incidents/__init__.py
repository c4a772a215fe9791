"""Incidents, freezes, drills and provisions as they are stored."""
