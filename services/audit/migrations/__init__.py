"""Alembic migrations of the audit service's database."""
