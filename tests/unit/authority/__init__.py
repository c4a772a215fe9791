"""The rules of authority, without a database."""
