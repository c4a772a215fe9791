"""Monthly reports: their table, and the records they are counted from."""
