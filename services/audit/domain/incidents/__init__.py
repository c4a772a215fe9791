"""Incidents: their states, the duties that the law attaches to them with their clocks, and the reports' drafts."""
