"""audit: the log and its proofs, search, alarms, the destruction ledger. Holds no personal data."""
