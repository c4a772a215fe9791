"""The tables of the audit service, the queries on them, and the published log's files. Decides nothing."""
