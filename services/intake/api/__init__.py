"""HTTP in, HTTP out; no rules, no SQL."""
