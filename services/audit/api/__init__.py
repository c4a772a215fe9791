"""The HTTP face of the audit service: HTTP in, HTTP out."""
