"""Looks for individual numbers and resident codes where none may stand."""
