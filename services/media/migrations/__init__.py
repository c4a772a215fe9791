"""Alembic migrations of the media service."""
