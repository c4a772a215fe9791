"""Logs by an allow-list of fields, metrics, trace ids. None of them can carry personal data."""
