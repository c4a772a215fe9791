"""Disclosure to one person."""
