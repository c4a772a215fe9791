"""Drills on a synthetic twin, and their results as evidence."""
