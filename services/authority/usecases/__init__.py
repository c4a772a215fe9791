"""What authority does: one verb, one transaction."""
