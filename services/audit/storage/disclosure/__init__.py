"""Whom a bulk act was about."""
