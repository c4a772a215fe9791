"""Backups of a running house, and the way back."""
