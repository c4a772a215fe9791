"""Dated tables of rules, as data."""
