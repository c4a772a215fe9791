"""Freezes: set by one person at once, lifted by two."""
