"""Logs by an allow-list of fields, metrics, traces. None of them can carry personal data."""
