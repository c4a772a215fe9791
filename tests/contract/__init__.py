"""The surfaces that others are written against: HTTP per service, events."""
