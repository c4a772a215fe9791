"""Who calls, and whether that caller may do this act here, now, for that purpose. Denied unless a row allows it."""
