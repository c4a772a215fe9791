"""The matcher's database, version by version (Alembic)."""
