"""Checksheets with their evidence, findings, regulations: tables and the queries on them."""
