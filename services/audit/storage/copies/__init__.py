"""Copies that are kept, and legal holds on them."""
