"""Papers: templates and data in, PDF/A out, in one Japanese typeface."""
