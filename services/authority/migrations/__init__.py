"""The versions of the authority database (Alembic)."""
